/* Drawing a case: shapes first, as the patterns have them; then what places ranks (axis, axes, perm); then the other attributes; then the values. */
#include "draw.h"
#include "ir/bind.h"
#include <math.h>

enum { MOST = 16, DEPTH = 24 };

typedef enum SettingKind { UNSET, BY_DEFAULT, INTS, REALS, TEXT, TENSOR } SettingKind;
typedef struct Setting {                  /* an attribute or a compile-time input */
  const Param *p;
  SettingKind kind;
  bool list; int n; int64_t i[MOST]; double r[MOST]; const char *s; const Data *data;
} Setting;
typedef struct RankValue { const char *name; int n; int64_t dim[MOST]; bool group; } RankValue;
typedef struct TypeValue { const char *name; Elem elem; } TypeValue;

typedef struct Truth { const char *name; bool holds; } Truth; /* what patterns and presence depend on, once decided */

typedef struct Draw {
  Ctx *ctx; Choices *c; const EinLib *lib; const Clause *k;
  VEC(Setting) settings;
  VEC(RankValue) ranks;
  VEC(TypeValue) types;
  bool may_be_empty; Mood mood;
  bool broadcast_known; int nbase; int64_t base[MOST];
  bool any_tensor; int rank; int64_t dim[MAX_RANK]; /* of the first input */
  int along;                              /* how many axes are worked along; -1: not said */
  int nout;
  VEC(Truth) truths;
} Draw;

/* ---- settings */
static Setting *setting(Draw *d, const char *name) {
  for (size_t i = 0; i < d->settings.n; i++)
    if (d->settings.at[i].p->name == name) return &d->settings.at[i];
  return NULL;
}

static const EinStmt *let_of(const Block *b, const char *name, bool group) {
  for (int i = 0; i < b->n; i++)
    if (b->stmt[i]->kind == STMT_LET && b->stmt[i]->ntargets == 1 && b->stmt[i]->target[0].name == name && b->stmt[i]->target[0].group == group) return b->stmt[i];
  return NULL;
}

/* The setting that an expression depends on, directly or through names that the text gives. */
static Setting *setting_in(Draw *d, const Ast *e, int depth) {
  if (!e || depth == 0) return NULL;
  if (e->kind == AST_NAME) {
    Setting *s = setting(d, e->name);
    const EinStmt *let = s ? NULL : let_of(&d->k->body, e->name, false);
    return s ? s : let ? setting_in(d, let->right, depth - 1) : NULL;
  }
  for (int i = 0; i < e->n; i++) {
    Setting *s = setting_in(d, e->arg[i], depth - 1);
    if (s) return s;
  }
  return NULL;
}

static bool number_of(const Ast *e, int64_t *v) {
  if (!e) return false;
  if (e->kind == AST_INT) return *v = e->i, true;
  if (e->kind == AST_UNARY && e->n == 1 && e->arg[0]->kind == AST_INT) return *v = -e->arg[0]->i, true;
  return false;
}

static void set_number(Setting *s, int64_t v) { s->kind = INTS, s->list = false, s->n = 1, s->i[0] = v; }

static int64_t between(Draw *d, int lo, int hi) { /* nearest to 1 first */
  int n = hi - lo + 1, first = lo <= 1 && hi >= 1 ? 1 - lo : 0;
  return lo + (int)((choose(d->c, (uint32_t)n) + (uint32_t)first) % (uint32_t)n);
}

/* ---- ranks */
static int64_t extent(Draw *d) {
  int64_t v = PICK(d->c, 1, 2, 3, 2, 3, 4, 5, 2, 3, 7, 8, 17);
  return d->may_be_empty && one_in(d->c, 3) ? 0 : v;
}

static RankValue *rank_find(Draw *d, const char *name, bool group) {
  for (size_t i = 0; i < d->ranks.n; i++)
    if (d->ranks.at[i].name == name && d->ranks.at[i].group == group) return &d->ranks.at[i];
  return NULL;
}

static int64_t rank_extent(Draw *d, const char *name) {
  RankValue *known = rank_find(d, name, false);
  if (known) return known->dim[0];
  const EinStmt *let = let_of(&d->k->body, name, false);
  int64_t v = 0;
  if (!let || !number_of(let->right, &v)) {
    Setting *s = let && let->right->kind == AST_NAME ? setting(d, let->right->name) : NULL;
    if (s && s->kind == UNSET) set_number(s, between(d, 1, 3));
    v = s && s->kind == INTS ? s->i[0] : extent(d);
  }
  vec_push(d->ctx, &d->ranks, ((RankValue){.name = name, .n = 1, .dim = {v}}));
  return v;
}

