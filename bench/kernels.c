/* Times scheduled kernels against the machine's FMA peak: one line per kernel and compiler. Run by hand: kernels [cc ...]. */
#include "bench/cases.h"
#include "tests/unit/run_c.h"
#include <time.h>

bool pass_schedule(Ctx *ctx, Unit *u);
double peak_gflops(void);

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int64_t bytes_of(const Buf *b) {
  int64_t n = 4;
  for (int i = 0; i < b->rank; i++) n *= b->dim[i];
  return n;
}

static int by_value(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }

static void time_case(const char *name, Ctx *ctx, Case c, const Target *t, int ncc, const char *const *cc) {
  Options o = {.target = t};
  Unit u = {.program = c.program, .opt = &o};
  if (!pass_schedule(ctx, &u) || !c.kernel->lowered) { printf("%-28s not scheduled\n", name); return; }
  KernelParam *params; const char **symbols; size_t nsymbols;
  size_t n = kernel_params(ctx, c.kernel, &params, &symbols, &nsymbols);
  void *args[16];
  for (size_t i = 0; i < n; i++) {
    args[i] = aligned_alloc(64, (size_t)((bytes_of(params[i].buf) + 127) / 64 * 64));
    memset(args[i], 0, (size_t)bytes_of(params[i].buf));
    if (params[i].buf->data) memcpy(args[i], params[i].buf->data->bytes, (size_t)bytes_of(params[i].buf));
    else
      for (int64_t j = 0; j < bytes_of(params[i].buf) / 4; j++) ((float *)args[i])[j] = (float)(j % 13) / 8 - 0.75f;
  }
  printf("%-28s %-44s", name, c.kernel->schedule);
  for (int k = 0; k < ncc; k++) {
    KernelFn f = compile_kernel(ctx, c.kernel, t, cc[k]);
    if (!f) continue;
    enum { ROUNDS = 15 };
    double took[ROUNDS], share[ROUNDS];
    f(args);
    double start = seconds();
    f(args);
    int reps = 1 + (int)(0.01 / (seconds() - start + 1e-7));
    for (int r = 0; r < ROUNDS; r++) { /* the peak of the same moment: other work on the machine slows both */
      double before = peak_gflops();
      start = seconds();
      for (int i = 0; i < reps; i++) f(args);
      took[r] = (seconds() - start) / reps;
      double after = peak_gflops();
      share[r] = c.flops / took[r] * 1e-9 / ((before + after) / 2);
    }
    qsort(took, ROUNDS, sizeof *took, by_value);
    qsort(share, ROUNDS, sizeof *share, by_value);
    int64_t elements = bytes_of(c.program->inputs.at[0]) / 4;
    if (c.flops == 0) printf(" | %s %8.1f us %.3f ns per element", cc[k], took[ROUNDS / 4] * 1e6, took[ROUNDS / 4] * 1e9 / (double)elements);
    else printf(" | %s %8.1f us %6.1f GF/s, %3.0f %% of peak (best %.0f)", cc[k], took[ROUNDS / 4] * 1e6, c.flops / took[ROUNDS / 4] * 1e-9, share[ROUNDS / 2] * 100, share[ROUNDS - 1] * 100);
  }
  printf("\n");
  fflush(stdout);
  for (size_t i = 0; i < n; i++) free(args[i]);
}

typedef struct Row { const char *name; bool is_conv; ConvCase conv; MatCase mat; bool is_rows; RowCase rows; } Row;
static const Row rows[] = {
  {"matmul 1024^3", false, .mat = {1, 1024, 1024, 1024, true, false, false, false}},
  {"matmul 1024^3, both inputs", false, .mat = {1, 1024, 1024, 1024, false, false, false, false}},
  {"matmul 128x768x768 bias relu", false, .mat = {1, 128, 768, 768, true, false, true, true}},
  {"matmul 128x768x768 transB", false, .mat = {1, 128, 768, 768, true, true, true, false}},
  {"matmul 12x128x128x64 QK^T", false, .mat = {12, 128, 128, 64, false, true, false, false}},
  {"matmul 12x128x64x128 PV", false, .mat = {12, 128, 64, 128, false, false, false, false}},
  {"gemv 1x1024x1024", false, .mat = {1, 1, 1024, 1024, true, false, true, false}},
  {"conv 3x3 64->64@56", true, .conv = {1, 64, 64, 56, 56, 3, 3, 1, 1, 1, 1, true, false, true}},
  {"conv 3x3 256->256@14", true, .conv = {1, 256, 256, 14, 14, 3, 3, 1, 1, 1, 1, true, false, true}},
  {"conv 3x3 512->512@7", true, .conv = {1, 512, 512, 7, 7, 3, 3, 1, 1, 1, 1, true, false, true}},
  {"conv 1x1 64->256@56 res", true, .conv = {1, 64, 256, 56, 56, 1, 1, 1, 0, 1, 1, true, true, true}},
  {"conv 1x1 1024->256@14", true, .conv = {1, 1024, 256, 14, 14, 1, 1, 1, 0, 1, 1, true, false, true}},
  {"conv 1x1 16->96@112", true, .conv = {1, 16, 96, 112, 112, 1, 1, 1, 0, 1, 1, true, false, true}},
  {"conv 3x3 s2 64->128@56", true, .conv = {1, 64, 128, 56, 56, 3, 3, 2, 1, 1, 1, true, false, true}},
  {"conv 7x7 s2 3->64@224", true, .conv = {1, 3, 64, 224, 224, 7, 7, 2, 3, 1, 1, true, false, true}},
  {"conv 3x3 group 4 128@28", true, .conv = {1, 128, 128, 28, 28, 3, 3, 1, 1, 1, 4, true, false, true}},
  {"conv 3x3 depthwise 96@56", true, .conv = {1, 96, 96, 56, 56, 3, 3, 1, 1, 1, 96, true, false, true}},
  {"softmax 128x768", .is_rows = true, .rows = {128, 768, 1, ROW_SOFTMAX}},
  {"softmax axis 1 of 16x8400", .is_rows = true, .rows = {4, 16, 8400, ROW_SOFTMAX}},
  {"layer norm 128x768", .is_rows = true, .rows = {128, 768, 1, ROW_NORM}},
  {"mean of planes 512x49", .is_rows = true, .rows = {512, 49, 1, ROW_MEAN}},
  {"gelu 128x3072", .is_rows = true, .rows = {128, 3072, 1, ROW_GELU}},
  {"bias 128x768", .is_rows = true, .rows = {128, 768, 1, ROW_BIAS}},
};

int main(int argc, char **argv) {
  static const char *const both[] = {"gcc", "clang-19"};
  const char *only = getenv("ONLY"), *target = getenv("TARGET");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (only && !strstr(rows[i].name, only)) continue;
    Ctx *ctx = ctx_new();
    const Target *t = target_find(ctx, target ? target : "host");
    Case c = rows[i].is_rows ? case_rows(ctx, rows[i].rows) : rows[i].is_conv ? case_conv(ctx, rows[i].conv) : case_matmul(ctx, rows[i].mat);
    time_case(rows[i].name, ctx, c, t, argc > 1 ? argc - 1 : 2, argc > 1 ? (const char *const *)argv + 1 : both);
    ctx_free(ctx);
  }
  return 0;
}
