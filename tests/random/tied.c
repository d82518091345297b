/* Operators with a text whose extents and settings depend on each other so closely that drawing them one by one finds next to no case. */
#include "draw.h"

static const Data *values(Choices *c, Elem e, Sort sort, int rank, const int64_t *dim) { return draw_values(c, e, rank, dim, sort, 0, MOOD_PLAIN); }

static void give_ints(Case *k, Ctx *ctx, const char *name, int n, const int64_t *v) {
  give_attr(k, ctx, name, (Attr){.kind = ATTR_INTS, .n = n, .ints = arena_copy(ctx->arena, v, (size_t)n * sizeof *v)});
}

static void give_int(Case *k, Ctx *ctx, const char *name, int64_t v) { give_attr(k, ctx, name, (Attr){.kind = ATTR_INT, .i = v}); }

/* One offset for every coordinate of every tap, at every place of the output. */
bool draw_deform_conv(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  enum { MOST_RANK = 2 };
  const Elem e = (Elem)PICK(c, ELEM_f32, ELEM_f32, ELEM_f64, ELEM_f16);
  const int rank = (int)PICK(c, 2, 2, 1);
  const int64_t batch = PICK(c, 1, 2), groups = PICK(c, 1, 2), each = PICK(c, 1, 2), made = PICK(c, 1, 2, 3);
  const int64_t offset_groups = PICK(c, 1, groups, groups * each);
  int64_t x[2 + MOST_RANK] = {batch, groups * each}, w[2 + MOST_RANK] = {groups * made, each}, offset[2 + MOST_RANK] = {batch}, mask[2 + MOST_RANK] = {batch};
  int64_t strides[MOST_RANK], dilations[MOST_RANK], pads[2 * MOST_RANK], taps = 1;
  for (int d = 0; d < rank; d++) {
    strides[d] = PICK(c, 1, 2), dilations[d] = PICK(c, 1, 2), pads[d] = PICK(c, 0, 1), pads[rank + d] = PICK(c, 0, 1);
    taps *= w[2 + d] = PICK(c, 1, 2, 3);
    const int64_t window = (w[2 + d] - 1) * dilations[d] + 1, least = window - pads[d] - pads[rank + d];
    x[2 + d] = (least > 1 ? least : 1) + (int64_t)choose(c, 4);
    offset[2 + d] = mask[2 + d] = (x[2 + d] + pads[d] + pads[rank + d] - window) / strides[d] + 1;
  }
  mask[1] = offset_groups * taps;
  offset[1] = mask[1] * rank;
  out->opset = draw_opset(c, row), out->nout = 1, out->want[0] = true;
  give_input(out, values(c, e, SORT_ANY, 2 + rank, x));
  give_input(out, values(c, e, SORT_ANY, 2 + rank, w));
  give_input(out, values(c, e, SORT_ANY, 2 + rank, offset));
  const bool bias = one_in(c, 2), masked = one_in(c, 2);
  if (bias || masked) give_input(out, bias ? values(c, e, SORT_ANY, 1, w) : NULL);
  if (masked) give_input(out, values(c, e, SORT_SHARE, 2 + rank, mask));
  give_ints(out, ctx, "strides", rank, strides);
  give_ints(out, ctx, "dilations", rank, dilations);
  give_ints(out, ctx, "pads", 2 * rank, pads);
  give_int(out, ctx, "group", groups);
  give_int(out, ctx, "offset_group", offset_groups);
  return true;
}

