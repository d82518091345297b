/* sinter bench: how fast a compiled model is on this machine, held against what the machine can do. */
#include "cli/cli.h"
#include "cli/entry.h"
#include "cli/peaks.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_RUNS = 20000, MOST_PROFILED = 200, MEMORY_BYTES = 256 << 20 };
static const double PATIENCE = 2; /* seconds for the runs, and again for the profile */

/* What the measuring child tells its parent. */
typedef struct Measured {
  double flops, best, bandwidth;         /* peaks, per second: the median of the samples and the best of them; of memory */
  int runs, profiled, peaks;
  double latency[MOST_RUNS], peak[MOST_RUNS];
  double kernel[];                       /* kernels * profiled seconds */
} Measured;

/* ---- input data: the same numbers every time */
static const Data *random_data(Ctx *ctx, const Binding *b, const Buf *input, uint64_t *r);

/* As long as there is room for, with elements as large as there is room for; a map and a sequence of maps are empty. */
static const Data *random_record(Ctx *ctx, const Binding *b, const Buf *input, uint64_t *r) {
  Data *d = record_new(ctx, input->record);
  Type e = record_element_type(input->record);
  for (int64_t i = 0; d && e.key == ELEM_NONE && e.form == FORM_TENSOR && input->record->form != FORM_MAP && i < input->record->cap; i++) {
    const Data *element = random_data(ctx, b, buf_new(ctx, input->name, e.elem, SPACE_INPUT, e.rank, e.dim), r);
    if (!element || !record_push(ctx, d, element)) return NULL;
  }
  return d;
}

/* Reals in [-1, 1); short words; integers 0 or 1, which are good indices of anything. */
static const Data *random_data(Ctx *ctx, const Binding *b, const Buf *input, uint64_t *r) {
  if (input->record) return random_record(ctx, b, input, r);
  int64_t dims[MAX_RANK], n = 1;
  for (int d = 0; d < input->rank; d++) n *= dims[d] = ext_value(ctx, input->dim[d], binding_symbol, (void *)b);
  Data *data = data_new(ctx, input->elem, input->rank, dims);
  bool real = elem_info(input->elem)->cls == 'r';
  for (int64_t i = 0; data && i < n; i++) {
    uint64_t bits = random_bits(r);
    if (input->elem == ELEM_string) data_set_text(ctx, data, i, ctx_printf(ctx, "word%u", (unsigned)(bits >> 58)));
    else if (real) data_set_real((void *)data->bytes, input->elem, i, (double)(bits >> 11) * 0x1p-52 - 1);
    else data_set_int((void *)data->bytes, input->elem, i, (int64_t)(bits >> 63));
  }
  return data;
}

static bool make_inputs(Ctx *ctx, const Command *cmd, const Program *p, Feeds *feeds) {
  uint64_t random = (uint64_t)cmd->seed;
  Binding bounds = {.program = p};
  for (size_t i = 0; i < ext_symbols(ctx); i++) {
    int64_t lo, hi;
    const char *name = ext_symbol_name(ctx, i, &lo, &hi);
    vec_push(ctx, &bounds.symbols, ((SymbolValue){name, hi, false}));
  }
  for (size_t i = 0; i < p->inputs.n; i++) {
    bool given = false;
    for (size_t j = 0; j < feeds->n; j++) given = given || !strcmp(feeds->at[j].name, p->inputs.at[i]->name);
    if (given) continue;
    const Data *data = random_data(ctx, &bounds, p->inputs.at[i], &random);
    if (!data) return false;
    vec_push(ctx, feeds, ((Feed){p->inputs.at[i]->name, data}));
  }
  return true;
}

