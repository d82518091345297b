/* sinter: the verbs, `--help`, `--version`, and the exit status. */
#include "cli/cli.h"
#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

static const Verb *const verbs[] = {&verb_compile, &verb_check, &verb_inspect, &verb_run, &verb_verify, &verb_bench, &verb_list, &verb_explain};
enum { VERBS = sizeof verbs / sizeof *verbs };

static const Verb *verb_find(const char *name) {
  for (size_t i = 0; i < VERBS; i++)
    if (!strcmp(verbs[i]->name, name)) return verbs[i];
  return NULL;
}

static const char exit_text[] =
  "  0  fine\n"
  "  1  usage: the command line is not understood, or names something that does not exist\n"
  "  2  the model is invalid or not supported\n"
  "  3  results differ\n"
  "  4  over budget\n"
  "  5  a tool or the system failed\n";

/* Codes that do not mean "the model is invalid or not supported". */
static const struct { DiagCode code; Status status; } statuses[] = {
  {E0204, STATUS_USAGE}, {E0802, STATUS_USAGE}, {E0804, STATUS_DIFFER}, {E0803, STATUS_BUDGET},
  {E0800, STATUS_SYSTEM}, {E0801, STATUS_SYSTEM}, {E0900, STATUS_SYSTEM}, {E0901, STATUS_SYSTEM},
};

/* The first error decides: what follows is often its consequence. */
static Status status_of(const Ctx *ctx) {
  for (size_t i = 0; i < ctx->diags.n; i++) {
    if (ctx->diags.at[i].severity != SEV_ERROR) continue;
    for (size_t j = 0; j < sizeof statuses / sizeof *statuses; j++)
      if (statuses[j].code == ctx->diags.at[i].code) return statuses[j].status;
    return STATUS_MODEL;
  }
  return STATUS_FINE;
}

static void print_overview(FILE *to) {
  fprintf(to, "sinter compiles a model (an ONNX file, or a file of einsum cascades) into a static library\n"
              "of specialised C kernels with a plain C header.\n\nusage: sinter VERB ... [OPTIONS]\n\n");
  for (size_t i = 0; i < VERBS; i++) fprintf(to, "  %-34s %s\n", verbs[i]->synopsis, verbs[i]->about);
  fprintf(to, "\n  sinter VERB --help           everything about a verb\n  sinter --version             the version of this build\n\nexit status:\n%s", exit_text);
}

static void print_verb(const Verb *verb, FILE *to) {
  fprintf(to, "NAME\n  sinter %s - %s\n\nSYNOPSIS\n  sinter %s\n\nDESCRIPTION\n%s\nOPTIONS\n", verb->name, verb->about, verb->synopsis, verb->description);
  options_print(verb, to);
  fprintf(to, "\nEXIT STATUS\n%s\nEXAMPLES\n%s", exit_text, verb->examples);
}

static int complain_verb(const char *word) {
  Nearest near = nearest_to(word);
  for (size_t i = 0; i < VERBS; i++) nearest_try(&near, verbs[i]->name);
  fprintf(stderr, "sinter: there is no verb '%s'", word);
  if (near.best) fprintf(stderr, "; did you mean `sinter %s`?\n", near.best);
  else fprintf(stderr, "; `sinter --help` shows all\n");
  return STATUS_USAGE;
}

static bool run_verb(Ctx *ctx, void *arg) {
  const Command *cmd = arg;
  return cmd->verb->run(ctx, cmd);
}

/* The bytes the compiler may take; a model never needs more by itself, a hostile one might. */
#define MEMORY_DEFAULT ((int64_t)4 << 30)

static int run_command(Ctx *ctx, int argc, char **argv, const Verb *verb) {
  Command cmd = {.verb = verb, .program = argv[0], .argv = argv, .threads = 1, .seed = 1, .rtol = 1e-3, .atol = -1, .atol_of_max = -1, .ulp = -1, .memory = MEMORY_DEFAULT, .text_bytes = TEXT_BYTES_DEFAULT};
  Str complaint = str_new(ctx);
  if (!options_parse(ctx, argc - 1, argv + 1, &cmd, &complaint)) {
    fprintf(stderr, "sinter %s: %s\n", verb->name, complaint.s);
    return STATUS_USAGE;
  }
  if (cmd.help) {
    print_verb(verb, stdout);
    return STATUS_FINE;
  }
  ctx->memory_cap = (size_t)cmd.memory;
  ctx->text_bytes = cmd.text_bytes;
  ctx->verbose = cmd.verbose;
  bool good = ctx_try(ctx, run_verb, &cmd);
  progress_clear();
  if (fflush(stdout) || ferror(stdout)) good = diag(ctx, E0800, (Place){.file = "standard output"}, "%s", strerror(errno));
  if (cmd.verbose) fprintf(stderr, "memory: %.1f MB at the peak\n", (double)ctx->memory_peak / 1e6);
  diag_print(ctx, stderr);
  Status status = status_of(ctx);
  return good || status != STATUS_FINE ? status : STATUS_SYSTEM;
}

/* LLVM lies in a module beside the program (codegen/llvm), where it was there when sinter was built. */
static void print_version(void) {
  printf("sinter %s\n", SINTER_VERSION);
  char path[4096];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "sinter-llvm.so");
  while (n > 0 && path[n - 1] != '/') n--;
  if (n <= 0) return;
  strcpy(path + n, "sinter-llvm.so");
  void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!module) return;
  void (*version)(unsigned *major, unsigned *minor, unsigned *patch);
  *(void **)&version = dlsym(module, "sinter_llvm_version");
  unsigned v[3];
  if (version) version(&v[0], &v[1], &v[2]), printf("LLVM %u.%u.%u\n", v[0], v[1], v[2]);
  dlclose(module);
}

int main(int argc, char **argv) {
  setlocale(LC_CTYPE, ""); /* of file names and messages; numbers stay as in C */
  const char *word = argc > 1 ? argv[1] : "";
  if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
    print_version();
    return STATUS_FINE;
  }
  if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help")) {
    const Verb *verb = argc > 2 ? verb_find(argv[2]) : NULL;
    if (argc > 2 && !verb) return complain_verb(argv[2]);
    if (verb) print_verb(verb, stdout);
    else print_overview(stdout);
    return STATUS_FINE;
  }
  if (!*word) {
    print_overview(stderr);
    return STATUS_USAGE;
  }
  const Verb *verb = verb_find(word);
  if (!verb) return complain_verb(word);
  Ctx *ctx = ctx_new();
  if (!ctx) {
    fprintf(stderr, "sinter: out of memory\n");
    return STATUS_SYSTEM;
  }
  int status = run_command(ctx, argc, argv, verb);
  ctx_free(ctx);
  return status;
}
