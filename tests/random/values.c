/* The elements of a drawn tensor: plain numbers, whole ones, the special ones, and those at the limits of the type. */
#include "draw.h"
#include <math.h>

/* Inputs whose values have a meaning: scales are positive, divisors of integers not zero, labels below the number of classes. */
static const struct { const char *op, *tensor; Sort sort; } sorts[] = {
  {"BatchNormalization", "Var", SORT_POSITIVE}, {"QuantizeLinear", "S", SORT_POSITIVE}, {"DequantizeLinear", "S", SORT_POSITIVE},
  {"QLinearConv", "XS", SORT_POSITIVE}, {"QLinearConv", "WS", SORT_POSITIVE}, {"QLinearConv", "YS", SORT_POSITIVE},
  {"QLinearMatMul", "AS", SORT_POSITIVE}, {"QLinearMatMul", "BS", SORT_POSITIVE}, {"QLinearMatMul", "YS", SORT_POSITIVE},
  {"RNN", "L", SORT_LENGTH}, {"GRU", "L", SORT_LENGTH}, {"LSTM", "L", SORT_LENGTH}, {"ReverseSequence", "L", SORT_LENGTH},
  {"NegativeLogLikelihoodLoss", "L", SORT_BELOW}, {"SoftmaxCrossEntropyLoss", "L", SORT_BELOW}, {"MaxUnpool", "I", SORT_BELOW}, {"RoiAlign", "I", SORT_BELOW}, {"MaxRoiPool", "R", SORT_BELOW}, {"LinearAttention", "K", SORT_UNIT}, {"LinearAttention", "Beta", SORT_UNIT},
  {"LinearAttention", "Decay", SORT_UNIT},
  {"Gather", "I", SORT_INDEX}, {"GatherElements", "I", SORT_INDEX}, {"GatherND", "I", SORT_INDEX}, {"Scatter", "I", SORT_INDEX},
  {"ScatterElements", "I", SORT_INDEX}, {"ScatterND", "I", SORT_INDEX}, {"Div", "b", SORT_NONZERO}, {"Mod", "b", SORT_NONZERO},
  {"BitShift", "Y", SORT_SHIFT}, {"Dropout", "R", SORT_UNIT}, {"GridSample", "G", SORT_UNIT},
};

Sort sort_of(const char *op, const char *tensor) {
  for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
    if (!strcmp(sorts[i].op, op) && !strcmp(sorts[i].tensor, tensor)) return sorts[i].sort;
  return SORT_ANY;
}

static double draw_real(uint64_t *state, Elem e, Sort sort, int64_t limit, Mood mood) {
  uint64_t bits = random_bits(state);
  double unit = (double)(bits >> 11) * 0x1p-53, plain = mood == MOOD_WHOLE ? floor(unit * 9) - 4 : unit * 4 - 2;
  if (sort == SORT_POSITIVE) return 0.0625 + unit;
  if (sort == SORT_UNIT) return unit * 2 - 1;
  if (sort == SORT_SHARE) return unit;
  if (sort == SORT_BELOW) return floor(unit * (double)limit);
  if (sort == SORT_NONZERO) return plain == 0 ? 1 : plain;
  static const double specials[] = {0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 0.5};
  static const double limits[] = {0, -0.0, 1e-45, -1e-40, 1.17549435e-38, 3.4e38, -3.4e38, 65504, -65504, 1e-8, 6e-8, 88.8, -104, 710, -746};
  if (mood == MOOD_SPECIAL && bits % 3 == 0) return specials[bits / 3 % (sizeof specials / sizeof *specials)];
  if (mood == MOOD_LIMITS && bits % 2 == 0) return elem_round(e, limits[bits / 2 % (sizeof limits / sizeof *limits)]);
  return plain;
}

static int64_t draw_int(uint64_t *state, const ElemInfo *info, Sort sort, int64_t limit, Mood mood) {
  uint64_t bits = random_bits(state);
  bool sign = info->cls == 'i';
  int64_t small = (int64_t)(bits % 16) - (sign ? 8 : 0), most = info->bits == 64 ? INT64_MAX : (int64_t)(((uint64_t)1 << (info->bits - sign)) - 1), least = sign ? -most - 1 : 0;
  if (info->cls == 'b') return (int64_t)(bits & 1);
  if (sort == SORT_SHIFT) return (int64_t)(bits % (uint64_t)info->bits);
  if (sort == SORT_BELOW) return (int64_t)(bits % (uint64_t)limit);
  if (sort == SORT_LENGTH) return 1 + (int64_t)(bits % (uint64_t)limit);
  if (sort == SORT_INDEX) return (int64_t)(bits % (uint64_t)(sign ? 2 * limit : limit)) - (sign ? limit : 0);
  if (mood == MOOD_LIMITS && bits % 3 == 0) small = bits % 2 ? most : least;
  if (small > most) small = most;
  if (small < least) small = least;
  if (mood == MOOD_SPECIAL && info->bits == 8) small = (int64_t)(bits >> 8 & 0xff) + (sign ? -128 : 0);
  if (sort == SORT_POSITIVE || sort == SORT_UNIT || sort == SORT_SHARE) return 1;
  return sort == SORT_NONZERO && (small == 0 || small == -1) ? 1 : small;
}

const Data *draw_values(Choices *c, Elem e, int rank, const int64_t *dim, Sort sort, int64_t limit, Mood mood) {
  Data *d = data_new(c->ctx, e, rank, dim);
  uint64_t state = choose(c, 1 << 20);
  const ElemInfo *info = elem_info(e);
  int64_t n = d ? type_bound(c->ctx, &d->type) : 0;
  if (n && limit < 1 && (sort == SORT_INDEX || sort == SORT_BELOW || sort == SORT_LENGTH)) return NULL; /* nothing to point at */
  for (int64_t i = 0; i < n; i++) {
    if (info->cls == 'r') data_set_real((void *)d->bytes, e, i, draw_real(&state, e, sort, limit, mood));
    else data_set_int((void *)d->bytes, e, i, draw_int(&state, info, sort, limit, mood));
  }
  return d;
}