/* ---- the measurement, in a child process */
static double read_clock(clockid_t which) {
  struct timespec t;
  clock_gettime(which, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double now(void) { return read_clock(CLOCK_MONOTONIC); }
static double cpu_now(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

/* Time on the processor is not disturbed by what else the machine does, but reading it costs a call of the system: short times are taken from the wall. */
static const double SHORT = 50e-6;
static Clock *clock_for(double seconds) { return seconds < SHORT ? now : cpu_now; }

typedef struct Profile { Measured *m; int kernels; Clock **clock; double begun; } Profile;

static void profile_kernel(void *user, int kernel, const char *name, int begin) {
  (void)name;
  Profile *p = user;
  if (kernel >= p->kernels) return;
  if (begin) {
    p->begun = p->clock[kernel]();
    return;
  }
  double took = p->clock[kernel]() - p->begun;
  p->m->kernel[(int64_t)kernel * MOST_PROFILED + p->m->profiled] = took;
  if (p->m->profiled == 0) p->clock[kernel] = clock_for(took);
}

static void *aligned(size_t bytes) {
  void *p;
  if (posix_memalign(&p, 64, bytes ? bytes : 1)) _exit(ENTRY_MEMORY);
  return memset(p, 0, bytes ? bytes : 1);
}

typedef struct Bench { EntryFunction *entry; PeakFlops *peak_flops; PeakBytes *peak_bytes; const Binding *binding; int64_t runs; } Bench;

_Noreturn static void measure(Ctx *ctx, const Bench *bench, Measured *m) {
  const Binding *b = bench->binding;
  const Program *p = b->program;
  const void **in = NEWN(ctx, const void *, b->inputs.n + 1);
  void **out = NEWN(ctx, void *, b->outputs.n + 1);
  int64_t *symbols = NEWN(ctx, int64_t, b->symbols.n + 1);
  for (size_t i = 0; i < b->inputs.n; i++) in[i] = memcpy(aligned(b->inputs.at[i]->nbytes), b->inputs.at[i]->bytes, b->inputs.at[i]->nbytes);
  for (size_t i = 0; i < b->outputs.n; i++) out[i] = aligned(b->outputs.at[i]->nbytes);
  for (size_t i = 0; i < b->symbols.n; i++) symbols[i] = b->symbols.at[i].value;
  void *arena = aligned((size_t)p->arena_bytes), *state = aligned((size_t)p->state_bytes);
  sinter_hooks quiet = {0};

  double *memory = aligned(MEMORY_BYTES);
  bench->peak_flops(cpu_now, 60); /* the clock of the core comes up */
  m->bandwidth = bench->peak_bytes(cpu_now, memory, MEMORY_BYTES);

  double first = now();
  int status = bench->entry(in, out, symbols, arena, state, &quiet);
  if (status) _exit(status);
  Clock *clock = clock_for(now() - first);
  double start = now(), limit = bench->runs ? 1e9 : PATIENCE;
  int64_t most = bench->runs && bench->runs < MOST_RUNS ? bench->runs : MOST_RUNS;
  double sampled = 0;
  for (m->runs = 0; m->runs < most && (m->runs < 3 || now() - start < limit); m->runs++) {
    if (now() - sampled > 1e-3) { /* the peak of these very moments: what slows the core down slows both */
      m->peak[m->peaks++] = bench->peak_flops(cpu_now, 1);
      sampled = now();
    }
    double begin = clock();
    bench->entry(in, out, symbols, arena, state, &quiet);
    m->latency[m->runs] = clock() - begin;
  }
  Profile profile = {m, (int)p->kernels.n, NEWN(ctx, Clock *, p->kernels.n), 0};
  for (size_t i = 0; i < p->kernels.n; i++) profile.clock[i] = now;
  sinter_hooks hooks = {.user = &profile, .profile = profile_kernel};
  start = now();
  for (m->profiled = 0; m->profiled < MOST_PROFILED && (m->profiled < 3 || now() - start < PATIENCE); m->profiled++) bench->entry(in, out, symbols, arena, state, &hooks);

  /* A second look: a machine that was busy while the peaks were measured would flatter the model. */
  double bytes = bench->peak_bytes(cpu_now, memory, MEMORY_BYTES);
  if (bytes > m->bandwidth) m->bandwidth = bytes;
  _exit(0);
}

static int by_value(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

typedef struct Quantiles { double min, median, p90; } Quantiles;

static Quantiles quantiles(double *times, int n) {
  if (!n) return (Quantiles){0};
  qsort(times, (size_t)n, sizeof *times, by_value);
  return (Quantiles){times[0], times[n / 2], times[(int)(0.9 * (n - 1) + 0.5)]};
}

/* ---- the report */
static double per(double amount, double seconds) { return seconds > 0 ? amount / seconds : 0; } /* a kernel in a branch that was not taken took no time */

static json_t *rates_json(const char *name, Quantiles q, int64_t flops, int64_t bytes, const Measured *m) {
  return json_pack("{ss sf sf sf sI sI sf sf sf}", "name", name, "min_s", q.min, "median_s", q.median, "p90_s", q.p90, "flop", (json_int_t)flops, "bytes", (json_int_t)bytes, "flop_per_s", per((double)flops, q.median),
                   "of_peak_flops", per((double)flops, q.median) / m->flops, "of_peak_bytes", per((double)bytes, q.median) / m->bandwidth);
}

static void rates_row(Ctx *ctx, Table *t, const char *name, Quantiles q, int64_t flops, int64_t bytes, const Measured *m, const char *schedule) {
  double rate = per((double)flops, q.median), traffic = per((double)bytes, q.median);
  table_cell(t, "%s", name);
  table_cell(t, "%s", engineering(ctx, q.min, "s"));
  table_cell(t, "%s", engineering(ctx, q.median, "s"));
  table_cell(t, "%s", engineering(ctx, q.p90, "s"));
  table_cell(t, "%s", engineering(ctx, rate, "FLOP/s"));
  table_cell(t, "%.1f %%", 100 * rate / m->flops);
  table_cell(t, "%s", engineering(ctx, traffic, "B/s"));
  table_cell(t, "%.1f %%", 100 * traffic / m->bandwidth);
  table_cell(t, "%s", schedule);
}

static bool report(Ctx *ctx, const Command *cmd, const Unit *unit, Measured *m) {
  const Program *p = unit->program;
  Table *t = table_new(ctx, "lrrrrrrrl");
  static const char *const head[] = {"", "min", "median", "p90", "rate", "of peak", "traffic", "of peak", "schedule"};
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) table_cell(t, "%s", head[i]);
  json_t *rows = json_array();
  int64_t flops = 0, bytes = 0;
  m->flops = quantiles(m->peak, m->peaks).median;
  m->best = m->peaks ? m->peak[m->peaks - 1] : 0; /* sorted now */
  for (size_t i = 0; i < p->kernels.n; i++) {
    const Kernel *k = p->kernels.at[i];
    if (k->control) continue;
    Quantiles q = quantiles(m->kernel + i * MOST_PROFILED, m->profiled);
    flops += k->flops, bytes += k->bytes;
    json_array_append_new(rows, rates_json(k->name, q, k->flops, k->bytes, m));
    rates_row(ctx, t, k->name, q, k->flops, k->bytes, m, k->schedule ? k->schedule : "");
  }
  Quantiles all = quantiles(m->latency, m->runs);
  double load[1] = {0};
  if (getloadavg(load, 1) < 1) load[0] = 0;
  if (cmd->json)
    return session_json(ctx, json_pack("{ss ss si sf so so so}", "model", p->name, "target", unit->opt->target->name, "runs", m->runs, "load", load[0], "peaks",
                                       json_pack("{sf sf sf}", "flop_per_s", m->flops, "best_flop_per_s", m->best, "bytes_per_s", m->bandwidth), "total", rates_json("total", all, flops, bytes, m), "kernels", rows));
  json_decref(rows);
  if (p->kernels.n != 1) rates_row(ctx, t, "total", all, flops, bytes, m, "");
  printf("peaks measured between the runs: median %s f32 (best %s), %s   target %s   %d runs   load %.1f\n", engineering(ctx, m->flops, "FLOP/s"), engineering(ctx, m->best, "FLOP/s"), engineering(ctx, m->bandwidth, "B/s"), unit->opt->target->name, m->runs, load[0]);
  table_print(t, stdout, "");
  printf("%s: min %s  median %s  p90 %s   %s (%.1f %% of peak)\n", p->name, engineering(ctx, all.min, "s"), engineering(ctx, all.median, "s"), engineering(ctx, all.p90, "s"),
         engineering(ctx, (double)flops / all.median, "FLOP/s"), 100 * (double)flops / all.median / m->flops);
  return true;
}

static bool read_inputs(Ctx *ctx, const Command *cmd, Feeds *out) {
  for (size_t i = 0; i < cmd->inputs.n; i++) {
    const char *text = cmd->inputs.at[i], *equals = strchr(text, '=');
    const Data *data = tensor_parse(ctx, equals + 1, ELEM_NONE);
    if (!data) return false;
    vec_push(ctx, out, ((Feed){internn(ctx, text, (size_t)(equals - text)), data}));
  }
  return true;
}

static bool bench(Ctx *ctx, const Command *cmd) {
  Options options;
  Feeds feeds = {0};
  Binding binding;
  if (!session_options(ctx, cmd, &options) || !read_inputs(ctx, cmd, &feeds)) return false;
  Unit unit = {.opt = &options};
  if (!feed_compile(ctx, cmd, &feeds, NULL, &unit) || !make_inputs(ctx, cmd, unit.program, &feeds)) return false;
  if (!binding_make(ctx, unit.program, &feeds, &binding)) return false;
  Entry entry;
  if (!entry_load(ctx, cmd, &unit, true, &entry)) return false;
  size_t size = sizeof(Measured) + unit.program->kernels.n * MOST_PROFILED * sizeof(double);
  Measured *m = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (m == MAP_FAILED) return diag(ctx, E0900, (Place){0}, "cannot share %zu bytes with a child process: %s", size, strerror(errno));
  progress("measuring");
  fflush(NULL);
  Bench b = {entry.run, entry.peak_flops, entry.peak_bytes, &binding, cmd->runs};
  pid_t pid = fork();
  if (pid == 0) measure(ctx, &b, m);
  bool good = pid > 0 ? entry_wait(ctx, pid) : diag(ctx, E0900, (Place){0}, "cannot start a process: %s", strerror(errno));
  progress_clear();
  good = good && report(ctx, cmd, &unit, m);
  munmap(m, size);
  return good;
}

const Verb verb_bench = {
  .name = "bench", .synopsis = "bench MODEL", .about = "latency, rates and kernels against the machine's peaks", .min_args = 1, .max_args = 1, .run = bench,
  .description =
    "  Compiles MODEL, runs it on random data (the same every time; --input gives other) and prints the\n"
    "  least, the median and the 90th percentile of its latency, for the whole and for every kernel. Rates are\n"
    "  taken from the median and held against two peaks measured in the same run with the same compiler and\n"
    "  options: multiply-adds in registers on one core, and reading memory. Times are those of the thread on\n"
    "  the processor, so that other programs do not count; below 50 us they are the wall's, which cost less to\n"
    "  read. The traffic of a kernel is what it must move at least; when its data stay in a cache it may pass\n"
    "  the peak of memory. Open dimensions must be bound with --dim.\n",
  .examples =
    "  sinter bench resnet.onnx --dim N=1\n"
    "  sinter bench matmul.onnx --target x86-avx2 --runs 50\n"
    "  sinter bench kws.onnx --json > now.json\n",
};
