/* Ill-conditioned cases: where a result moves as far as it is off when inputs and intermediate values move in their last places, rounding is no error.
 *
 * This is the backward error of numerical analysis: what was computed is accepted when it is the right answer to a question nearby. The interpreter answers a few
 * questions nearby: all real inputs moved by up to NUDGE units in the last place, and every operation rounded to f32 up or down by chance (Monte Carlo arithmetic:
 * the order in which others compute, and where they round, is not known). Between its answers, and REACH times as far beyond, a result is as good as the
 * interpreter's own: a dozen answers do not reach as far as the worst case, and ONNX Runtime's functions are off by some units by themselves.
 *
 * What is exact stays exact: numbers of few digits are not moved, results that f32 holds are not rounded. Edges, ties and zeros are drawn on purpose there, and a
 * difference is one. So does f64, which nobody computes in less. */
#include "draw.h"
#include <math.h>

enum { NUDGE = 4, NUDGE_16 = 1, REACH = 4, DIGITS = 4 }; /* 16 bits are computed in f32 and rounded when stored: one unit is much there */

static bool has_few_digits(double v) {
  int exponent;
  double digits = ldexp(frexp(v, &exponent), DIGITS);
  return digits == floor(digits);
}

/* The neighbour of v in type e that lies `steps` numbers away. */
static double neighbour(Elem e, double v, int steps) {
  for (; steps; steps -= steps > 0 ? 1 : -1) {
    double to = steps > 0 ? INFINITY : -INFINITY, next = nextafter(v, to);
    for (double gap = fabs(next - v); elem_round(e, next) == v; gap *= 2) next = v + (steps > 0 ? gap : -gap);
    v = elem_round(e, next);
  }
  return v;
}

const Data *nudged(Ctx *ctx, const Data *d, uint64_t *state) {
  if (elem_info(d->type.elem)->cls != 'r' || d->type.form != FORM_TENSOR) return d;
  int most = elem_info(d->type.elem)->bits < 32 ? NUDGE_16 : NUDGE;
  Data *near = data_new(ctx, d->type.elem, d->type.rank, d->type.dim);
  for (int64_t i = 0, n = near ? type_bound(ctx, &d->type) : 0; i < n; i++) {
    double v = data_real(d, i), moved = v;
    int steps = (int)(random_bits(state) % (2 * (uint64_t)most + 1)) - most;
    if (isfinite(v) && !has_few_digits(v)) moved = neighbour(d->type.elem, v, steps);
    data_set_real((void *)near->bytes, d->type.elem, i, isfinite(moved) ? moved : v);
  }
  return near;
}

static double value_of(const Data *d, int64_t i) {
  if (elem_info(d->type.elem)->cls == 'r') return data_real(d, i);
  return d->type.elem == ELEM_u64 ? (double)(uint64_t)data_int(d, i) : (double)data_int(d, i);
}

static bool alike(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static bool within_spread(double got, Elem e, const double *answer, int n) {
  double least = INFINITY, most = -INFINITY;
  bool overflows = false, agree = true;
  for (int i = 0; i < n; i++) {
    if (alike(got, answer[i])) return true;
    agree = agree && alike(answer[0], answer[i]);
    if (isfinite(answer[i])) least = fmin(least, answer[i]), most = fmax(most, answer[i]);
    else overflows = true;
  }
  if (overflows && !agree && !isfinite(got)) return true; /* an infinity of either sign, or NaN where two met: as operations are ordered and fused */
  double reach = REACH * (most - least), low = least - reach, high = most + reach;
  if (!(most > least) || isnan(got)) return false;
  if (isinf(got)) return elem_info(e)->cls == 'r' && elem_round(e, got > 0 ? high : low) == got; /* it may have overflowed */
  return got >= low && got <= high;
}

/* The parts of complex numbers as what they are, reals side by side. */
static Data in_parts(Ctx *ctx, const Data *d) {
  Data parts = *d;
  if (elem_info(d->type.elem)->cls != 'c') return parts;
  parts.type = (Type){.elem = d->type.elem == ELEM_c64 ? ELEM_f32 : ELEM_f64, .rank = 1, .dim = {2 * type_bound(ctx, &d->type)}};
  return parts;
}

const Data *excused(Ctx *ctx, const Data *got, const Data *const *answer, int n) {
  enum { MOST_ANSWERS = 64 };
  double at[MOST_ANSWERS];
  if (got->type.form != FORM_TENSOR) return got;
  Data *result = data_new(ctx, got->type.elem, got->type.rank, got->type.dim);
  if (!result || !elem_is_number(in_parts(ctx, got).type.elem) || n > MOST_ANSWERS) return got;
  for (int k = 0; k < n; k++)
    if (!type_equal(&got->type, &answer[k]->type)) return got;
  memcpy((void *)result->bytes, got->bytes, got->nbytes);
  const Data parts = in_parts(ctx, result), want = in_parts(ctx, answer[0]);
  for (int64_t i = 0, count = type_bound(ctx, &parts.type); i < count; i++) {
    for (int k = 0; k < n; k++) {
      const Data a = in_parts(ctx, answer[k]);
      at[k] = value_of(&a, i);
    }
    if (!within_spread(value_of(&parts, i), parts.type.elem, at, n)) continue;
    if (elem_info(parts.type.elem)->cls == 'r') data_set_real((void *)parts.bytes, parts.type.elem, i, data_real(&want, i));
    else data_set_int((void *)parts.bytes, parts.type.elem, i, data_int(&want, i));
  }
  return result;
}
