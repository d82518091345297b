/* Patterns. Each position of a tensor's storage belongs to one member of one item of its pattern: placed items (@) take their positions
 * first, the others fill what is left in order. From an input the extents give ranks and groups; for an output it is the other way round. */
#include "ir/bind.h"

typedef struct Layout {                   /* pattern items against storage positions */
  int n; const Pat *item[2 * MAX_RANK]; int len[2 * MAX_RANK];
  int rank;
  struct { int item, member; } at[MAX_RANK];
} Layout;

/* A place for diagnostics: of a pattern or a tensor of the signature. */
#define AT(b, q) ((const Ast *)arena_copy((b)->ctx->arena, &(Ast[]){{.file = (b)->clause->file, .line = (q)->line, .column = (q)->column}}, sizeof(Ast)))

static const char *extent_text(const Bind *b, ext_t e) {
  Str s = str_new(b->ctx);
  ext_print(b->ctx, e, &s);
  return s.s;
}

Type tensor_type(const Tensor *t) {
  Type type = {.elem = t->elem, .rank = t->rank};
  for (int i = 0; i < t->rank && i < MAX_RANK; i++) type.dim[i] = t->dim[i];
  return type;
}

/* ---- positions */
static bool number_of(Env *env, const Pat *q, const Ast *e, int64_t *out) {
  Val v;
  ext_t x;
  if (!eval_static(env, e, &v) || !val_ext(env->b, e, v, &x)) return false;
  if (!ext_is_const(env->b->ctx, x)) return bind_fail(env->b, E0700, AT(env->b, q), "an axis or a number of ranks depends on the input");
  *out = x;
  return true;
}

/* The axes of `@`: a list (n entries), or every position (`all`: n -1). */
static bool axes_of(Env *env, const Pat *q, int *n, int64_t **axis) {
  Val v;
  if (!eval_static(env, q->at, &v)) return false;
  v = val_plain(env->b, v);
  if (v.kind == VAL_ALL) { *n = -1; return true; }
  *n = v.kind == VAL_LIST ? v.n : 1;
  *axis = NEWN(env->b->ctx, int64_t, *n);
  for (int i = 0; i < *n; i++) {
    ext_t e;
    if (!val_ext(env->b, q->at, v.kind == VAL_LIST ? v.list[i] : v, &e)) return false;
    (*axis)[i] = e;
  }
  return true;
}

static bool is_many(const Pat *q) { return q->kind == PAT_GROUP || q->repeated; }

/* Length of an item; -1: whatever is left. rank -1: of an output. */
static bool item_length(Env *env, const Pat *q, int rank, int *len) {
  Bind *b = env->b;
  int64_t *axis;
  *len = 1;
  if (is_many(q) && q->count) {
    int64_t n;
    if (!number_of(env, q, q->count, &n)) return false;
    if (n < 0 && rank >= 0) n += rank;
    if (n < 0 || n > MAX_RANK) return bind_fail(b, E0303, AT(b, q), "a group of %lld ranks in a tensor of rank %d", (long long)n, rank);
    *len = (int)n;
  } else if (is_many(q) || (q->kind == PAT_NUMBER && q->at)) {
    if (q->at) {
      if (!axes_of(env, q, len, &axis)) return false;
      if (*len < 0) *len = rank >= 0 ? rank : b->all_rank;
    } else if (rank < 0) {
      Val v;
      if (q->kind != PAT_GROUP) return bind_fail(b, E0308, AT(b, q), "how many ranks? write {n}");
      if (!scope_group(env, AT(b, q), q->name, &v)) return false;
      *len = v.n;
    } else {
      const Known *k = q->kind == PAT_GROUP && *q->name && !q->optional ? scope_find(env->scope, KNOWN_GROUP, q->name) : NULL;
      *len = k ? k->value.n : -1;
    }
  }
  return true;
}

