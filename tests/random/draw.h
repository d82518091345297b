/* Random cases of an operator, drawn from its own text: types from its classes, shapes from its patterns, attributes from their defaults and from what the
 * text compares them with. A case that the compiler then refuses was none; it is drawn again.
 *
 * Every decision is a choice of one of n, the first being the simplest. The choices made are kept, so that a case can be drawn again from a changed list:
 * that is how a failing case is made smaller. */
#pragma once
#include "ir/ein.h"
#include "ir/graph.h"

/* ---- choices.c */
typedef struct Choices { Ctx *ctx; VEC(uint32_t) made; size_t used; uint64_t state; bool replay; } Choices; /* replay: what is not on the list is 0 */
uint32_t choose(Choices *c, uint32_t n);                           /* 0 .. n-1 */
static inline bool one_in(Choices *c, uint32_t n) { return choose(c, n) == n - 1; } /* false is simpler */
#define PICK(c, ...) ((const int64_t[]){__VA_ARGS__}[choose(c, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))])

/* ---- draw.c */
enum { CASE_INPUTS = 24, CASE_OUTPUTS = 8, CASE_ATTRS = 24, MOST_ELEMENTS = 1500 };
typedef struct CaseInput { const Data *data; bool constant; } CaseInput; /* data NULL: absent; constant: an initializer of the model */
typedef struct Case {
  const char *op, *domain; int opset;
  int nin; CaseInput in[CASE_INPUTS];
  int nattr; Attr attr[CASE_ATTRS];
  int nout; bool want[CASE_OUTPUTS];
  const char *before, *after;                                      /* element operators on the way in and out; NULL: none */
  Graph *graph;                                                    /* of several nodes, instead of one: in[i] goes to its inputs; NULL: none */
  int nbounds; ValueBound bound[4];                                /* of its values and loops, as a user says them */
  const struct KernelRow *row;                                     /* what it was drawn from; NULL: a text */
} Case;
/* One case of the operator from its text; false when it came to nothing. */
bool case_draw(Ctx *ctx, const EinLib *lib, const char *op, const char *domain, Choices *c, Case *out);

/* ---- habits.c: what attributes and compile-time inputs of a name usually hold */
typedef enum Habit {
  HABIT_NONE,                                                      /* left at its default */
  HABIT_FLAG, HABIT_NUMBER, HABIT_ONE, HABIT_REAL, HABIT_ELEM, HABIT_TEXT,    /* one value; NUMBER from lo to hi, ONE as a list */
  HABIT_SPATIAL, HABIT_SPATIAL_PAIRS,                              /* a number for every spatial rank; two */
  HABIT_ALONG, HABIT_ALONG_PAIRS, HABIT_ALONG_REALS,               /* a number for every axis that is worked along */
  HABIT_RANK,                                                      /* a number for every rank of the first input */
  HABIT_LIST,                                                      /* up to three numbers */
  HABIT_PERMUTATION, HABIT_RESHAPE, HABIT_BROADCAST, HABIT_SPLIT, HABIT_VALUE
} Habit;
typedef struct HabitRow { const char *op, *name; Habit habit; int lo, hi; } HabitRow; /* op NULL: any */
const HabitRow *habit_find(const char *op, const char *name);      /* NULL: none is known */

/* ---- values.c */
typedef enum Sort { SORT_ANY, SORT_POSITIVE, SORT_UNIT, SORT_NONZERO, SORT_SHIFT, SORT_INDEX, SORT_BELOW, SORT_LENGTH, SORT_SHARE } Sort; /* SHARE: from 0 to 1 */
typedef enum Mood { MOOD_PLAIN, MOOD_WHOLE, MOOD_SPECIAL, MOOD_LIMITS } Mood; /* small numbers; whole ones; NaN, infinities and zeros among them; the ends of the type */
Sort sort_of(const char *op, const char *tensor, const char **rank); /* what is known of the values of an input; rank: what indices stay below, or NULL */
typedef struct UsualTypes { const char *op, *type; Elem elem[2]; } UsualTypes;
const UsualTypes *usual_types(const char *op, const char *type);   /* of a type class or variable of the text; NULL: whatever fits */
/* limit: the shortest extent of the first input. INDEX: from -limit to limit - 1; BELOW: from 0; LENGTH: 1 to limit. NULL when there is no such number. */
const Data *draw_values(Choices *c, Elem e, int rank, const int64_t *dim, Sort sort, int64_t limit, Mood mood);

/* ---- conditioning.c */
const Data *nudged(Ctx *ctx, const Data *d, uint64_t *state);      /* d with real numbers moved by a few units in their last places */
/* got, with the elements that are as good as answer[0]'s replaced by those: they lie in or near the spread of the n answers to nudged questions. */
const Data *excused(Ctx *ctx, const Data *got, const Data *const *answer, int n);

/* ---- texts.c: what string tensors and attributes hold */
/* FEW: short ones that meet again; SPACED: several words in one; NUMBERS, WHOLE: those that Cast reads. */
typedef enum Wording { WORDS_ANY, WORDS_FEW, WORDS_SPACED, WORDS_NUMBERS, WORDS_WHOLE } Wording;
const char *draw_text(Choices *c, uint64_t *state, Wording wording, Mood mood);
const Data *draw_texts(Choices *c, int rank, const int64_t *dim, Wording wording, Mood mood);
const char *const *draw_different_texts(Choices *c, int n, Wording wording);   /* no two the same */

/* ---- kernels.c: operators without a text. A row says how a case of one is drawn: a signature (kernels.c explains its words), or a function. */
typedef struct KernelRow KernelRow;
typedef bool DrawCase(Ctx *ctx, const KernelRow *row, Choices *c, Case *out);
struct KernelRow { const char *op, *domain; int since; const char *what, *signature; DrawCase *draw; }; /* what: the part of the operator that it draws; NULL: all of it */
size_t kernel_rows(const KernelRow **all);
bool kernel_draw(Ctx *ctx, const KernelRow *row, Choices *c, Case *out);
int draw_opset(Choices *c, const KernelRow *row);                               /* one that the row is for */
void give_attr(Case *k, Ctx *ctx, const char *name, Attr value);                /* one more attribute: value without its name */
void give_input(Case *k, const Data *d);                                        /* one more input, of the run */
int draw_extents(Choices *c, int least, int most, bool may_be_empty, int64_t *dim); /* as many as it returns */
DrawCase draw_einsum, draw_image;                                               /* equations.c, images.c */
DrawCase draw_deform_conv, draw_blocks, draw_quantized_experts;                             /* tied.c */
const int64_t *draw_different_ints(Choices *c, int n);                          /* lookups.c: small ones in any order */
DrawCase draw_label_encoder, draw_category_mapper, draw_tf_idf, draw_dict_vectorizer, draw_zip_map, draw_cast_map; /* lookups.c */
DrawCase draw_trees, draw_tree_ensemble, draw_svm;                              /* trees.c */
DrawCase draw_sequences, draw_optionals, draw_sequence_map;                     /* sequences.c: small graphs */
DrawCase draw_extents_found;                                                    /* extents.c: small graphs of extents that are found when running */
DrawCase draw_if, draw_loop, draw_scan, draw_scan_of_batches;                   /* control.c: small graphs with regions */