static RankValue *rank_group(Draw *d, const Pat *q) {
  RankValue *known = rank_find(d, q->name, true);
  if (known) return known;
  RankValue g = {.name = q->name, .group = true};
  int64_t n = PICK(d->c, 1, 2, 1, 2, 2, 3, 0);
  if (q->count && !number_of(q->count, &n) && q->count->kind == AST_NAME) {
    Setting *s = setting(d, q->count->name);
    RankValue *j = s ? NULL : rank_find(d, q->count->name, false);
    if (s && s->kind == INTS) n = s->i[0];
    else if (s) set_number(s, n);
    else if (j) n = j->dim[0];
    else vec_push(d->ctx, &d->ranks, ((RankValue){.name = q->count->name, .n = 1, .dim = {n}}));
  }
  g.n = n < 0 || n > 4 ? 1 : (int)n;
  for (int i = 0; i < g.n; i++) g.dim[i] = extent(d);
  vec_push(d->ctx, &d->ranks, g);
  return &d->ranks.at[d->ranks.n - 1];
}

/* The broadcast group: all tensors share one, of which each may have fewer ranks and extents of 1. */
static int broadcast_group(Draw *d, int64_t *dim) {
  if (!d->broadcast_known) {
    d->nbase = (int)PICK(d->c, 1, 0, 2, 3);
    for (int i = 0; i < d->nbase; i++) d->base[i] = extent(d);
    d->broadcast_known = true;
  }
  int from = one_in(d->c, 3) ? (int)choose(d->c, (uint32_t)d->nbase + 1) : 0, n = 0;
  bool ones = one_in(d->c, 3);
  for (int i = from; i < d->nbase; i++) dim[n++] = ones && one_in(d->c, 2) ? 1 : d->base[i];
  return n;
}

/* ---- conditions */
static bool decided(Draw *d, const char *name) {
  for (size_t i = 0; i < d->truths.n; i++)
    if (d->truths.at[i].name == name) return d->truths.at[i].holds;
  bool holds = one_in(d->c, 2);
  vec_push(d->ctx, &d->truths, ((Truth){name, holds}));
  return holds;
}

/* Optional inputs are there or not as one of them is asked for, by its turn or by has(). */
static bool is_there(Draw *d, int input) {
  const TensorDecl *t = d->k->in[input].tensor;
  return !t->optional || decided(d, t->name);
}

/* `split`, `not split`, `has(I)`: whether an item of a pattern is one. A name that the text computes from ranks may be either. */
static bool condition(Draw *d, const Ast *e) {
  if (!e) return true;
  if (e->kind == AST_UNARY && e->op == OP_NOT) return !condition(d, e->arg[0]);
  if (e->kind == AST_NAME && !setting(d, e->name)) return decided(d, e->name);
  if (e->kind != AST_CALL || strcmp(e->name, "has") || e->n != 1) return true;
  for (int i = 0; i < d->k->nin; i++)
    if (d->k->in[i].tensor && e->arg[0]->kind == AST_NAME && d->k->in[i].tensor->name == e->arg[0]->name) return is_there(d, i);
  return true;
}

/* ---- one tensor */
typedef struct Item { const Pat *q; int n; int64_t dim[MOST]; } Item;

static int64_t extent_expr(Draw *d, const Ast *e) {
  int64_t v = 1;
  if (number_of(e, &v)) return v;
  Setting *s = setting_in(d, e, 8);
  if (s && s->kind == UNSET) set_number(s, between(d, 1, 3));
  return s && s->kind == INTS ? s->i[0] : extent(d);
}

static void item_dims(Draw *d, const Pat *q, Item *it) {
  it->n = 1;
  switch (q->kind) {
    case PAT_RANK: it->dim[0] = rank_extent(d, q->name); break;
    case PAT_GROUP:
      if (!*q->name) it->n = broadcast_group(d, it->dim);
      else {
        const RankValue *g = rank_group(d, q);
        it->n = g->n;
        memcpy(it->dim, g->dim, sizeof g->dim);
      }
      for (int i = 0; i < it->n && q->optional; i++)
        if (one_in(d->c, 4)) it->dim[i] = 1;
      return;
    case PAT_NUMBER: case PAT_EXTENT:
      it->dim[0] = extent_expr(d, q->extent);
      if (q->repeated || q->at) it->n = (int)PICK(d->c, 1, 0, 2);
      for (int i = 1; i < it->n; i++) it->dim[i] = it->dim[0];
      break;
    case PAT_COMPOSED:
      it->dim[0] = 1;
      for (int i = 0; i < q->nparts; i++) {
        Item part = {0};
        item_dims(d, q->part[i], &part);
        for (int k = 0; k < part.n; k++) it->dim[0] *= part.dim[k];
      }
      break;
  }
  if (q->optional) {
    uint32_t how = choose(d->c, 5);
    if (how == 3) it->dim[0] = 1;
    if (how == 4) it->n = 0;
  }
}

