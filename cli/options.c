/* The table of options: what every verb accepts, in one place. A row names the option, who takes it, where its value goes and how it is
 * checked; parsing, `--help` and the hints for misspelt options all read this table. */
#include "cli/cli.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <popt.h>
#include <stdlib.h>

typedef struct Option Option;
typedef bool Take(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint);
struct Option {
  const char *name;
  char letter;
  const char *value;   /* what `--help` calls the value; NULL: a switch */
  const char *verbs;   /* who takes it, "*": all */
  Take *take;
  size_t field;        /* of Command, where the take function stores */
  const char *choices; /* values allowed, separated by | */
  char record;         /* in the command line that generated files carry: 0 not at all (it changes no byte of them), v with its value, f with its file's name */
  const char *help;
};

#define FIELD(type, o, cmd) ((type *)(void *)((char *)(cmd) + (o)->field))

static bool complain(Str *complaint, const char *fmt, ...) {
  char text[600];
  va_list list;
  va_start(list, fmt);
  vsnprintf(text, sizeof text, fmt, list);
  va_end(list);
  str_add(complaint, text);
  return false;
}

/* ---- how a value is taken */
static bool take_switch(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  (void)ctx, (void)value, (void)complaint;
  *FIELD(bool, o, cmd) = true;
  return true;
}

static bool take_text(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  (void)ctx, (void)complaint;
  *FIELD(const char *, o, cmd) = value;
  return true;
}

static bool take_texts(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  (void)complaint;
  vec_push(ctx, FIELD(Texts, o, cmd), value);
  return true;
}

/* NAME=VALUE, kept as text; what stands on either side is looked at when the model is known. */
static bool take_pair(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  const char *equals = strchr(value, '=');
  if (!equals || equals == value || !equals[1]) return complain(complaint, "--%s wants %s, not '%s'", o->name, o->value, value);
  return take_texts(ctx, cmd, o, value, complaint);
}

static bool take_choice(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  Nearest near = nearest_to(value);
  for (const char *p = o->choices; *p;) {
    size_t n = strcspn(p, "|");
    const char *choice = internn(ctx, p, n);
    if (!strcmp(choice, value)) return take_text(ctx, cmd, o, value, complaint);
    nearest_try(&near, choice);
    p += n + (p[n] == '|');
  }
  complain(complaint, "--%s is one of %s, not '%s'", o->name, o->choices, value);
  if (near.best) complain(complaint, "; did you mean '%s'?", near.best);
  return false;
}

static bool take_real(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  (void)ctx;
  char *end;
  double v = strtod(value, &end);
  if (end == value || *end || !(v >= 0)) return complain(complaint, "--%s wants a number that is not negative, not '%s'", o->name, value);
  *FIELD(double, o, cmd) = v;
  return true;
}

/* 64K, 1.5M, 2G or plain bytes; -1 when it is none of them. */
static int64_t parse_bytes(const char *text) {
  char *end;
  double v = strtod(text, &end);
  if (end == text || !isdigit((unsigned char)text[0])) return -1;
  static const char suffixes[] = "KMGT";
  const char *suffix = *end ? strchr(suffixes, toupper((unsigned char)*end)) : NULL;
  if (*end && !suffix) return -1;
  for (const char *s = suffixes; suffix && s <= suffix; s++) v *= 1024;
  if (suffix) end++;
  if (*end == 'i') end++;
  if (*end == 'B') end++;
  return *end || v > 9e15 ? -1 : (int64_t)v;
}

static bool take_bytes(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  (void)ctx;
  int64_t bytes = parse_bytes(value);
  if (bytes <= 0) return complain(complaint, "--%s wants a number of bytes (64K, 1.5M, 4G), not '%s'", o->name, value);
  *FIELD(int64_t, o, cmd) = bytes;
  return true;
}

static bool take_count(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  (void)ctx;
  char *end;
  errno = 0;
  long long n = strtoll(value, &end, 10);
  if (end == value || *end || errno || n < 0) return complain(complaint, "--%s wants a whole number, not '%s'", o->name, value);
  *FIELD(int64_t, o, cmd) = n;
  return true;
}

