/* Operators without a text: what a case of one looks like, in rows. A signature is words with blanks between, drawn from left to right:
 *
 *     x:CLASSES[SHAPE]SORT   an input; x?: one that may be absent
 *     @name:HABIT            an attribute; @name?: one that may be left out
 *     >M or >M..N            outputs, of which those beyond M may be absent
 *
 * CLASSES: classes or types of elements with | between them, or the name of an input before, for its type. SHAPE: what lies between commas are extents: a letter for one
 * of that name, a number, `*` for up to three of any length, `+` for at least one, `~` for those that broadcast, `<` for one up to that of the axis that `@axis` names.
 * SORT: nothing, or what values there are: = and a word of `sorts`, the
 * number that some need in parentheses; `tame` for no special ones, `summed` for no extreme ones. HABIT: a row of `habits`, what it needs in parentheses. */
#include "draw.h"
#include <ctype.h>
#include <stdlib.h>

enum { NEWEST = 26 };
#define ML "ai.onnx.ml"

static const KernelRow rows[] = {
  {"BitCast", "", 26, NULL, "x:num[*] @to:samewidth >1", NULL},
  {"Compress", "", 9, NULL, "x:any|string[+] @axis?:axis when:bool[<] >1", NULL},
  {"Det", "", 11, NULL, "x:f32|f64|f16[*,n,n]=tame >1", NULL},
  {"Inverse", "com.microsoft", 1, NULL, "x:f32|f64|f16[*,n,n]=regular >1", NULL},
  {"NonMaxSuppression", "", 10, NULL, "boxes:f32[b,n,4] scores:f32[b,c,n] most?:i64[1]=below(4) iou?:f32[1]=share score?:f32[1] @center_point_box?:flag >1", NULL},
  {"Einsum", "", 12, NULL, NULL, draw_einsum},
  {"ImageDecoder", "", 20, NULL, NULL, draw_image},
  {"DeformConv", "", 19, NULL, NULL, draw_deform_conv},
  {"MatMulNBits", "com.microsoft", 1, NULL, NULL, draw_blocks},
  {"QMoE", "com.microsoft", 1, NULL, NULL, draw_quantized_experts},
  {"NonZero", "", 9, NULL, "x:any[*] >1", NULL},
  {"Unique", "", 11, NULL, "x:any|string[+] @axis?:axis @sorted?:flag >1..4", NULL},
  {"Cast", "", 9, "from-texts", "x:string[*]=numbers @to:elem(float) >1", NULL},
  {"Cast", "", 9, "from-whole-texts", "x:string[*]=whole @to:elem(i64|i32|i16|i8) >1", NULL},
  {"Cast", "", 9, "to-texts", "x:num|bool[*] @to:elem(string) >1", NULL},
  {"CastLike", "", 15, "from-texts", "x:string[*]=whole like:f32|i64|i32|f64|i8[*] >1", NULL},
  {"Identity", "", 14, "of-texts", "x:string[*] >1", NULL},
  {"Equal", "", 19, "of-texts", "x:string[~]=few y:string[~]=few >1", NULL},
  {"Where", "", 9, "of-texts", "c:bool[~] x:string[~] y:string[~] >1", NULL},
  {"Concat", "", 13, "of-texts", "x:string[a,b,c] y:string[a,d,c] z?:string[a,b,c] @axis:int(1,1) >1", NULL},
  {"Gather", "", 13, "of-texts", "x:string[a,4] i:i64|i32[*]=below(4) @axis:int(1,1) >1", NULL},
  {"GatherElements", "", 13, "of-texts", "x:string[4,a] i:i64|i32[b,a]=below(4) >1", NULL},
  {"GatherND", "", 13, "of-texts", "x:string[3,3,a] i:i64[b,2]=below(3) >1", NULL},
  {"ScatterElements", "", 18, "of-texts", "x:string[4,a] i:i64|i32[1,a]=below(4) u:string[1,a] >1", NULL},
  {"Transpose", "", 13, "of-texts", "x:string[*] >1", NULL},
  {"Flatten", "", 13, "of-texts", "x:string[+] @axis?:axis >1", NULL},
  {"Size", "", 13, "of-texts", "x:string[*] >1", NULL},
  {"Shape", "", 15, "of-texts", "x:string[*] @start?:int(0,1) >1", NULL},
  {"StringConcat", "", 20, NULL, "x:string[~] y:string[~] >1", NULL},
  {"StringSplit", "", 20, NULL, "x:string[*]=spaced @delimiter?:word(,|;| |::|-|ab) @maxsplit?:int(0,3) >2", NULL},
  {"StringNormalizer", "", 10, NULL, "x:string[n] @locale:word(C.UTF-8) @case_change_action?:word(NONE|LOWER|UPPER) @is_case_sensitive?:flag @stopwords?:texts >1", NULL},
  {"RegexFullMatch", "", 20, NULL, "x:string[*]=any @pattern:pattern >1", NULL},
  {"OneHotEncoder", ML, 1, NULL, "x:f32|i64|i32|f64[*]=below(6) @cats_int64s:different @zeros?:flag >1", NULL},
  {"OneHotEncoder", ML, 1, "of-texts", "x:string[*]=few @cats_strings:texts @zeros?:flag >1", NULL},
  {"Scaler", ML, 1, "by-attributes", "x:f32|f64|i64|i32[n,f] @offset:reals(f) @scale:reals(f) >1", NULL},
  {"Imputer", ML, 1, "by-attributes", "x:f32[n,f] @imputed_value_floats:reals(f) >1", NULL},
  {"Imputer", ML, 1, "of-integers", "x:i64[n,f]=below(3) @imputed_value_int64s:different(f) @replaced_value_int64?:int(0,2) >1", NULL},
  {"FeatureVectorizer", ML, 1, "by-attributes", "x:f32|f64|i64|i32[n,f] y:x[n,g] @inputdimensions:extents(fg) >1", NULL},
  {"LinearRegressor", ML, 1, "by-attributes",
   "x:f32[n,f]=summed @targets:extents(t) @coefficients:reals(tf) @intercepts?:reals(t) @post_transform?:word(NONE|SOFTMAX|LOGISTIC|SOFTMAX_ZERO) >1", NULL},
  {"LinearClassifier", ML, 1, "by-attributes",
   "x:f32|f64|i64|i32[n,f]=summed @coefficients:reals(cf) @intercepts:reals(c) @classlabels_ints:different(c) @multi_class?:flag "
   "@post_transform?:word(NONE|SOFTMAX|LOGISTIC|SOFTMAX_ZERO) >2", NULL},
  {"LinearClassifier", ML, 1, "of-two",
   "x:f32[n,f]=summed @coefficients:reals(f) @intercepts:reals(1) @classlabels_strings:texts(2) @post_transform?:word(NONE|SOFTMAX|LOGISTIC|SOFTMAX_ZERO) >2", NULL},
  {"SVMRegressor", ML, 1, "by-attributes",
   "x:f32[n,f]=summed @n_supports:extents(s) @support_vectors:reals(sf) @coefficients:reals(s) @rho:reals(1) @kernel_type:word(LINEAR|POLY|RBF|SIGMOID) "
   "@kernel_params:positives(3) @one_class?:flag >1", NULL},
  {"LabelEncoder", ML, 1, NULL, NULL, draw_label_encoder},
  {"CategoryMapper", ML, 1, NULL, NULL, draw_category_mapper},
  {"TfIdfVectorizer", "", 9, NULL, NULL, draw_tf_idf},
  {"DictVectorizer", ML, 1, NULL, NULL, draw_dict_vectorizer},
  {"CastMap", ML, 1, NULL, NULL, draw_cast_map},
  {"ZipMap", ML, 1, NULL, NULL, draw_zip_map},
  {"TreeEnsembleClassifier", ML, 1, NULL, NULL, draw_trees},
  {"TreeEnsembleClassifier", ML, 1, "both-of-two", NULL, draw_trees},
  {"TreeEnsembleRegressor", ML, 1, NULL, NULL, draw_trees},
  {"TreeEnsembleRegressor", ML, 1, "not-all-voted", NULL, draw_trees},
  {"TreeEnsemble", ML, 5, NULL, NULL, draw_tree_ensemble},
  {"TreeEnsemble", ML, 5, "softmax-or-logistic", NULL, draw_tree_ensemble},
  {"SVMClassifier", ML, 1, NULL, NULL, draw_svm},
  {"SequenceConstruct", "", 11, NULL, NULL, draw_sequences},
  {"SequenceEmpty", "", 11, NULL, NULL, draw_sequences},
  {"SplitToSequence", "", 11, NULL, NULL, draw_sequences},
  {"SequenceInsert", "", 11, NULL, NULL, draw_sequences},
  {"SequenceErase", "", 11, NULL, NULL, draw_sequences},
  {"SequenceAt", "", 11, NULL, NULL, draw_sequences},
  {"SequenceLength", "", 11, NULL, NULL, draw_sequences},
  {"ConcatFromSequence", "", 11, NULL, NULL, draw_sequences},
  {"SequenceMap", "", 17, NULL, NULL, draw_sequence_map},
  {"Optional", "", 18, NULL, NULL, draw_optionals},
  {"OptionalHasElement", "", 18, NULL, NULL, draw_optionals},
  {"OptionalGetElement", "", 18, NULL, NULL, draw_optionals},
  {"Compress", "", 18, "and-beyond", NULL, draw_extents_found},
  {"NonZero", "", 18, "and-beyond", NULL, draw_extents_found},
  {"Unique", "", 18, "and-beyond", NULL, draw_extents_found},
  {"If", "", 11, NULL, NULL, draw_if},
  {"Loop", "", 11, NULL, NULL, draw_loop},
  {"Loop", "", 11, "never-run", NULL, draw_loop},
  {"Scan", "", 9, NULL, NULL, draw_scan},
  {"Scan", "", 8, "of-batches", NULL, draw_scan_of_batches},
};