/* Which positions the members of an item take; -1: those that are left. */
static void positions(Draw *d, const Item *it, int rank, const bool *taken, int *at) {
  const Pat *q = it->q;
  bool many = q->kind == PAT_GROUP || q->repeated || (q->kind == PAT_NUMBER && q->at);
  int64_t fixed;
  for (int i = 0; i < it->n; i++) at[i] = -1;
  if (!q->at) return;
  if (many) d->along = it->n;
  if (number_of(q->at, &fixed)) { at[0] = (int)(fixed < 0 ? fixed + rank : fixed); return; }
  Setting *s = setting_in(d, q->at, 8);
  if (!s) return;
  if (s->kind == UNSET) {
    const HabitRow *habit = habit_find(d->k->name, s->p->name);
    bool left = s->p->fallback && one_in(d->c, 4);
    if (!many && habit && habit->habit == HABIT_FLAG) set_number(s, choose(d->c, 2));
    else if (left && many) {
      s->kind = BY_DEFAULT;
      for (int i = 0; i < it->n; i++) at[i] = i;
      return;
    } else if (left && !many && number_of(s->p->fallback, &fixed)) {
      s->kind = BY_DEFAULT;
      at[0] = (int)(fixed < 0 ? fixed + rank : fixed);
      return;
    } else {
      bool used[MOST] = {0};
      s->kind = INTS, s->list = many, s->n = it->n;
      for (int i = 0; i < it->n && rank; i++) {
        int p = (int)choose(d->c, (uint32_t)rank);
        for (int tries = 0; tries < rank && (used[p] || taken[p]); tries++) p = (p + 1) % rank;
        used[p] = true;
        s->i[i] = one_in(d->c, 3) ? p - rank : p;
      }
    }
  }
  for (int i = 0; i < it->n && i < s->n && s->kind == INTS; i++) at[i] = (int)(s->i[i] < 0 ? s->i[i] + rank : s->i[i]);
}

static bool tensor_dims(Draw *d, const TensorDecl *t, int *rank, int64_t *dim) {
  Item item[MOST];
  int n = 0, r = 0, at[MOST][MOST];
  bool taken[MOST] = {0};
  for (int i = 0; i < t->npats && n < MOST; i++) {
    if (!condition(d, t->pat[i]->cond)) continue;
    item[n] = (Item){.q = t->pat[i]};
    item_dims(d, t->pat[i], &item[n]);
    r += item[n++].n;
  }
  if (r > 8) return false;
  for (int i = 0; i < n; i++) {
    positions(d, &item[i], r, taken, at[i]);
    for (int k = 0; k < item[i].n; k++) {
      int p = at[i][k];
      if (p < 0) continue;
      if (p >= r || taken[p]) return false;
      taken[p] = true;
      dim[p] = item[i].dim[k];
    }
  }
  for (int i = 0, p = 0; i < n; i++)
    for (int k = 0; k < item[i].n; k++)
      if (at[i][k] < 0) {
        while (p < r && taken[p]) p++;
        if (p == r) return false;
        dim[p++] = item[i].dim[k];
      }
  *rank = r;
  return true;
}

/* ---- types */
static Elem elem_of_class(Draw *d, const char *cls) { /* the simplest first, and f32 most often */
  static const Elem order[] = {ELEM_f32, ELEM_f32, ELEM_f32, ELEM_i64, ELEM_f64, ELEM_i32, ELEM_f16, ELEM_bool, ELEM_u8, ELEM_i8, ELEM_bf16, ELEM_i16, ELEM_u16, ELEM_u32, ELEM_u64,
                               ELEM_f8e4m3fn, ELEM_f8e5m2, ELEM_f8e4m3fnuz, ELEM_f8e5m2fnuz, ELEM_i4, ELEM_u4, ELEM_f4e2m1, ELEM_i2, ELEM_u2};
  Elem fit[sizeof order / sizeof *order];
  uint32_t n = 0;
  for (size_t i = 0; i < sizeof order / sizeof *order; i++)
    if (elem_in_class(order[i], cls)) fit[n++] = order[i];
  return n ? fit[choose(d->c, n)] : ELEM_NONE;
}

