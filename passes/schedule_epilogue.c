/* Epilogues: maps that read a statement's result element by element are carried out where it is still in registers. */
#include "passes/schedule.h"

bool schedule_is_plain(const Expr *e) { return !x_has_op(e, OP_IF) && !x_has_op(e, OP_ELSE) && !x_has_op(e, OP_HAS); }

bool schedule_is_vectorisable(const Expr *e) {
  if (e->kind == X_INT || e->kind == X_REAL) return true;
  if (e->kind == X_LOAD) return e->vk == KIND_REAL;
  if (e->kind == X_AFF) return false;
  if ((e->op == OP_CAST || e->op == OP_SAT) && e->elem != ELEM_f32) return false;
  if (e->vk != KIND_REAL && e->vk != KIND_BOOL) return false;
  for (int i = 0; i < e->n; i++)
    if (!schedule_is_vectorisable(e->arg[i])) return false;
  return true;
}

typedef struct Check { const Schedule *s; bool may_leave, fine; } Check;
static void check_load(const Expr *load, void *arg) {
  Check *c = arg;
  Aff a;
  if (!schedule_f32(c->s, load->buf) || load->buf->mask || !access_affine(c->s->ctx, load, &a)) c->fine = false;
  if (!c->may_leave && access_may_leave(c->s->ctx, load->buf, load->n, load->arg, NULL)) c->fine = false;
}
bool schedule_loads_are_fine(const Schedule *s, const Expr *e, bool may_leave) {
  Check c = {s, may_leave, true};
  x_each_load(e, check_load, &c);
  return c.fine;
}

typedef struct Replacement { const Buf *root; const Expr *by; } Replacement;
static const Expr *replace_load(Ctx *ctx, const Expr *e, void *arg) {
  (void)ctx;
  const Replacement *r = arg;
  return e->kind == X_LOAD && buf_root(e->buf) == r->root ? r->by : e;
}
const Expr *schedule_replace_loads(Ctx *ctx, const Expr *e, const Buf *root, const Expr *by) {
  Replacement r = {root, by};
  return x_map(ctx, e, replace_load, &r);
}

bool schedule_take_map(const Schedule *s, Ein *producer, int number, const Expr **epilogue) {
  Ctx *ctx = s->ctx;
  const Ein *map = s->ein[number];
  if (map->reduce != RED_SET || map->accumulate || map->nout != map->naxes || !schedule_f32(s, map->out)) return false;
  const Buf *root = buf_root(producer->out);
  const Expr *load = NULL;
  if (!x_count_loads(map->rhs, root, &load) || schedule_reads_later(s, number + 1, producer->out)) return false;
  const Expr *by[MAX_AXES];
  if (!ein_refine(ctx, producer, map, load, by)) return false;
  Ein *told = ein_subst(ctx, map, producer->nout, producer->nout, producer->axis, by);
  if (!schedule_is_plain(told->rhs) || !schedule_is_vectorisable(told->rhs) || !schedule_loads_are_fine(s, told->rhs, false)) return false;
  if (access_may_leave(ctx, told->out, told->out->rank, told->index, NULL)) return false;
  if (!x_reads_one_place(ctx, told->rhs, root, NULL)) return false;
  *epilogue = schedule_replace_loads(ctx, told->rhs, root, *epilogue);
  producer->out = told->out;
  for (int i = 0; i < told->out->rank; i++) producer->index[i] = told->index[i];
  return true;
}