static bool take_threads(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  if (!take_count(ctx, cmd, o, value, complaint)) return false;
  if (cmd->threads == 1) return true;
  return complain(complaint, "--threads %s: this build makes libraries that run on one thread; only --threads 1 is understood", value);
}

static bool take_budget(Ctx *ctx, Command *cmd, const Option *o, const char *value, Str *complaint) {
  const struct { const char *name; int64_t *to; } parts[] = {{"ram=", &cmd->ram}, {"flash=", &cmd->flash}};
  for (const char *p = value; *p;) {
    size_t n = strcspn(p, ",");
    const char *part = internn(ctx, p, n);
    bool known = false;
    for (size_t i = 0; i < 2; i++) {
      size_t prefix = strlen(parts[i].name);
      if (strncmp(part, parts[i].name, prefix)) continue;
      *parts[i].to = parse_bytes(part + prefix);
      known = *parts[i].to > 0;
    }
    if (!known) return complain(complaint, "--%s wants %s, not '%s'", o->name, o->value, value);
    p += n + (p[n] == ',');
  }
  return cmd->ram || cmd->flash || complain(complaint, "--%s wants %s", o->name, o->value);
}

/* ---- the table */
#define AT(field) offsetof(Command, field), NULL
#define MODEL_VERBS "compile check inspect run verify bench"
static const Option options[] = {
  {"output", 'o', "DIR", "compile run list", take_text, AT(output), 0, "folder that the files go to; made when it is not there"},
  {"name", 0, "NAME", "compile check inspect run verify bench", take_text, AT(name), 'v', "name of the model: of its files, functions and macros. Default: the file's name"},
  {"target", 0, "NAME", MODEL_VERBS, take_text, AT(target), 'v', "machine to compile for; `sinter list targets` shows all. Default: host, the machine sinter runs on"},
  {"dim", 0, "NAME=N", MODEL_VERBS, take_texts, AT(dims), 'v', "binds an open dimension: 'batch=1' pins it, 'seq<=128' plans memory for 128 and leaves the value to each call; also a bound for an integer that is known only when running, for the trips of a loop by its node's name, or for an extent that an operator finds when running"},
  {"shape", 0, "INPUT=AxBxC", MODEL_VERBS, take_pair, AT(shapes), 'v', "shape of an input, for dimensions that have no name; of a sequence INPUT=N*Ax<=B: room for N elements, A by at most B"},
  {"state", 0, "OUT=IN", MODEL_VERBS, take_pair, AT(states), 'v', "keeps what the output OUT gives for the input IN of the next run; both leave the interface"},
  {"const", 0, "INPUT=VALUE", MODEL_VERBS, take_pair, AT(consts), 'v', "turns an input into a constant: a number, a list [1,2,3], or a .npy or .pb file"},
  {"text-bytes", 0, "N", MODEL_VERBS, take_bytes, AT(text_bytes), 'v', "room for each text that a kernel makes, on average, its end counted; a run that needs more returns SINTER_CAPACITY. Default: 256"},
  {"ops", 0, "FILE.ein", MODEL_VERBS " list", take_texts, AT(ops), 'f', "operator texts that add to the library or go before it; may be given again"},
  {"entry", 0, "OP", MODEL_VERBS, take_text, AT(entry), 'v', "which op of an .ein file is the model. Default: the last one"},
  {"fp", 0, "default|strict|reference", MODEL_VERBS, take_choice, offsetof(Command, fp), "default|strict|reference", 'v', "strict forbids the rewrites that change how floating-point results round; reference computes as the reference interpreter does, in double precision, and rounds where the model declares a type: slower, and the same on every target"},
  {"disable", 0, "PASS,...", MODEL_VERBS, take_text, AT(disable), 'v', "leaves optional passes out, to find the one at fault; `sinter list passes` shows which"},
  {"codegen", 0, "c|llvm", MODEL_VERBS, take_choice, offsetof(Command, codegen), "c|llvm", 'v', "printer of the code. Default: c"},
  {"cc", 0, "COMMAND", "compile run verify bench", take_text, AT(cc), 0, "C compiler of the generated code, with its options. Default: what the target names"},
  {"cc-opt", 0, "OPTIONS", "run verify bench", take_text, AT(cflags), 0, "options added after those of the target, such as -O1"},
  {"threads", 0, "N", "compile run verify bench", take_threads, AT(threads), 0, "threads the library may use; only 1 in this build"},
  {"weights", 0, "c|incbin|bin", "compile", take_choice, offsetof(Command, weights), "c|incbin|bin", 'v', "where weights go: C text, an .incbin directive, or a file the program loads. Default: c up to a megabyte, else incbin"},
  {"emit", 0, "c|ir", "compile", take_choice, offsetof(Command, emit), "c|ir", 0, "also keep the C sources, or the IR text after every pass, in the output folder"},
  {"budget", 0, "ram=BYTES,flash=BYTES", "compile check", take_budget, AT(ram), 0, "fails with status 4, and writes nothing, when the arena, state and stack, or the weights and code, need more"},
  {"after", 0, "PASS", "inspect", take_text, AT(after), 0, "shows the model or program after that pass"},
  {"all", 0, NULL, "inspect", take_switch, AT(all), 0, "shows the whole way: operator texts, every pass, the C of every kernel"},
  {"format", 0, "text|dot|svg|json", "inspect", take_choice, offsetof(Command, format), "text|dot|svg|json|html", 0, "form of what is shown. Default: text"},
  {"input", 0, "NAME=FILE", "run bench", take_pair, AT(inputs), 0, "data of an input: a .npy or .pb file, or a value as in --const"},
  {"data", 0, "DIR", "verify", take_text, AT(data), 0, "folder with input_K.pb and output_K.pb, or folders test_data_set_N of that kind. Default: the model's own folder"},
  {"rtol", 0, "X", "verify", take_real, AT(rtol), 0, "relative tolerance: |got - want| <= atol + rtol * |want|. Default: 1e-3"},
  {"atol", 0, "X", "verify", take_real, AT(atol), 0, "absolute tolerance. Default: 1e-7 and what --atol-of-max says"},
  {"atol-of-max", 0, "X", "verify", take_real, AT(atol_of_max), 0, "adds X times the largest magnitude that is expected to the absolute tolerance, because sums that cancel keep the error of their parts. Default: 1e-5; 0 with --atol"},
  {"ulp", 0, "N", "verify", take_real, AT(ulp), 0, "tolerance in units in the last place, instead of --rtol and --atol"},
  {"own-error", 0, NULL, "verify", take_switch, AT(own_error), 0, "prints the distance of compiled results from the reference interpreter as well"},
  {"per-node", 0, NULL, "verify", take_switch, AT(per_node), 0, "compares every value between kernels with the reference and names the first wrong node"},
  {"interpret", 0, NULL, "run verify", take_switch, AT(interpret), 0, "runs the reference interpreter instead of compiled code"},
  {"sanitize", 0, NULL, "run verify", take_switch, AT(sanitize), 0, "compiles the generated code with AddressSanitizer and UndefinedBehaviorSanitizer"},
  {"read-back", 0, NULL, "check verify", take_switch, AT(read_back), 0, "reads the text of the IR again after every pass, which must not change it: a check of sinter itself"},
  {"runs", 0, "N", "bench", take_count, AT(runs), 0, "how often to run. Default: as often as fits into about two seconds"},
  {"seed", 0, "N", "bench", take_count, AT(seed), 0, "seed of the random input data. Default: 1"},
  {"dump", 0, "DIR", MODEL_VERBS, take_text, AT(dump), 0, "writes the IR after every pass into this folder"},
  {"memory", 0, "BYTES", MODEL_VERBS " list", take_bytes, AT(memory), 0, "most memory sinter itself may take. Default: 4G"},
  {"json", 0, NULL, MODEL_VERBS " list explain", take_switch, AT(json), 0, "prints the result as JSON"},
  {"verbose", 'v', NULL, MODEL_VERBS, take_switch, AT(verbose), 0, "also tells the time of every pass and the memory used"},
  {"help", 'h', NULL, "*", take_switch, AT(help), 0, "shows this text"},
};
enum { OPTIONS = sizeof options / sizeof *options };