static bool place(Env *env, const TensorDecl *d, Layout *l) {
  Bind *b = env->b;
  for (int p = 0; p < l->rank; p++) l->at[p].item = -1;
  for (int i = 0; i < l->n; i++) {
    const Pat *q = l->item[i];
    int64_t *axis = NULL;
    int n;
    if (!q->at) continue;
    if (!axes_of(env, q, &n, &axis)) return false;
    if (n >= 0 && n != l->len[i]) return bind_fail(b, E0308, AT(b, q), "%s: %d axes for %d rank%s", d->name, n, l->len[i], l->len[i] == 1 ? "" : "s");
    for (int j = 0; j < l->len[i]; j++) {
      int64_t given = n < 0 ? j : axis[j], p = given < 0 ? given + l->rank : given;
      if (p < 0 || p >= l->rank) return bind_fail(b, E0303, AT(b, q), "%s: axis %lld of a tensor of rank %d", d->name, (long long)given, l->rank);
      if (l->at[p].item >= 0) return bind_fail(b, E0303, AT(b, q), "%s: axis %lld is named twice", d->name, (long long)given);
      l->at[p].item = i;
      l->at[p].member = j;
    }
  }
  int p = 0;
  for (int i = 0; i < l->n; i++)
    for (int j = 0; !l->item[i]->at && j < l->len[i]; j++) {
      while (l->at[p].item >= 0) p++;
      l->at[p].item = i;
      l->at[p].member = j;
    }
  return true;
}

static bool may_be_missing(const Pat *q) { return q->optional && (q->kind == PAT_RANK || q->kind == PAT_COMPOSED); }

static bool lay_out(Env *env, const TensorDecl *d, int rank, Layout *l) {
  Bind *b = env->b;
  *l = (Layout){0};
  for (int i = 0; i < d->npats; i++) {
    bool yes = true;
    if (d->pat[i]->cond && !eval_condition(env, d->pat[i]->cond, &yes)) return false;
    if (yes) l->item[l->n++] = d->pat[i];
  }
  int total = 0, open = -1;
  for (int i = 0; i < l->n; i++) {
    if (!item_length(env, l->item[i], rank, &l->len[i])) return false;
    if (l->len[i] >= 0) { total += l->len[i]; continue; }
    if (open >= 0) { /* two groups of unknown length: a placed rank between them tells the length of the first */
      const Pat *between = NULL;
      int before = 0;
      int64_t axis;
      for (int j = i - 1; j > open; j--) if (l->item[j]->kind == PAT_RANK && l->item[j]->at) between = l->item[j];
      if (!between) return bind_later(b, AT(b, l->item[i]), "the length of a group");
      if (!number_of(env, between, between->at, &axis)) return false;
      for (int j = 0; j < open; j++) before += l->len[j];
      if (axis < -rank || axis >= rank) return bind_fail(b, E0303, AT(b, between), "%s: axis %lld of a tensor of rank %d", d->name, (long long)axis, rank);
      l->len[open] = (int)(axis < 0 ? axis + rank : axis) - before;
      if (l->len[open] < 0) return bind_fail(b, E0303, AT(b, between), "%s: axis %lld lies before the ranks in front of it", d->name, (long long)axis);
      total += l->len[open];
    }
    open = i;
  }
  if (open >= 0) {
    l->len[open] = rank - total;
    if (l->len[open] < 0) return bind_fail(b, E0401, AT(b, l->item[open]), "%s has rank %d, the text wants %d or more", d->name, rank, total);
    total = rank;
  }
  if (rank >= 0 && total != rank) {
    int missing = total - rank, optional = 0;
    for (int i = 0; i < l->n; i++) optional += may_be_missing(l->item[i]);
    if (missing < 0 || missing > optional) return bind_fail(b, E0401, AT(b, d), "%s has rank %d, the text wants %d", d->name, rank, total);
    for (int i = 0; i < l->n && missing; i++)
      if (may_be_missing(l->item[i])) l->len[i] = 0, missing--;
    total = rank;
  }
  if (total > MAX_RANK) return bind_fail(b, E0701, AT(b, d), "%s would have rank %d; the limit is %d", d->name, total, MAX_RANK);
  l->rank = total;
  return place(env, d, l);
}

static int position(const Layout *l, int item, int member) {
  for (int p = 0; p < l->rank; p++)
    if (l->at[p].item == item && l->at[p].member == member) return p;
  return -1;
}

/* ---- slots: the coordinates of an access, in the order of the pattern */
static Slot *add_slot(Bind *b, Tensor *t, const Pat *q, int n) {
  Slot *s = &t->slot[t->nslots++];
  bool named = (q->kind == PAT_RANK && !(q->name[0] >= 'a' && q->name[0] <= 'z')) || q->kind == PAT_GROUP;
  *s = (Slot){.rank = named ? q->name : NULL, .group = q->kind == PAT_GROUP, .n = n, .part = NEWN(b->ctx, Part, n)};
  return s;
}

static bool has_coordinate(const Pat *q) { /* 1, 1@axes and 1.. have none */
  if (q->repeated) return false;
  return q->kind != PAT_NUMBER || (!q->at && q->extent->i != 1);
}