size_t kernel_rows(const KernelRow **all) { return *all = rows, sizeof rows / sizeof *rows; }

typedef struct Sketched { char name[16]; const Type *type; bool absent; } Sketched;
typedef struct Extent { bool known; int64_t value; } Extent;
typedef struct Sketch {
  Ctx *ctx; Choices *c; Case *out;
  int n; Sketched in[CASE_INPUTS];
  Extent letter[128];
  bool axis_known; int axis; bool has_axis;
  bool broadcast_known; int nbase; int64_t base[MAX_RANK];
  bool may_be_empty; Mood mood;
} Sketch;

/* ---- what functions that draw share */
void give_attr(Case *k, Ctx *ctx, const char *name, Attr value) {
  value.name = intern(ctx, name);
  if (k->nattr < CASE_ATTRS) k->attr[k->nattr++] = value;
}

void give_input(Case *k, const Data *d) {
  if (k->nin < CASE_INPUTS) k->in[k->nin++] = (CaseInput){.data = d};
}

static int64_t extent(Choices *c, bool may_be_empty) {
  int64_t v = PICK(c, 1, 2, 3, 2, 3, 4, 5, 7);
  return may_be_empty && one_in(c, 3) ? 0 : v;
}

int draw_extents(Choices *c, int least, int most, bool may_be_empty, int64_t *dim) {
  int n = least + (int)choose(c, (uint32_t)(most - least + 1));
  for (int i = 0; i < n; i++) dim[i] = extent(c, may_be_empty);
  return n;
}