static bool takes(const Verb *verb, const Option *o) {
  if (*o->verbs == '*') return true;
  size_t n = strlen(verb->name);
  for (const char *p = strstr(o->verbs, verb->name); p; p = strstr(p + 1, verb->name))
    if ((p == o->verbs || p[-1] == ' ') && (p[n] == ' ' || !p[n])) return true;
  return false;
}

/* An option nobody takes here: is it misspelt, or another verb's? */
static bool complain_unknown(const Command *cmd, const char *bad, Str *complaint) {
  const char *word = bad + strspn(bad, "-");
  Nearest near = nearest_to(*word ? word : "-");
  for (int i = 0; i < OPTIONS; i++) {
    if (takes(cmd->verb, &options[i])) nearest_try(&near, options[i].name);
    else if (!strcmp(word, options[i].name)) return complain(complaint, "%s is no option of `%s`; it belongs to: %s", bad, cmd->verb->name, options[i].verbs);
  }
  complain(complaint, "unknown option %s", bad);
  if (near.best) complain(complaint, "; did you mean --%s?", near.best);
  else complain(complaint, "; `sinter %s --help` shows what there is", cmd->verb->name);
  return false;
}

static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

bool options_parse(Ctx *ctx, int argc, char **argv, Command *cmd, Str *complaint) {
  struct poptOption table[OPTIONS + 1];
  cmd->recorded = "";
  int n = 0;
  for (int i = 0; i < OPTIONS; i++)
    if (takes(cmd->verb, &options[i]))
      table[n++] = (struct poptOption){options[i].name, options[i].letter, options[i].value ? POPT_ARG_STRING : POPT_ARG_NONE, NULL, i + 1, options[i].help, options[i].value};
  table[n] = (struct poptOption)POPT_TABLEEND;

  poptContext popt = poptGetContext(cmd->program, argc, (const char **)argv, table, 0);
  if (!popt) return complain(complaint, "out of memory");
  bool good = true;
  for (int row; good && (row = poptGetNextOpt(popt)) != -1;) {
    if (row < 0) {
      const char *bad = poptBadOption(popt, POPT_BADOPTION_NOALIAS);
      good = row == POPT_ERROR_BADOPT ? complain_unknown(cmd, bad, complaint) : complain(complaint, "%s: %s", bad, poptStrerror(row));
      continue;
    }
    char *value = poptGetOptArg(popt);
    const Option *o = &options[row - 1];
    const char *text = value ? intern(ctx, value) : NULL;
    free(value);
    good = o->take(ctx, cmd, o, text, complaint);
    if (o->record) cmd->recorded = ctx_printf(ctx, "%s --%s %s", cmd->recorded, o->name, o->record == 'f' ? file_name(text) : text);
  }
  for (const char *arg; good && (arg = poptGetArg(popt));) vec_push(ctx, &cmd->args, intern(ctx, arg));
  poptFreeContext(popt);
  if (!good || cmd->help) return good;

  int given = (int)cmd->args.n;
  if (given < cmd->verb->min_args) return complain(complaint, "usage: sinter %s", cmd->verb->synopsis);
  if (cmd->verb->max_args >= 0 && given > cmd->verb->max_args) return complain(complaint, "'%s' is one argument too many; usage: sinter %s", cmd->args.at[cmd->verb->max_args], cmd->verb->synopsis);
  return true;
}

/* Wraps text at a width, with every line after the first indented. */
static void print_wrapped(FILE *to, const char *text, int column, int indent, int width) {
  while (*text) {
    int n = (int)strcspn(text, " ");
    if (column + n > width && column > indent) {
      fprintf(to, "\n%*s", indent, "");
      column = indent;
    }
    fprintf(to, "%.*s", n, text);
    column += n + 1;
    text += n;
    if (*text == ' ') {
      text++;
      if (column + (int)strcspn(text, " ") <= width) fputc(' ', to);
    }
  }
  fputc('\n', to);
}

void options_print(const Verb *verb, FILE *to) {
  for (int i = 0; i < OPTIONS; i++) {
    const Option *o = &options[i];
    if (!takes(verb, o)) continue;
    fprintf(to, "  ");
    if (o->letter) fprintf(to, "-%c, ", o->letter);
    fprintf(to, "--%s%s%s\n      ", o->name, o->value ? " " : "", o->value ? o->value : "");
    print_wrapped(to, o->help, 6, 6, 90);
  }
}