static Elem elem_of(Draw *d, const TensorDecl *t) {
  const char *name = t->type ? t->type : intern(d->ctx, "T"), *cls = t->type ? t->type : d->k->cls ? d->k->cls : "any";
  if (!is_type_class(cls) && elem_find(cls) != ELEM_NONE) return elem_find(cls);
  for (size_t i = 0; i < d->types.n; i++)
    if (d->types.at[i].name == name) return d->types.at[i].elem;
  static const Elem free_types[] = {ELEM_f32, ELEM_u8, ELEM_i8, ELEM_i32, ELEM_f16, ELEM_i64};
  const UsualTypes *usual = usual_types(d->k->name, name);
  Elem e = usual && !one_in(d->c, 4) ? usual->elem[choose(d->c, 2)] : is_type_class(cls) ? elem_of_class(d, cls) : d->types.n && !one_in(d->c, 3) ? d->types.at[0].elem : free_types[choose(d->c, sizeof free_types / sizeof *free_types)];
  vec_push(d->ctx, &d->types, ((TypeValue){name, e}));
  return e;
}

/* ---- the other settings */
typedef struct Words { const char *word[24]; int n; } Words;

static void add_word(Words *w, const char *word) {
  for (int i = 0; i < w->n; i++)
    if (w->word[i] == word) return;
  if (w->n < 24) w->word[w->n++] = word;
}

/* The texts that a name is compared with. */
static void collect_words(const EinLib *lib, const Ast *e, const char *name, int depth, Words *w) {
  if (!e || !depth) return;
  bool side = false;
  for (int i = 0; i < e->n; i++) side = side || (e->arg[i]->kind == AST_NAME && e->arg[i]->name == name);
  if (side && (e->kind == AST_BINARY || e->kind == AST_IN))
    for (int i = 0; i < e->n; i++) {
      if (e->arg[i]->kind == AST_STRING) add_word(w, e->arg[i]->name);
      for (int k = 0; k < e->arg[i]->n && e->arg[i]->kind == AST_LIST; k++)
        if (e->arg[i]->arg[k]->kind == AST_STRING) add_word(w, e->arg[i]->arg[k]->name);
    }
  if (e->kind == AST_IN && e->n == 1 && side) add_word(w, e->name);
  const Fn *fn = side && e->kind == AST_CALL ? ein_find_fn(lib, e->name) : NULL;
  for (int i = 0; fn && i < e->n && i < fn->nparams; i++)
    if (e->arg[i]->kind == AST_NAME && e->arg[i]->name == name) collect_words(lib, fn->value, fn->param[i], depth - 1, w);
  for (int i = 0; i < e->n; i++) collect_words(lib, e->arg[i], name, depth - 1, w);
}

static void collect_block_words(const EinLib *lib, const Block *b, const char *name, Words *w) {
  for (int i = 0; i < b->n; i++) {
    collect_words(lib, b->stmt[i]->right, name, DEPTH, w);
    if (b->stmt[i]->kind != STMT_WHEN) continue;
    collect_block_words(lib, &b->stmt[i]->then, name, w);
    collect_block_words(lib, &b->stmt[i]->otherwise, name, w);
  }
}

static const char *draw_word(Draw *d, const Param *p) {
  Words w = {0};
  if (p->fallback && p->fallback->kind == AST_STRING) add_word(&w, p->fallback->name);
  for (size_t i = 0; i < d->lib->clauses.n; i++) {
    const Clause *k = d->lib->clauses.at[i];
    if (k->name != d->k->name) continue;
    collect_words(d->lib, k->guard, p->name, DEPTH, &w);
    collect_block_words(d->lib, &k->body, p->name, &w);
  }
  return w.n ? w.word[choose(d->c, (uint32_t)w.n)] : NULL;
}

static int spatial(const Draw *d) {
  for (size_t i = 0; i < d->ranks.n; i++)
    if (d->ranks.at[i].group) return d->ranks.at[i].n;
  return d->rank > 2 ? d->rank - 2 : 1;
}

