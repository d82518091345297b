/* The peaks of this machine, as C text: what it can multiply and add with the target's vectors when nothing is in the way, and how fast it
 * reads memory. They are compiled with the same compiler and options as the model, and measured in the same run. */
#include "cli/peaks.h"

static const char source[] =
  "\n/* ---- peaks of the machine, for bench */\n"
  "typedef float peak_vector __attribute__((vector_size(4 * PEAK_LANES), may_alias, aligned(4)));\n"
  "double sinter_peak_flops(double (*now)(void), int rounds);\n"
  "double sinter_peak_bytes(double (*now)(void), const void *memory, int64_t bytes);\n"
  "#if defined(__GNUC__) && !defined(__clang__)\n"
  "__attribute__((optimize(\"fp-contract=fast\")))\n"
  "#endif\n"
  "double sinter_peak_flops(double (*now)(void), int rounds) {\n"
  "  volatile float start = 1.0f;\n"
  "  volatile float sink;\n"
  "  enum { STEPS = 20000 };\n"
  "  peak_vector m = {0}, a = {0}, s = {0};\n"
  "  m = m + start * 0.999f, a = a + start * 0.001f;\n"
  "#define PEAK_EACH(f) %s\n"
  "#define PEAK_DECLARE(i) peak_vector r##i = a * (float)(i + 1);\n"
  "#define PEAK_STEP(i) r##i = r##i * m + a;\n"
  "#define PEAK_SUM(i) s += r##i;\n"
  "#define PEAK_ONE(i) +1\n"
  "  double best = 0;\n"
  "  PEAK_EACH(PEAK_DECLARE)\n"
  "  for (int round = 0; round < rounds; round++) {\n"
  "    double begin = now();\n"
  "    for (int i = 0; i < STEPS; i++) { PEAK_EACH(PEAK_STEP) }\n"
  "    double rate = 2.0 * PEAK_LANES * (0 PEAK_EACH(PEAK_ONE)) * STEPS / (now() - begin);\n"
  "    if (rate > best) best = rate;\n"
  "  }\n"
  "  PEAK_EACH(PEAK_SUM)\n"
  "  sink = s[0];\n"
  "  (void)sink;\n"
  "  return best;\n"
  "}\n"
  "double sinter_peak_bytes(double (*now)(void), const void *memory, int64_t bytes) {\n"
  "  volatile float sink;\n"
  "  const float *p = memory;\n"
  "  double best = 0;\n"
  "  for (int round = 0; round < 5; round++) {\n"
  "    peak_vector s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};\n"
  "    double begin = now();\n"
  "    for (int64_t i = 0; i + 4 * PEAK_LANES <= bytes / 4; i += 4 * PEAK_LANES) {\n"
  "      s0 += *(const peak_vector *)(p + i);\n"
  "      s1 += *(const peak_vector *)(p + i + PEAK_LANES);\n"
  "      s2 += *(const peak_vector *)(p + i + 2 * PEAK_LANES);\n"
  "      s3 += *(const peak_vector *)(p + i + 3 * PEAK_LANES);\n"
  "    }\n"
  "    double rate = (double)bytes / (now() - begin);\n"
  "    if (rate > best) best = rate;\n"
  "    s0 += s1 + s2 + s3;\n"
  "    sink = s0[0];\n"
  "    (void)sink;\n"
  "  }\n"
  "  return best;\n"
  "}\n";

const char *peaks_source(Ctx *ctx, const Target *t) {
  /* Enough independent sums to hide the latency, few enough to stay in registers with the two operands. */
  int sums = t->registers >= 32 ? 24 : 12;
  Str each = str_new(ctx), out = str_new(ctx);
  for (int i = 0; i < sums; i++) str_printf(&each, "%sf(%d)", i ? " " : "", i);
  /* One lane is a scalar in a vector's clothes: GCC vectors have at least one element of their own. */
  str_printf(&out, "#define PEAK_LANES %d\n", t->lanes_f32 > 0 ? t->lanes_f32 : 1);
  str_printf(&out, source, each.s);
  return out.s;
}