static int count_slots(const Layout *l) {
  int n = 0;
  for (int i = 0; i < l->n; i++) n += l->item[i]->kind == PAT_COMPOSED ? l->item[i]->nparts : 1;
  return n;
}

/* Slots of a composed rank whose parts have the extents part_extent[first..]: strides from the right. */
static void composed_slots(Bind *b, Tensor *t, const Pat *q, const int *members, const ext_t *part_extent, int dim, bool one) {
  int total = 0, k = 0;
  for (int i = 0; i < q->nparts; i++) total += members[i];
  ext_t *scale = NEWN(b->ctx, ext_t, total), s = 1;
  for (int i = total; i-- > 0;) { scale[i] = s; s = ext_mul(b->ctx, s, part_extent[i]); }
  for (int i = 0; i < q->nparts; i++) {
    Slot *slot = add_slot(b, t, q->part[i], members[i]);
    slot->optional = one;
    for (int j = 0; j < members[i]; j++, k++) slot->part[j] = (Part){one ? 1 : part_extent[k], scale[k], one ? -1 : dim, k > 0};
  }
}

/* ---- inputs */
static bool same_extent(Bind *b, const Pat *q, const TensorDecl *d, const char *what, ext_t known, ext_t found) {
  Tri t = bind_equal(b, known, found);
  if (t == TRI_TRUE) return true;
  return bind_fail(b, t == TRI_FALSE ? E0302 : E0700, AT(b, q), "%s: %s is %s elsewhere, here it is %s", d->name, what, extent_text(b, known), extent_text(b, found));
}

static bool bind_rank(Env *env, const TensorDecl *d, const Pat *q, ext_t extent) {
  Bind *b = env->b;
  const Known *k = scope_find(env->scope, KNOWN_RANK, q->name);
  if (k) return same_extent(b, q, d, q->name, k->value.i, extent);
  if (scope_is_static(env, q->name) || scope_has_let(env->scope, q->name, false)) { /* given by an attribute or a let */
    Val v;
    ext_t given;
    if (scope_value(env, AT(b, q), q->name, &v)) {
      if (!val_ext(b, AT(b, q), v, &given)) return false;
      return same_extent(b, q, d, q->name, given, extent);
    }
    if (!b->later) return false;
  }
  scope_set(b, env->scope, KNOWN_RANK, q->name, val_int(extent));
  return true;
}

static bool bind_star_rank(Env *env, const Pat *q, int member, int members, ext_t extent) {
  Bind *b = env->b;
  const Known *k = scope_find(env->scope, KNOWN_STAR, q->name);
  Val *list = NEWN(b->ctx, Val, members);
  for (int i = 0; i < members; i++) list[i] = k && i < k->value.n ? k->value.list[i] : val_int(0);
  list[member] = val_int(extent);
  scope_set(b, env->scope, KNOWN_STAR, q->name, val_list(members, list));
  return true;
}

/* The broadcast group grows to what all tensors share; a named one must match. */
static bool bind_group(Env *env, const TensorDecl *d, const Pat *q, int n, const ext_t *extent) {
  Bind *b = env->b;
  const Known *k = scope_find(env->scope, KNOWN_GROUP, q->name);
  int m = k ? k->value.n : 0, total = m > n ? m : n;
  bool broadcast = !*q->name;
  if (q->optional) return true;
  if (k && !broadcast && m != n) return bind_fail(b, E0302, AT(b, q), "%s: the group %s.. has %d ranks elsewhere, here %d", d->name, q->name, m, n);
  Val *list = NEWN(b->ctx, Val, total);
  bool changed = !k || m != total;
  for (int i = 0; i < total; i++) {
    ext_t old = i >= total - m && k ? k->value.list[i - (total - m)].i : 1, new = i >= total - n ? extent[i - (total - n)] : 1, joint = old;
    if (!k || (broadcast && old == 1)) joint = new;
    else if (!(broadcast && new == 1) && !same_extent(b, q, d, broadcast ? "an extent to broadcast" : q->name, old, new)) return false;
    changed |= joint != old;
    list[i] = val_int(joint);
  }
  scope_set(b, env->scope, KNOWN_GROUP, q->name, val_list(total, list));
  b->changes += changed;
  return true;
}