static Habit habit_of(Draw *d, const Param *p, int *lo, int *hi) {
  const HabitRow *row = habit_find(d->k->name, p->name);
  int64_t v;
  *lo = 0, *hi = 3;
  if (row) return *lo = row->lo, *hi = row->hi, row->habit;
  if (!p->fallback) return HABIT_TEXT;
  if (p->fallback->kind == AST_STRING) return HABIT_TEXT;
  if (p->fallback->kind == AST_REAL || (p->fallback->kind == AST_UNARY && p->fallback->arg[0]->kind == AST_REAL)) return HABIT_REAL;
  if (p->fallback->kind == AST_NAME && !strcmp(p->fallback->name, "inf")) return HABIT_REAL;
  if (!number_of(p->fallback, &v)) return HABIT_NONE;
  *lo = (int)v - 1, *hi = (int)v + 1;
  return v == 0 || v == 1 ? HABIT_FLAG : HABIT_NUMBER;
}

static void number_list(Draw *d, Setting *s, int n, int lo, int hi) {
  s->kind = INTS, s->list = true, s->n = n < 0 ? 0 : n > MOST ? MOST : n;
  for (int i = 0; i < s->n; i++) s->i[i] = between(d, lo, hi);
}

/* Merges neighbours, puts ones between, and leaves one or some to be found. */
static void reshape_list(Draw *d, Setting *s) {
  s->kind = INTS, s->list = true, s->n = 0;
  int64_t product = 1;
  for (int i = 0; i < d->rank; i++) {
    product *= d->dim[i];
    if (i + 1 < d->rank && one_in(d->c, 2)) continue;
    s->i[s->n++] = product;
    product = 1;
    if (s->n < 8 && one_in(d->c, 4)) s->i[s->n++] = 1;
  }
  if (s->n && one_in(d->c, 2)) s->i[choose(d->c, (uint32_t)s->n)] = -1;
  if (s->n && d->rank && one_in(d->c, 3) && s->i[0] == d->dim[0]) s->i[0] = 0;
}

static void broadcast_list(Draw *d, Setting *s) {
  s->kind = INTS, s->list = true, s->n = 0;
  if (one_in(d->c, 3)) s->i[s->n++] = between(d, 1, 3);
  for (int i = 0; i < d->rank; i++) s->i[s->n++] = d->dim[i] == 1 && one_in(d->c, 2) ? between(d, 1, 4) : one_in(d->c, 4) ? 1 : d->dim[i];
}

static void split_list(Draw *d, Setting *s) {
  int64_t left = 0;
  for (size_t i = 0; i < d->ranks.n; i++)
    if (!d->ranks.at[i].group) left = d->ranks.at[i].dim[0];
  s->kind = INTS, s->list = true, s->n = d->nout;
  for (int i = 0; i < s->n; i++) {
    s->i[i] = i + 1 == s->n ? left : (int64_t)choose(d->c, (uint32_t)left + 1);
    left -= s->i[i];
  }
}

static void permutation(Draw *d, Setting *s) {
  s->kind = INTS, s->list = true, s->n = d->rank;
  for (int i = 0; i < s->n; i++) s->i[i] = i;
  for (int i = s->n - 1; i > 0; i--) {
    int k = i - (int)choose(d->c, (uint32_t)i + 1);
    int64_t t = s->i[i];
    s->i[i] = s->i[k], s->i[k] = t;
  }
}

/* H, or H * G, of extents that are known, and the same for all members of a list. */
static bool says_extent(Draw *d, const Ast *e, int64_t *v) {
  int64_t a, b;
  if (e && e->kind == AST_BINARY && e->op == OP_MUL) return says_extent(d, e->arg[0], &a) && says_extent(d, e->arg[1], &b) && (*v = a * b, true);
  const RankValue *known = e && e->kind == AST_NAME ? rank_find(d, e->name, false) : NULL;
  for (int i = 0; i < d->k->nin; i++)
    for (int q = 0; d->k->in[i].tensor && q < d->k->in[i].tensor->npats; q++)
      if (known && d->k->in[i].tensor->pat[q]->star && d->k->in[i].tensor->pat[q]->name == known->name) return false;
  return known && (*v = known->dim[0], true);
}

/* What a name is called inside the function, where there is one. */
static const Ast *given(const Fn *fn, const Ast *call, const Ast *e) {
  for (int i = 0; fn && e->kind == AST_NAME && i < fn->nparams && i < call->n; i++)
    if (fn->param[i] == e->name) return call->arg[i];
  return e;
}