int draw_opset(Choices *c, const KernelRow *row) {
  if (*row->domain) return row->since;
  int opset = (int)PICK(c, NEWEST, NEWEST, NEWEST, 22, 17, 13);
  return opset > row->since ? opset : row->since;
}

/* ---- inputs */
static const Sketched *earlier(const Sketch *s, const char *name) {
  for (int i = 0; i < s->n; i++)
    if (!strcmp(s->in[i].name, name)) return &s->in[i];
  return NULL;
}

/* Any of several classes, f32 before others. */
static Elem draw_elem(Choices *c, const char *classes) {
  static const Elem order[] = {ELEM_f32, ELEM_f32, ELEM_i64, ELEM_f64, ELEM_i32, ELEM_bool, ELEM_string, ELEM_u8, ELEM_i8, ELEM_f16, ELEM_i16, ELEM_u16, ELEM_u32, ELEM_u64, ELEM_bf16};
  Elem fit[sizeof order / sizeof *order];
  uint32_t n = 0;
  char list[100], *rest = list;
  snprintf(list, sizeof list, "%s", classes);
  for (char *cls = strtok_r(list, "|", &rest); cls; cls = strtok_r(NULL, "|", &rest))
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
      if (elem_in_class(order[i], cls)) fit[n++ % (sizeof order / sizeof *order)] = order[i];
  return n ? fit[choose(c, n < sizeof order / sizeof *order ? n : sizeof order / sizeof *order)] : ELEM_NONE;
}