/* Known extent of a part of a composed rank; false with later set when it is the unknown one. */
static bool part_extent(Env *env, const Pat *part, int member, ext_t *out) {
  Bind *b = env->b;
  Val v;
  if (part->kind == PAT_RANK) {
    if (!scope_value(env, AT(b, part), part->name, &v)) return false;
  } else if (part->kind == PAT_GROUP) {
    if (!scope_group(env, AT(b, part), part->name, &v)) return false;
    v = v.list[member];
  } else if (part->kind == PAT_COMPOSED) return bind_fail(b, E0300, AT(b, part), "a composed rank inside a composed rank");
  else if (!eval_static(env, part->extent, &v)) return false;
  return val_ext(b, AT(b, part), v, out);
}

static bool part_members(Env *env, const Pat *part, int *n) {
  Val v;
  *n = 1;
  if (part->kind != PAT_GROUP) return true;
  if (!scope_group(env, AT(env->b, part), part->name, &v)) return false;
  *n = v.n;
  return true;
}

static bool solve_composed(Env *env, const TensorDecl *d, const Pat *q, bool stored, int dim, ext_t extent, Tensor *t) {
  Bind *b = env->b;
  int members[MAX_RANK], total = 0, unknown = -1;
  const Pat *unknown_part = NULL;
  ext_t size[MAX_RANK * 2], product = 1;
  for (int i = 0; i < q->nparts; i++) {
    if (!part_members(env, q->part[i], &members[i])) return false;
    for (int j = 0; j < members[i]; j++, total++) {
      if (total == MAX_RANK * 2) return bind_fail(b, E0701, AT(b, q), "%s: too many parts", d->name);
      if (!part_extent(env, q->part[i], j, &size[total])) {
        if (!b->later || unknown >= 0 || q->part[i]->kind != PAT_RANK) return false;
        unknown = total;
        unknown_part = q->part[i];
        size[total] = 1;
      }
      product = ext_mul(b->ctx, product, size[total]);
    }
  }
  bool one = q->optional && (!stored || extent == 1);
  if (one && unknown >= 0) return bind_later(b, AT(b, q), unknown_part->name);
  if (unknown >= 0) {
    ext_t rest = product == 0 ? EXT_ERROR : ext_mod(b->ctx, extent, product);
    Tri whole = rest == EXT_ERROR ? TRI_FALSE : bind_equal(b, rest, 0);
    if (whole != TRI_TRUE) {
      bool open = whole == TRI_UNKNOWN;
      return bind_fail(b, open ? E0700 : E0302, AT(b, q), "%s: the extent %s is not a multiple of %s", d->name, extent_text(b, extent), extent_text(b, product));
    }
    size[unknown] = ext_fdiv(b->ctx, extent, product);
    if (!bind_rank(env, d, unknown_part, size[unknown])) return false;
  } else if (!one && !same_extent(b, q, d, "a composed rank", product, extent)) return false;
  composed_slots(b, t, q, members, size, dim, one);
  return true;
}

static bool solve_one(Env *env, const TensorDecl *d, const Pat *q, int member, int members, ext_t extent) {
  Bind *b = env->b;
  Val v;
  ext_t want;
  switch (q->kind) {
    case PAT_RANK:
      if (q->star) return bind_star_rank(env, q, member, members, extent);
      return (q->optional && extent == 1) || bind_rank(env, d, q, extent);
    case PAT_NUMBER: case PAT_EXTENT:
      if (!eval_static(env, q->extent, &v) || !val_ext(b, q->extent, v, &want)) return false;
      return same_extent(b, q, d, "a fixed extent", want, extent);
    default: return true;
  }
}

bool solve_input(Bind *b, const TensorDecl *d, const Type *type, int member, Tensor *t) {
  Env env = static_env(b);
  env.star = -1;
  t->elem = type->elem;
  t->rank = type->rank;
  for (int i = 0; i < type->rank; i++) t->dim[i] = type->dim[i];
  t->nslots = 0;
  bool scalar = d->npats == 0 && type->rank > 0; /* [] accepts a tensor of one element */
  for (int i = 0; i < type->rank; i++) scalar &= type->dim[i] == 1;
  if (scalar) { t->slot = NULL; return true; }
  Layout l;
  if (!lay_out(&env, d, type->rank, &l)) return false;
  t->slot = NEWN(b->ctx, Slot, count_slots(&l));
  Entity *e = bind_entity(b, d->name);
  for (int i = 0; i < l.n; i++) {
    const Pat *q = l.item[i];
    if (q->kind == PAT_COMPOSED) {
      int p = l.len[i] ? position(&l, i, 0) : -1;
      if (!solve_composed(&env, d, q, p >= 0, p, p >= 0 ? type->dim[p] : 1, t)) return false;
      continue;
    }
    ext_t extent[MAX_RANK];
    for (int j = 0; j < l.len[i]; j++) {
      extent[j] = type->dim[position(&l, i, j)];
      if (!solve_one(&env, d, q, member, e ? e->n : 1, extent[j])) return false;
    }
    if (q->kind == PAT_GROUP && !bind_group(&env, d, q, l.len[i], extent)) return false;
    if (!has_coordinate(q)) continue;
    Slot *s = add_slot(b, t, q, l.len[i]);
    s->optional = q->optional && q->kind == PAT_RANK;
    for (int j = 0; j < l.len[i]; j++) s->part[j] = (Part){extent[j], 1, position(&l, i, j), false};
  }
  return true;
}