/* The guard has `name == C`, itself or in a function of its: the extent that the text wants. */
static bool wanted_extent(Draw *d, const Ast *e, const Fn *fn, const Ast *call, const char *name, int64_t *v) {
  if (!e) return false;
  for (int i = 0; i < 2 && e->kind == AST_BINARY && e->op == OP_EQ; i++) {
    const Ast *left = given(fn, call, e->arg[i]);
    if (left->kind == AST_NAME && left->name == name && says_extent(d, given(fn, call, e->arg[1 - i]), v)) return true;
  }
  const Fn *inner = e->kind == AST_CALL && !fn ? ein_find_fn(d->lib, e->name) : NULL;
  if (inner && wanted_extent(d, inner->value, inner, e, name, v)) return true;
  for (int i = 0; i < e->n; i++)
    if (wanted_extent(d, e->arg[i], fn, call, name, v)) return true;
  return false;
}

static void draw_setting(Draw *d, Setting *s) {
  static const int elems[] = {1, 7, 6, 9, 10, 11, 2, 3, 16, 4, 5, 12, 13, 17, 19, 18, 20};
  static const double reals[] = {1, 0.5, 2, -1, 0.1, 0, 3.25};
  int lo, hi, along = d->along >= 0 ? d->along : d->rank;
  Habit habit = habit_of(d, s->p, &lo, &hi);
  if (s->kind != UNSET) return;
  int64_t stated;
  if (!s->p->fallback && wanted_extent(d, d->k->guard, NULL, NULL, s->p->name, &stated)) { set_number(s, stated); return; }
  if (habit == HABIT_NONE && says_extent(d, s->p->fallback, &stated)) { set_number(s, stated); return; } /* what shapes say already: others ask for it */
  if (s->p->fallback && !one_in(d->c, 2)) { s->kind = BY_DEFAULT; return; }
  switch (habit) {
    case HABIT_NONE: s->kind = BY_DEFAULT; return;
    case HABIT_FLAG: set_number(s, choose(d->c, 2)); return;
    case HABIT_NUMBER: set_number(s, between(d, lo, hi)); return;
    case HABIT_ONE: number_list(d, s, 1, lo, hi); return;
    case HABIT_REAL: s->kind = REALS, s->n = 1, s->r[0] = reals[choose(d->c, sizeof reals / sizeof *reals)]; if (lo > 0) s->r[0] = fabs(s->r[0]) + 0.5; return; /* lo 1: positive */
    case HABIT_ELEM: set_number(s, elems[choose(d->c, sizeof elems / sizeof *elems)]); return;
    case HABIT_TEXT:
      s->s = draw_word(d, s->p);
      s->kind = s->s ? TEXT : BY_DEFAULT;
      if (!s->s && !s->p->fallback) set_number(s, between(d, 0, 3));
      return;
    case HABIT_SPATIAL: number_list(d, s, spatial(d), lo, hi); return;
    case HABIT_SPATIAL_PAIRS: number_list(d, s, 2 * spatial(d), lo, hi); return;
    case HABIT_ALONG: number_list(d, s, along, lo, hi); return;
    case HABIT_ALONG_PAIRS: number_list(d, s, 2 * along, lo, hi); return;
    case HABIT_ALONG_REALS:
      s->kind = REALS, s->list = true, s->n = along;
      for (int i = 0; i < s->n && i < MOST; i++) s->r[i] = (double)between(d, lo, hi) / 2;
      return;
    case HABIT_RANK: number_list(d, s, d->rank, lo, hi); return;
    case HABIT_LIST: number_list(d, s, (int)choose(d->c, 5), lo, hi); return;
    case HABIT_PERMUTATION: permutation(d, s); return;
    case HABIT_RESHAPE: reshape_list(d, s); return;
    case HABIT_BROADCAST: broadcast_list(d, s); return;
    case HABIT_SPLIT: split_list(d, s); return;
    case HABIT_VALUE: {
      const int64_t one[] = {1};
      s->kind = TENSOR, s->data = draw_values(d->c, elem_of_class(d, "any"), 1, one, SORT_ANY, 0, MOOD_PLAIN);
      return;
    }
  }
}

static const Data *setting_data(Ctx *ctx, const Setting *s) {
  if (s->kind != INTS && s->kind != REALS) return s->kind == TENSOR ? s->data : NULL;
  const int64_t dim[] = {s->n};
  Elem e = s->kind == INTS ? ELEM_i64 : ELEM_f32;
  Data *data = data_new(ctx, e, s->list, dim);
  for (int i = 0; data && i < s->n; i++) {
    if (e == ELEM_i64) data_set_int((void *)data->bytes, e, i, s->i[i]);
    else data_set_real((void *)data->bytes, e, i, s->r[i]);
  }
  return data;
}