static int64_t named_extent(Sketch *s, char name) {
  Extent *e = &s->letter[name & 127];
  if (!e->known) *e = (Extent){true, extent(s->c, s->may_be_empty)};
  return e->value;
}

static int broadcast_extents(Sketch *s, int64_t *dim) {
  if (!s->broadcast_known) s->nbase = draw_extents(s->c, 0, 3, s->may_be_empty, s->base), s->broadcast_known = true;
  int from = one_in(s->c, 3) ? (int)choose(s->c, (uint32_t)s->nbase + 1) : 0, n = 0;
  for (int i = from; i < s->nbase; i++) dim[n++] = one_in(s->c, 4) ? 1 : s->base[i];
  return n;
}

/* What may be said of the axis: its extent, or that of all elements in a row. */
static int64_t axis_extent(const Sketch *s) {
  const Type *t = s->n ? s->in[0].type : NULL;
  int64_t all = 1;
  for (int i = 0; t && i < t->rank; i++) all *= t->dim[i];
  return t && s->has_axis && s->axis < t->rank ? t->dim[s->axis] : all;
}

static int draw_shape(Sketch *s, char *shape, int64_t *dim) {
  int rank = 0;
  char *rest = shape;
  for (char *item = strtok_r(shape, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
    if (*item == '*' || *item == '+') rank += draw_extents(s->c, *item == '+', 3, s->may_be_empty, dim + rank);
    else if (*item == '~') rank += broadcast_extents(s, dim + rank);
    else if (*item == '<') dim[rank++] = (int64_t)choose(s->c, (uint32_t)axis_extent(s) + 1);
    else dim[rank++] = isdigit((unsigned char)*item) ? atoll(item) : named_extent(s, *item);
  }
  return rank;
}

/* A matrix of numbers that are largest on the diagonal has an inverse that rounding leaves alone. */
static const Data *regular(const Data *d) {
  const Type *t = &d->type;
  int64_t n = t->rank ? t->dim[t->rank - 1] : 0, all = 1;
  for (int i = 0; i < t->rank; i++) all *= t->dim[i];
  for (int64_t i = 0; i < all; i++)
    if (i / n % n == i % n) data_set_real((void *)(uintptr_t)d->bytes, t->elem, i, data_real(d, i) + (data_real(d, i) < 0 ? -2 : 2) * (double)n);
  return d;
}

static const Data *draw_input(Sketch *s, Elem e, int rank, const int64_t *dim, const char *sort) {
  static const struct { const char *word; Sort sort; Wording wording; } sorts[] = {
    {"", SORT_ANY, WORDS_FEW}, {"any", SORT_ANY, WORDS_ANY}, {"few", SORT_ANY, WORDS_FEW}, {"spaced", SORT_ANY, WORDS_SPACED}, {"numbers", SORT_ANY, WORDS_NUMBERS}, {"whole", SORT_ANY, WORDS_WHOLE},
    {"positive", SORT_POSITIVE, 0}, {"unit", SORT_UNIT, 0}, {"share", SORT_SHARE, 0}, {"below", SORT_BELOW, 0}, {"regular", SORT_ANY, 0}, {"tame", SORT_ANY, 0}, {"summed", SORT_ANY, 0},
  };
  char word[32];
  size_t k = 0, n = strcspn(sort, "(");
  int64_t limit = sort[n] ? atoll(sort + n + 1) : 1;
  snprintf(word, sizeof word, "%.*s", (int)n, sort);
  while (k < sizeof sorts / sizeof *sorts && strcmp(sorts[k].word, word)) k++;
  if (k == sizeof sorts / sizeof *sorts) return NULL;
  if (e == ELEM_string) return draw_texts(s->c, rank, dim, sorts[k].wording, s->mood);
  bool dominant = !strcmp(word, "regular"), tame = dominant || !strcmp(word, "tame");
  tame |= !strcmp(word, "summed") && s->mood == MOOD_LIMITS; /* sums of limits overflow or not as they are ordered */
  const Data *d = draw_values(s->c, e, rank, dim, sorts[k].sort, limit, tame ? MOOD_PLAIN : s->mood);
  return d && dominant ? regular(d) : d;
}

static bool sketch_input(Sketch *s, char *word) {
  char *colon = strchr(word, ':'), *open = strchr(word, '['), *close = strchr(word, ']');
  if (!colon || !open || !close || s->n == CASE_INPUTS) return false;
  *colon = *open = *close = 0;
  bool optional = colon[-1] == '?';
  if (optional) colon[-1] = 0;
  Sketched *in = &s->in[s->n++];
  snprintf(in->name, sizeof in->name, "%s", word);
  if (optional && !one_in(s->c, 2)) { s->out->nin++; return true; }
  const Sketched *same = earlier(s, colon + 1);
  Elem e = same && same->type && same != in ? same->type->elem : draw_elem(s->c, colon + 1);
  int64_t dim[MAX_RANK];
  int rank = draw_shape(s, open + 1, dim);
  const Data *d = draw_input(s, e, rank, dim, close[1] == '=' ? close + 2 : "");
  if (!d) return false;
  in->type = &d->type;
  s->out->in[s->out->nin++] = (CaseInput){d, one_in(s->c, 8)};
  return true;
}

/* ---- attributes */
typedef bool DrawHabit(Sketch *s, const char *name, char *arg);

static bool put_int(Sketch *s, const char *name, int64_t v) { return give_attr(s->out, s->ctx, name, (Attr){.kind = ATTR_INT, .i = v}), true; }

static bool habit_axis(Sketch *s, const char *name, char *arg) {
  int rank = s->n && s->in[0].type ? s->in[0].type->rank : 0;
  (void)arg;
  if (!rank) return false;
  s->has_axis = true, s->axis = (int)choose(s->c, (uint32_t)rank);
  return put_int(s, name, one_in(s->c, 3) ? s->axis - rank : s->axis);
}

static bool habit_flag(Sketch *s, const char *name, char *arg) { return (void)arg, put_int(s, name, choose(s->c, 2)); }

static bool habit_int(Sketch *s, const char *name, char *arg) {
  int lo = atoi(arg), hi = atoi(arg + strcspn(arg, ",") + 1);
  return put_int(s, name, lo + (int)choose(s->c, (uint32_t)(hi - lo + 1)));
}

static bool habit_elem(Sketch *s, const char *name, char *arg) { return put_int(s, name, elem_info(draw_elem(s->c, arg))->onnx); }

static bool habit_same_width(Sketch *s, const char *name, char *arg) {
  Elem fit[ELEM_COUNT], from = s->in[0].type->elem;
  uint32_t n = 0;
  (void)arg;
  for (int e = 1; e < ELEM_COUNT; e++)
    if (elem_info((Elem)e)->onnx > 0 && elem_info((Elem)e)->bits == elem_info(from)->bits && strchr("riu", elem_info((Elem)e)->cls)) fit[n++] = (Elem)e;
  return n && put_int(s, name, elem_info(fit[choose(s->c, n)])->onnx);
}

/* Words between bars; within parentheses and brackets a bar is a letter. */
static bool habit_word(Sketch *s, const char *name, char *arg) {
  const char *word[24];
  uint32_t n = 0, depth = 0;
  word[n++] = arg;
  for (char *p = arg; *p; p++) {
    depth += *p == '(' || *p == '[' || *p == '{';
    depth -= *p == ')' || *p == ']' || *p == '}';
    if (*p == '|' && depth == 0 && n < 24) *p = 0, word[n++] = p + 1;
  }
  return give_attr(s->out, s->ctx, name, (Attr){.kind = ATTR_STRING, .s = intern(s->ctx, word[choose(s->c, n)])}), true;
}

/* How many: a number, or the product of extents by their letters. */
static int count_of(Sketch *s, const char *arg) {
  int64_t n = isdigit((unsigned char)*arg) ? atoll(arg) : 1;
  for (const char *p = arg; isalpha((unsigned char)*p); p++) n *= named_extent(s, *p);
  return (int)n;
}

static bool habit_texts(Sketch *s, const char *name, char *arg) {
  int n = *arg ? count_of(s, arg) : 1 + (int)choose(s->c, 5);
  return give_attr(s->out, s->ctx, name, (Attr){.kind = ATTR_STRINGS, .n = n, .strings = draw_different_texts(s->c, n, WORDS_FEW)}), true;
}

static bool habit_different(Sketch *s, const char *name, char *arg) {
  int n = *arg ? count_of(s, arg) : 1 + (int)choose(s->c, 6);
  return give_attr(s->out, s->ctx, name, (Attr){.kind = ATTR_INTS, .n = n, .ints = draw_different_ints(s->c, n)}), true;
}

static bool draw_reals(Sketch *s, const char *name, int n, double least) {
  double *to = NEWN(s->ctx, double, n + 1);
  for (int i = 0; i < n; i++) to[i] = least + (double)choose(s->c, 9) / 4;
  return give_attr(s->out, s->ctx, name, (Attr){.kind = ATTR_REALS, .n = n, .reals = to}), true;
}

static bool habit_reals(Sketch *s, const char *name, char *arg) { return draw_reals(s, name, count_of(s, arg), -1); }
static bool habit_positives(Sketch *s, const char *name, char *arg) { return draw_reals(s, name, count_of(s, arg), 0.25); }

static bool habit_extents(Sketch *s, const char *name, char *arg) { /* letters, each an entry; one alone is no list */
  int n = (int)strlen(arg);
  int64_t *to = NEWN(s->ctx, int64_t, n + 1);
  for (int i = 0; i < n; i++) to[i] = named_extent(s, arg[i]);
  if (n == 1) return put_int(s, name, to[0]);
  return give_attr(s->out, s->ctx, name, (Attr){.kind = ATTR_INTS, .n = n, .ints = to}), true;
}

static void add_pattern(Sketch *s, Str *to, int depth) {
  static const char *const atoms[] = {"a", "b", ".", "[ab]", "[^a]", "ab", "\\w", "\\d", "c", "[a-c]", "\\.", "\xc3\xa4", "\\S", "[[:alpha:]]"};
  static const char *const often[] = {"", "", "*", "+", "?", "{2}", "{1,2}", "{2,}", "*?"};
  for (uint32_t i = 1 + choose(s->c, 3); i > 0; i--) {
    bool group = depth && one_in(s->c, 3);
    str_add(to, !group ? atoms[choose(s->c, sizeof atoms / sizeof *atoms)] : one_in(s->c, 3) ? "(?:" : "(");
    if (group) add_pattern(s, to, depth - 1), str_add(to, "|"), add_pattern(s, to, depth - 1), str_add(to, ")");
    str_add(to, often[choose(s->c, sizeof often / sizeof *often)]);
  }
}

static bool habit_pattern(Sketch *s, const char *name, char *arg) {
  Str text = str_new(s->ctx);
  (void)arg;
  add_pattern(s, &text, 1); /* deeper ones reach the limit of states */
  return give_attr(s->out, s->ctx, name, (Attr){.kind = ATTR_STRING, .s = text.s}), true;
}

static bool sketch_attr(Sketch *s, char *word) {
  static const struct { const char *word; DrawHabit *draw; } habits[] = {
    {"axis", habit_axis}, {"flag", habit_flag}, {"int", habit_int}, {"elem", habit_elem}, {"samewidth", habit_same_width}, {"word", habit_word},
    {"texts", habit_texts}, {"pattern", habit_pattern}, {"different", habit_different}, {"reals", habit_reals}, {"positives", habit_positives}, {"extents", habit_extents},
  };
  char *colon = strchr(word, ':'), none[] = "";
  if (!colon) return false;
  *colon = 0;
  bool optional = colon[-1] == '?';
  if (optional) colon[-1] = 0;
  if (optional && !one_in(s->c, 2)) return true;
  size_t n = strcspn(colon + 1, "("), end = strlen(colon + 1);
  char *arg = colon[1 + n] ? colon + 2 + n : none;
  if (*arg) colon[end] = 0; /* the last parenthesis */
  colon[1 + n] = 0;
  for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
    if (!strcmp(habits[i].word, colon + 1)) return habits[i].draw(s, word + 1, arg);
  return false;
}

static bool sketch_outputs(Sketch *s, const char *word) {
  int needed = atoi(word + 1);
  const char *dots = strstr(word, "..");
  s->out->nout = dots ? atoi(dots + 2) : needed;
  for (int i = 0; i < s->out->nout; i++) s->out->want[i] = i < needed || one_in(s->c, 2);
  while (s->out->nout > 1 && !s->out->want[s->out->nout - 1]) s->out->nout--;
  return true;
}

/* The next word, of which blanks within parentheses are part. */
static char *next_word(Ctx *ctx, const char **p) {
  int depth = 0;
  while (**p == ' ') ++*p;
  const char *from = *p;
  for (; **p && (**p != ' ' || depth); ++*p) depth += **p == '(', depth -= **p == ')';
  return *p > from ? ctx_printf(ctx, "%.*s", (int)(*p - from), from) : NULL;
}

static bool draw_from_signature(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  Sketch s = {.ctx = ctx, .c = c, .out = out};
  const char *p = row->signature;
  s.may_be_empty = one_in(c, 10);
  s.mood = (Mood)PICK(c, MOOD_PLAIN, MOOD_PLAIN, MOOD_WHOLE, MOOD_SPECIAL, MOOD_LIMITS);
  for (char *word; (word = next_word(ctx, &p));)
    if (!(*word == '@' ? sketch_attr(&s, word) : *word == '>' ? sketch_outputs(&s, word) : sketch_input(&s, word))) return false;
  while (out->nin && !out->in[out->nin - 1].data) out->nin--;
  return true;
}

bool kernel_draw(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  c->used = 0;
  *out = (Case){.op = intern(ctx, row->op), .domain = intern(ctx, row->domain), .opset = draw_opset(c, row), .row = row};
  return row->draw ? row->draw(ctx, row, c, out) : draw_from_signature(ctx, row, c, out);
}
