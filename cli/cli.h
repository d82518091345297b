/* The program `sinter`: argv becomes calls of the compiler, and nothing else. The only folder that prints, and that exits.
 *
 * Every verb is a row of the table in main.c and a file of its own. A verb returns true, or false with diagnostics in the context; the exit
 * status follows from the diagnostics. Results go to stdout, diagnostics and progress to stderr. */
#pragma once
#include "codegen/codegen.h"
#include "frontend/frontend.h"
#include "ir/record.h"

typedef enum Status { STATUS_FINE, STATUS_USAGE, STATUS_MODEL, STATUS_DIFFER, STATUS_BUDGET, STATUS_SYSTEM } Status;

typedef struct Command Command;
typedef struct Verb {
  const char *name, *synopsis, *about;   /* about: one line */
  const char *description, *examples;    /* paragraphs of `--help` */
  bool (*run)(Ctx *ctx, const Command *cmd);
  int min_args, max_args;                /* positional arguments; max < 0: any number */
} Verb;
extern const Verb verb_compile, verb_check, verb_inspect, verb_run, verb_verify, verb_bench, verb_list, verb_explain;

/* What the command line says. Texts that need a model to be understood stay texts. */
typedef VEC(const char *) Texts;
struct Command {
  const Verb *verb;
  const char *program;                   /* argv[0] */
  char *const *argv;
  Texts args;
  const char *target, *fp, *disable, *codegen, *cc, *cflags, *name, *entry, *dump, *output, *weights, *emit;
  const char *after, *format, *data;
  const char *recorded;                  /* the options that change what is generated, for the header of generated files */
  Texts dims, shapes, consts, states, ops, inputs;
  int64_t memory, text_bytes, ram, flash;            /* 0: not given; memory has a default */
  int64_t threads, runs, seed;
  double rtol, atol, atol_of_max, ulp;   /* < 0: not given */
  bool json, verbose, help, all, per_node, own_error, interpret, sanitize, read_back;
};

/* ---- options.c: the table of options */
bool options_parse(Ctx *ctx, int argc, char **argv, Command *cmd, Str *complaint); /* false with a complaint for people when it is not understood */
void options_print(const Verb *verb, FILE *to);

/* ---- nearest.c: what did you mean? */
typedef struct Nearest { const char *word, *best; size_t distance; } Nearest;
Nearest nearest_to(const char *word);
void nearest_try(Nearest *n, const char *candidate);                       /* keeps the candidate closest to the word, if it is close at all */