static bool setting_attr(Ctx *ctx, const Setting *s, Attr *out) {
  int64_t *ints = NEWN(ctx, int64_t, MOST);
  double *reals = NEWN(ctx, double, MOST);
  memcpy(ints, s->i, sizeof s->i), memcpy(reals, s->r, sizeof s->r);
  *out = (Attr){.name = s->p->name, .n = s->n};
  switch (s->kind) {
    case INTS: if (s->list) out->kind = ATTR_INTS, out->ints = ints; else out->kind = ATTR_INT, out->i = s->i[0]; return true;
    case REALS: if (s->list) out->kind = ATTR_REALS, out->reals = reals; else out->kind = ATTR_REAL, out->r = s->r[0]; return true;
    case TEXT: out->kind = ATTR_STRING, out->s = s->s; return true;
    case TENSOR: out->kind = ATTR_TENSOR, out->tensor = s->data; return out->tensor != NULL;
    case UNSET: case BY_DEFAULT: break;
  }
  return false;
}

/* ---- the case */
static int choose_opset(Ctx *ctx, const EinLib *lib, const char *op, const char *domain, Choices *c) {
  enum { NEWEST = 26 };
  VEC(int) since = {0};
  for (size_t i = 0; i < lib->clauses.n; i++) {
    const Clause *k = lib->clauses.at[i];
    bool same = !strcmp(k->name, op) && !strcmp(k->domain ? k->domain : "", domain);
    for (size_t j = 0; j < since.n && same; j++) same = since.at[j] != k->since;
    if (same) vec_push(ctx, &since, k->since);
  }
  int newest = 0, below = 0;
  for (size_t j = 0; j < since.n; j++) newest = since.at[j] > newest ? since.at[j] : newest;
  if (*domain) return newest > 1 ? newest : 1;
  if (since.n < 2 || !one_in(c, 4)) {
    int opset = (int)PICK(c, NEWEST, NEWEST, NEWEST, NEWEST, NEWEST, NEWEST, 17, 13);
    return opset >= newest ? opset : newest > NEWEST ? newest : NEWEST;
  }
  for (size_t j = 0; j < since.n; j++) below = since.at[j] < newest && since.at[j] > below ? since.at[j] : below;
  return newest - 1 > 6 ? newest - 1 : 7;
}

static bool fits(Ctx *ctx, const EinLib *lib, Case *k, Elem *first) {
  BindInput in[CASE_INPUTS] = {0};
  for (int i = 0; i < k->nin; i++)
    if (k->in[i].data) in[i] = (BindInput){.type = &k->in[i].data->type, .data = k->in[i].constant ? k->in[i].data : NULL, .name = "x"};
  BindRequest req = {.op = k->op, .domain = k->domain, .opset = k->opset, .nin = k->nin, .in = in, .nattr = k->nattr, .attr = k->attr, .nout = k->nout, .want = k->want};
  Bound bound;
  size_t mark = diag_mark(ctx);
  bool good = ein_bind(ctx, lib, &req, &bound);
  diag_rewind(ctx, mark);
  for (int i = 0; good && i < k->nout && i < bound.nout; i++) {
    int64_t n = k->want[i] ? type_bound(ctx, &bound.out[i]) : 0;
    good = n >= 0 && n <= MOST_ELEMENTS && (!k->want[i] || bound.out[i].elem != ELEM_NONE);
    if (i == 0) *first = bound.out[0].elem;
  }
  return good;
}

static bool draw_tensors(Draw *d, Case *out) {
  int64_t least = 0; /* the shortest extent of the first input */
  for (int i = 0; i < d->k->nin; i++) {
    const Param *p = &d->k->in[i];
    const TensorDecl *t = p->tensor;
    if (!t) { out->nin++; continue; }
    if (!is_there(d, i)) { out->nin++; continue; }
    int members = t->star ? (int)PICK(d->c, 2, 1, 3) : 1;
    for (int m = 0; m < members && out->nin < CASE_INPUTS; m++) {
      int rank;
      int64_t dim[MAX_RANK];
      if (t->star && m) /* the ranks of a member are its own */
        for (size_t r = 0; r < d->ranks.n; r++)
          for (int q = 0; q < t->npats; q++)
            if (t->pat[q]->star && t->pat[q]->name == d->ranks.at[r].name) d->ranks.at[r].dim[0] = extent(d);
      if (!tensor_dims(d, t, &rank, dim)) return false;
      int64_t n = 1;
      for (int k = 0; k < rank; k++) n *= dim[k];
      if (n > MOST_ELEMENTS) return false;
      if (!d->any_tensor) {
        d->any_tensor = true, d->rank = rank;
        memcpy(d->dim, dim, sizeof dim);
        for (int k = 0; k < rank; k++) least = !k || dim[k] < least ? dim[k] : least;
      }
      CaseInput *in = &out->in[out->nin++];
      const char *below;
      Sort sort = sort_of(d->k->name, t->name, &below);
      in->data = draw_values(d->c, elem_of(d, t), rank, dim, sort, below ? rank_extent(d, intern(d->ctx, below)) : least, d->mood);
      if (!in->data) return false;
      in->constant = one_in(d->c, 8);
    }
  }
  return true;
}

