/* The elements of a drawn tensor: plain numbers, whole ones, the special ones, and those at the limits of the type. */
#include "draw.h"
#include <math.h>

/* Inputs whose values have a meaning: scales are positive, divisors of integers not zero, labels below the number of classes. An operator's name may end in * for all
 * that begin so. rank: what indices stay below, where it is not the shortest extent of the first input. */
static const struct { const char *op, *tensor; Sort sort; const char *rank; } sorts[] = {
  {"BatchNormalization", "Var", SORT_POSITIVE, NULL}, {"QuantizeLinear", "S", SORT_POSITIVE, NULL}, {"DequantizeLinear", "S", SORT_POSITIVE, NULL},
  {"QLinear*", "XS", SORT_POSITIVE, NULL}, {"QLinear*", "WS", SORT_POSITIVE, NULL}, {"QLinear*", "YS", SORT_POSITIVE, NULL},
  {"QLinear*", "AS", SORT_POSITIVE, NULL}, {"QLinear*", "BS", SORT_POSITIVE, NULL}, {"QLinear*", "S", SORT_POSITIVE, NULL},
  {"QAttention", "XS", SORT_POSITIVE, NULL}, {"QAttention", "WS", SORT_POSITIVE, NULL}, {"QGemm", "AS", SORT_POSITIVE, NULL}, {"QGemm", "BS", SORT_POSITIVE, NULL},
  {"QGemm", "S", SORT_POSITIVE, NULL}, {"MatMulIntegerToFloat", "AS", SORT_POSITIVE, NULL}, {"MatMulIntegerToFloat", "BS", SORT_POSITIVE, NULL}, {"DynamicQuantizeMatMul", "BS", SORT_POSITIVE, NULL},
  {"DynamicQuantizeLSTM", "WS", SORT_POSITIVE, NULL}, {"DynamicQuantizeLSTM", "RS", SORT_POSITIVE, NULL}, {"MatMulNBits", "S", SORT_POSITIVE, NULL}, {"GatherBlockQuantized", "S", SORT_POSITIVE, NULL},
  {"RNN", "L", SORT_LENGTH, NULL}, {"GRU", "L", SORT_LENGTH, NULL}, {"LSTM", "L", SORT_LENGTH, NULL}, {"DynamicQuantizeLSTM", "L", SORT_LENGTH, "T"}, {"ReverseSequence", "L", SORT_LENGTH, NULL},
  {"NegativeLogLikelihoodLoss", "L", SORT_BELOW, NULL}, {"SoftmaxCrossEntropyLoss", "L", SORT_BELOW, NULL}, {"MaxUnpool", "I", SORT_BELOW, NULL}, {"RoiAlign", "I", SORT_BELOW, NULL},
  {"MaxRoiPool", "R", SORT_BELOW, NULL}, {"LinearAttention", "K", SORT_UNIT, NULL}, {"LinearAttention", "Beta", SORT_UNIT, NULL}, {"LinearAttention", "Decay", SORT_UNIT, NULL},
  {"Gather", "I", SORT_INDEX, NULL}, {"GatherElements", "I", SORT_INDEX, NULL}, {"GatherND", "I", SORT_INDEX, NULL}, {"Scatter", "I", SORT_INDEX, NULL},
  {"ScatterElements", "I", SORT_INDEX, NULL}, {"ScatterND", "I", SORT_INDEX, NULL}, {"Div", "b", SORT_NONZERO, NULL}, {"Mod", "b", SORT_NONZERO, NULL},
  {"BitShift", "Y", SORT_SHIFT, NULL}, {"Dropout", "R", SORT_UNIT, NULL}, {"GridSample", "G", SORT_UNIT, NULL},
  {"ArrayFeatureExtractor", "I", SORT_BELOW, "K"}, {"TorchEmbedding", "I", SORT_BELOW, "K"}, {"CropAndResize", "I", SORT_BELOW, "N"}, {"CropAndResize", "R", SORT_UNIT, NULL},
  {"EmbedLayerNormalization", "I", SORT_BELOW, "W"}, {"EmbedLayerNormalization", "J", SORT_BELOW, "K"}, {"EmbedLayerNormalization", "At", SORT_BELOW, "P"},
  {"QEmbedLayerNormalization", "I", SORT_BELOW, "W"}, {"QEmbedLayerNormalization", "J", SORT_BELOW, "K"}, {"WordConvEmbedding", "S", SORT_BELOW, "V"},
  {"NGramRepeatBlock", "I", SORT_BELOW, "V"}, {"RotaryEmbedding", "I", SORT_BELOW, "M"}, {"MRotaryEmbedding", "I", SORT_BELOW, "M"}, {"RestorePadding", "At", SORT_BELOW, "S"},
};

static bool is_named(const char *pattern, const char *op) {
  size_t n = strcspn(pattern, "*");
  return pattern[n] ? !strncmp(pattern, op, n) : !strcmp(pattern, op);
}

Sort sort_of(const char *op, const char *tensor, const char **rank) {
  *rank = NULL;
  for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
    if (is_named(sorts[i].op, op) && !strcmp(sorts[i].tensor, tensor)) return *rank = sorts[i].rank, sorts[i].sort;
  return SORT_ANY;
}

/* Types that others run an operator on, where its text takes more: these are drawn three times out of four. */
static const UsualTypes usual[] = {
  {"QLinear*", "int", {ELEM_u8, ELEM_i8}}, {"QLinear*", "V", {ELEM_i8, ELEM_u8}}, {"QGemm", "int", {ELEM_u8, ELEM_i8}}, {"QGemm", "V", {ELEM_i8, ELEM_u8}},
  {"QAttention", "int", {ELEM_u8, ELEM_i8}}, {"QAttention", "V", {ELEM_i8, ELEM_u8}}, {"MatMulIntegerToFloat", "int", {ELEM_u8, ELEM_i8}}, {"MatMulIntegerToFloat", "V", {ELEM_i8, ELEM_u8}},
  {"DynamicQuantizeMatMul", "V", {ELEM_u8, ELEM_i8}}, {"DynamicQuantizeLSTM", "V", {ELEM_u8, ELEM_i8}}, {"DynamicQuantizeLSTM", "T", {ELEM_f32, ELEM_f32}},
  {"QEmbedLayerNormalization", "V", {ELEM_u8, ELEM_u8}}, {"NhwcMaxPool", "int", {ELEM_u8, ELEM_i8}}, {"GatherBlockQuantized", "W", {ELEM_u4, ELEM_i4}}, {"GatherBlockQuantized", "V", {ELEM_i64, ELEM_i32}},
  {"Attention", "U", {ELEM_f32, ELEM_f32}}, {"Attention", "N", {ELEM_f32, ELEM_bool}}, {"GemmaRotaryEmbedding", "V", {ELEM_f16, ELEM_f16}}, {"MulInteger", "int", {ELEM_u8, ELEM_i8}}, {"ReduceSumInteger", "int", {ELEM_u8, ELEM_i8}},
};

const UsualTypes *usual_types(const char *op, const char *type) {
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    if (is_named(usual[i].op, op) && !strcmp(usual[i].type, type)) return &usual[i];
  return NULL;
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