/* ---- session.c: the steps most verbs share */
bool session_import(Ctx *ctx, const Command *cmd, ImportOptions *import);  /* --name --dim --shape --const --ops, and the operator library */
Model *session_read(Ctx *ctx, const Command *cmd, const ImportOptions *import);
const Target *session_target(Ctx *ctx, const Command *cmd);                /* --target, or the target of this machine */
bool session_options(Ctx *ctx, const Command *cmd, Options *options);
bool session_emit_options(Ctx *ctx, const Command *cmd, EmitOptions *options);
/* The pipeline with --dump and -v, until the pass of that name (NULL: all of it). */
bool session_passes(Ctx *ctx, const Command *cmd, Unit *unit, const char *until);
bool session_json(Ctx *ctx, const void *json);                             /* prints a json_t on stdout and drops it */
void progress(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* one line on a terminal, nothing elsewhere */
void progress_clear(void);
Place place_of_model(const Command *cmd);

/* ---- table.c: columns for people */
typedef struct Table Table;
Table *table_new(Ctx *ctx, const char *alignment);                         /* one letter a column: l r */
void table_cell(Table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void table_print(const Table *t, FILE *to, const char *indent);
const char *thousands(Ctx *ctx, int64_t n);                                /* 1,234,567 */
const char *engineering(Ctx *ctx, double v, const char *unit);             /* 12.3 k, 4.56 G */

/* ---- dataset.c: folders test_data_set_N with input_K.pb and output_K.pb, as the ONNX tests have them */
typedef struct DataSet { const char *dir; VEC(const Data *) inputs, outputs; } DataSet; /* NULL where a number is missing */
typedef VEC(DataSet) DataSets;
bool dataset_find(Ctx *ctx, const char *dir, const Model *model, DataSets *out); /* the model's types say what the files hold */

/* ---- feed.c: a model together with the data that goes into it */
typedef struct Feed { const char *name; const Data *data; } Feed;
typedef VEC(ShapeOption) Shapes;
typedef struct Feeds { Feed *at; size_t n, cap; Shapes outputs; } Feeds; /* a vector; outputs: how large they are expected to get, where that is known */
/* Reads the model and runs the pipeline to the end with open dimensions bound by the shapes of the data, and with inputs that operators need
 * when compiling taken as constants from the data; both are said in notes. until: as session_passes. */
bool feed_compile(Ctx *ctx, const Command *cmd, const Feeds *feeds, const char *until, Unit *unit);
const Model *feed_model(Ctx *ctx, const Command *cmd);                            /* the model as it was written: names and types of what it takes and gives */
/* Matches data with the inputs of that model, in their order. */
bool feed_names(Ctx *ctx, const Model *model, const DataSet *set, Feeds *out, Texts *outputs);
/* The largest extents that outputs have in any of the sets: bounds for those that nothing else bounds. */
Shapes feed_outputs(Ctx *ctx, const Model *model, const DataSets *sets);
const Type *feed_type(const Value *v);                                            /* what the model says a value is */
const Data *feed_as_declared(Ctx *ctx, const Data *data, Elem elem);              /* data of a file as the type that the model gives them */

/* ---- binding.c: the data of one run at their places */
typedef struct SymbolValue { const char *name; int64_t value; bool known; } SymbolValue;
typedef struct Binding {
  const Program *program;
  VEC(const Data *) inputs;              /* one per input of the program */
  VEC(Data *) outputs;                   /* allocated at the bounds of their symbols */
  VEC(SymbolValue) symbols;              /* every symbol of the context */
} Binding;
bool binding_make(Ctx *ctx, const Program *p, const Feeds *feeds, Binding *out); /* types and shapes are checked, symbols of inputs get their values */
void binding_close(Ctx *ctx, Binding *b);                                        /* after a run: output types get the values that kernels gave to symbols */
int64_t binding_symbol(void *arg, const char *name);                             /* arg: Binding; the bound where the value is not known */
void binding_set_symbol(void *arg, const char *name, int64_t value);

/* ---- execute.c: runs a program on data, by the reference interpreter or as compiled code */
/* What a kernel wrote, under its buffer's name. A kernel in a loop runs more than once: trip counts how often the run has gone back so far, whatever the loop, so it tells the same moment
 * in two programs of one model. What has an extent that a kernel in a loop finds is left out. */
enum { UNWRITTEN = 0xa5 };               /* every byte of memory that no kernel has written yet */
typedef struct Written { const char *name; size_t kernel; int64_t trip; const Data *data; } Written;
typedef struct Execution {
  const Unit *unit;
  const Command *cmd;
  Binding binding;
  bool want_values;                      /* keep what every kernel writes */
  VEC(Written) written;                  /* when asked for, in the order of time; of what is written twice in one trip the last */
  bool cut;                              /* loops wrote more than is kept */
  uint64_t *chance;                      /* interpreted with random rounding, of which this is the state (ir/tile.h); or NULL */
} Execution;
bool execute_interpreted(Ctx *ctx, Execution *x);
bool execute_compiled(Ctx *ctx, Execution *x);

/* ---- compare.c */
typedef struct Tolerance { double rtol, atol, ulp; } Tolerance;
typedef struct Difference {
  double max_abs, max_rel, max_ulp;      /* over elements that are numbers on both sides */
  double max_ulp_of_max;                 /* the largest error in units in the last place of the largest expected magnitude: where terms cancel, an ULP of the
                                            small result says nothing, and this does */
  int64_t count, wrong;                  /* elements; those out of tolerance */
  int64_t first, worst;                  /* first out of tolerance (-1: none); the one of the largest error */
  int64_t element;                       /* of a sequence or an optional: in which of its tensors the first is; -1 otherwise */
  const char *mismatch;                  /* type or shape, in words; NULL when they agree */
} Difference;
void element_print(const Data *d, int64_t i, Str *out);   /* one element, as people read it */
Difference compare(Ctx *ctx, const Data *got, const Data *want, Tolerance tolerance);
const char *element_place(Ctx *ctx, const Type *t, int64_t i);             /* [0,3,1] */