static bool draw_settings(Draw *d, Case *out) {
  int number = 0;
  for (int i = 0; i < d->k->nin; i++) {
    const Param *p = &d->k->in[i];
    if (!p->tensor) {
      Setting *s = setting(d, p->name);
      draw_setting(d, s);
      const Data *data = setting_data(d->ctx, s);
      if (data && one_in(d->c, 8) && out->nattr < CASE_ATTRS) { /* as older opsets had it */
        if (setting_attr(d->ctx, s, &out->attr[out->nattr])) out->nattr++;
      } else out->in[number] = (CaseInput){data, data != NULL};
      number++;
    } else if (p->tensor->star) number = out->nin;
    else number++;
  }
  for (int i = 0; i < d->k->nattr && out->nattr < CASE_ATTRS; i++) {
    Setting *s = setting(d, d->k->attr[i].name);
    draw_setting(d, s);
    if (setting_attr(d->ctx, s, &out->attr[out->nattr])) out->nattr++;
  }
  return true;
}

bool case_draw(Ctx *ctx, const EinLib *lib, const char *op, const char *domain, Choices *c, Case *out) {
  enum { MOST_CLAUSES = 64 };
  static const char *const around[] = {NULL, "Neg", "Abs", "Identity"};
  const Clause *clause[MOST_CLAUSES];
  c->used = 0;
  *out = (Case){.op = op, .domain = domain, .opset = choose_opset(ctx, lib, op, domain, c)};
  int n = ein_candidates(lib, op, domain, out->opset, clause, MOST_CLAUSES);
  if (!n) return false;
  Draw d = {.ctx = ctx, .c = c, .lib = lib, .k = clause[choose(c, (uint32_t)n)], .along = -1};
  d.may_be_empty = one_in(c, 10);
  d.mood = (Mood)PICK(c, MOOD_PLAIN, MOOD_PLAIN, MOOD_WHOLE, MOOD_SPECIAL, MOOD_LIMITS);
  if (d.mood == MOOD_LIMITS && ein_op_sums(lib, op, domain, out->opset)) d.mood = MOOD_PLAIN; /* sums of limits overflow or not as they are ordered */
  for (int i = 0; i < d.k->nin; i++)
    if (!d.k->in[i].tensor) vec_push(ctx, &d.settings, ((Setting){.p = &d.k->in[i]}));
  for (int i = 0; i < d.k->nattr; i++) vec_push(ctx, &d.settings, ((Setting){.p = &d.k->attr[i]}));
  for (int i = 0; i < d.k->nout && out->nout < CASE_OUTPUTS; i++) {
    int members = d.k->out[i]->star ? (int)PICK(c, 2, 1, 3) : 1;
    for (int m = 0; m < members && out->nout < CASE_OUTPUTS; m++) out->want[out->nout++] = !d.k->out[i]->optional || one_in(c, 2);
  }
  d.nout = out->nout;
  bool any = false;
  for (int i = 0; i < out->nout; i++) any = any || out->want[i];
  out->want[0] = out->want[0] || !any;
  while (out->nout > 1 && !out->want[out->nout - 1]) out->nout--;
  if (!draw_tensors(&d, out) || !draw_settings(&d, out)) return false;
  while (out->nin && !out->in[out->nin - 1].data) out->nin--;
  bool real = out->nin && out->in[0].data && !out->in[0].constant && elem_info(out->in[0].data->type.elem)->cls == 'r' && elem_info(out->in[0].data->type.elem)->bits >= 32;
  if (one_in(c, 3)) {
    if (real) out->before = around[choose(c, 4)];
    out->after = around[choose(c, 4)];
  }
  Elem first = ELEM_NONE;
  if (!fits(ctx, lib, out, &first)) return false;
  if (!strchr("ri", elem_info(first)->cls) || elem_info(first)->bits < 32) out->after = NULL;
  return true;
}