/* Blocks of a row of weights in codes of few bits, each with a scale; the last may reach beyond the row. */
bool draw_blocks(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  enum { INPUTS = 6, BIAS = 5 };
  const Elem e = (Elem)PICK(c, ELEM_f32, ELEM_f32, ELEM_f16);
  const int64_t bits = PICK(c, 4, 8), block = PICK(c, 16, 32), blocks = PICK(c, 1, 2, 3), rows = PICK(c, 1, 2, 5), inner = blocks * block - (int64_t)choose(c, 2) * PICK(c, 1, 5, 8);
  const int64_t packed = (blocks * bits + 7) / 8, w[] = {rows, blocks, block * bits / 8}, scales[] = {rows * blocks}, zeros[] = {rows * packed};
  int64_t x[3];
  const int rank = 1 + draw_extents(c, 1, 2, false, x);
  x[rank - 1] = inner;
  const Data *in[INPUTS] = {values(c, e, SORT_ANY, rank, x), values(c, ELEM_u8, SORT_ANY, 3, w), values(c, e, SORT_SHARE, 1, scales)};
  const bool has_zeros = one_in(c, 2), bias = one_in(c, 3);
  if (has_zeros) in[3] = values(c, ELEM_u8, SORT_ANY, 1, zeros);
  if (bias) in[BIAS] = values(c, e, SORT_ANY, 1, w);
  out->opset = row->since, out->nout = 1, out->want[0] = true;
  for (int i = 0; i < (bias ? INPUTS : has_zeros ? 4 : 3); i++) give_input(out, in[i]);
  give_int(out, ctx, "K", inner);
  give_int(out, ctx, "N", rows);
  give_int(out, ctx, "bits", bits);
  give_int(out, ctx, "block_size", block);
  return true;
}

/* Weights of one layer of all experts, in codes of few bits along the last axis, with a scale per row or per block of a row, and perhaps zero points as tightly packed. */
typedef struct Layer { const Data *codes, *scales, *zeros; } Layer;
static Layer draw_layer(Choices *c, int64_t experts, int64_t rows, int64_t columns, int64_t bits, int64_t block, bool zeros) {
  const int64_t blocks = block ? columns / block : 1, codes[] = {experts, rows, columns * bits / 8}, scales[] = {experts, rows, blocks};
  const int64_t of_rows[] = {experts, rows * bits / 8}, of_blocks[] = {experts, rows, (blocks * bits + 7) / 8};
  return (Layer){values(c, ELEM_u8, SORT_ANY, 3, codes), values(c, ELEM_f32, SORT_SHARE, block ? 3 : 2, scales),
                 zeros ? values(c, ELEM_u8, SORT_ANY, block ? 3 : 2, block ? of_blocks : of_rows) : NULL};
}

bool draw_quantized_experts(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  static const char *const activations[] = {"silu", "relu", "gelu", "identity", "swiglu"};
  enum { SWIGLU = 4, INPUTS = 14 };
  const int64_t experts = PICK(c, 2, 1, 3), tokens = PICK(c, 1, 2, 3), bits = PICK(c, 4, 8), block = PICK(c, 0, 16), width = PICK(c, 16, 32), inner = PICK(c, 16, 32);
  const uint32_t activation = choose(c, SWIGLU + 1);
  const int64_t x[] = {tokens, width}, router[] = {tokens, experts}, wide = activation == SWIGLU ? 2 * inner : inner, of_wide[] = {experts, wide}, of_width[] = {experts, width};
  const bool zeros = one_in(c, 3);
  const Layer up = draw_layer(c, experts, wide, width, bits, block, zeros), down = draw_layer(c, experts, width, inner, bits, block, zeros);
  const Data *bias_up = one_in(c, 2) ? values(c, ELEM_f32, SORT_ANY, 2, of_wide) : NULL, *bias_down = one_in(c, 2) ? values(c, ELEM_f32, SORT_ANY, 2, of_width) : NULL;
  const Data *in[INPUTS] = {values(c, ELEM_f32, SORT_ANY, 2, x), values(c, ELEM_f32, SORT_ANY, 2, router), up.codes, up.scales, bias_up, down.codes, down.scales, bias_down,
                            [11] = up.zeros, [12] = down.zeros};
  out->opset = row->since, out->nout = 1, out->want[0] = true;
  for (int i = 0; i < (zeros ? 13 : bias_down ? 8 : 7); i++) give_input(out, in[i]);
  give_int(out, ctx, "k", 1 + (int64_t)choose(c, (uint32_t)experts));
  give_int(out, ctx, "expert_weight_bits", bits);
  if (block) give_int(out, ctx, "block_size", block);
  give_attr(out, ctx, "activation_type", (Attr){.kind = ATTR_STRING, .s = activations[activation]});
  if (activation == SWIGLU) give_int(out, ctx, "swiglu_fusion", 1);
  give_int(out, ctx, "normalize_routing_weights", 1);
  give_int(out, ctx, "weights_prepacked", 0);
  return true;
}