/* ---- outputs */
static bool output_extent(Env *env, const Pat *q, int member, ext_t *out) {
  Bind *b = env->b;
  Val v;
  if (q->kind == PAT_RANK && (q->star || scope_find(env->scope, KNOWN_STAR, q->name))) {
    const Known *k = scope_find(env->scope, KNOWN_STAR, q->name);
    if (k) v = k->value;
    else if (!scope_value(env, AT(b, q), q->name, &v)) return false;
    v = val_plain(b, v);
    if (v.kind == VAL_LIST && env->star >= 0 && env->star < v.n) v = v.list[env->star];
    if (!k) { /* from now on the rank has one extent per member */
      Val whole;
      if (scope_value(env, AT(b, q), q->name, &whole)) scope_set(b, env->scope, KNOWN_STAR, q->name, val_plain(b, whole));
    }
    return val_ext(b, AT(b, q), v, out);
  }
  return part_extent(env, q, member, out);
}

bool evaluate_output(Bind *b, const TensorDecl *d, int member, Tensor *t) {
  Env env = static_env(b);
  env.star = d->star ? member : -1;
  Layout l;
  if (!lay_out(&env, d, -1, &l)) return false;
  t->rank = l.rank;
  t->nslots = 0;
  t->slot = NEWN(b->ctx, Slot, count_slots(&l));
  for (int i = 0; i < l.n; i++) {
    const Pat *q = l.item[i];
    if (q->kind == PAT_COMPOSED) {
      int members[MAX_RANK], total = 0, dim = position(&l, i, 0);
      ext_t size[MAX_RANK * 2];
      t->dim[dim] = 1;
      for (int k = 0; k < q->nparts; k++) {
        if (!part_members(&env, q->part[k], &members[k])) return false;
        for (int j = 0; j < members[k]; j++, total++) {
          if (total == MAX_RANK * 2) return bind_fail(b, E0701, AT(b, q), "%s: too many parts", d->name);
          if (!output_extent(&env, q->part[k], j, &size[total])) return false;
          t->dim[dim] = ext_mul(b->ctx, t->dim[dim], size[total]);
        }
      }
      composed_slots(b, t, q, members, size, dim, false);
      continue;
    }
    Slot *s = has_coordinate(q) ? add_slot(b, t, q, l.len[i]) : NULL;
    for (int j = 0; j < l.len[i]; j++) {
      int p = position(&l, i, j);
      if (!output_extent(&env, q, j, &t->dim[p])) return false;
      if (s) s->part[j] = (Part){t->dim[p], 1, p, false};
    }
  }
  for (int p = 0; p < t->rank; p++) {
    int64_t lo, hi;
    bool natural = ext_keep_natural(b->ctx, t->dim[p]);
    ext_range(b->ctx, t->dim[p], &lo, &hi);
    if (t->dim[p] == EXT_ERROR) return bind_fail(b, E0701, AT(b, d), "%s: extent number %d overflows", d->name, p);
    if (hi < 0 || (lo < 0 && ext_is_const(b->ctx, t->dim[p]))) return bind_fail(b, E0401, AT(b, d), "%s would have the extent %s at axis %d", d->name, extent_text(b, t->dim[p]), p);
    if (!natural) return bind_fail(b, E0700, AT(b, d), "%s would have the extent %s at axis %d, negative for some values", d->name, extent_text(b, t->dim[p]), p);
  }
  Type type = tensor_type(t);
  type.elem = ELEM_u8;
  if (type_bound(b->ctx, &type) < 0) return bind_fail(b, E0701, AT(b, d), "%s would have more than 2^48 elements", d->name);
  return true;
}
