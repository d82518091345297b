/* Static memory plan: an offset in one arena for every buffer that lives between kernels or inside one.
 *
 * A buffer lives from the first kernel that touches it to the last; scratch lives in its kernel. What is touched both in a loop and outside lives through all of the
 * loop: the next trip may need it. Buffers are placed one after another, each into the
 * smallest gap that the already placed ones with a common kernel leave (greedy best fit: Pisarchyk and Lee, "Efficient Memory Management for Deep
 * Neural Net Inference", 2020); several orders are tried, each improved by placing first what came to lie on top, and the smallest arena wins. The largest sum of live bytes at one kernel bounds every plan from
 * below, so a plan that meets it is optimal. The output of an elementwise map may take the place of an input that dies there. */
#include "passes/plan.h"
#include <stdlib.h>

enum {
  EXACT_LIMIT = 4096,          /* buffers up to which every order is tried: placing is quadratic */
  IMPROVING_TURNS = 100,       /* how often, for each order, the buffer on top is placed first and the rest again ... */
  IMPROVING_STEPS = 10000000   /* ... as long as that takes no more than so many steps */
};

int64_t buf_bound_bytes(const Ctx *ctx, const Buf *b) {
  int64_t n = 1;
  for (int i = 0; i < b->rank; i++) {
    int64_t lo, hi;
    ext_range(ctx, b->dim[i], &lo, &hi);
    if (hi <= 0) return 0;
    if (__builtin_mul_overflow(n, hi, &n) || n > INT64_C(1) << 48) return -1;
  }
  return elem_bytes(b->elem, n);
}

/* ---- who touches what */
typedef struct Touch { Buf *buf; bool read, written; } Touch;
typedef struct Touches { Ctx *ctx; VEC(Touch) list; size_t *slot, slots; } Touches; /* slot: open addressing over buffer pointers, entry + 1 */

static size_t *touch_slot(Touches *t, const Buf *b) {
  size_t i = ((uintptr_t)b >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (t->slots - 1);
  while (t->slot[i] && t->list.at[t->slot[i] - 1].buf != b) i = (i + 1) & (t->slots - 1);
  return &t->slot[i];
}

static void touch(Touches *t, Buf *b, bool read, bool written) {
  if (!b || b->space == SPACE_REG) return;
  if (2 * t->list.n >= t->slots) {
    t->slots = t->slots ? 2 * t->slots : 16;
    t->slot = NEWN(t->ctx, size_t, t->slots);
    for (size_t i = 0; i < t->list.n; i++) *touch_slot(t, t->list.at[i].buf) = i + 1;
  }
  size_t *slot = touch_slot(t, b);
  if (!*slot) {
    vec_push(t->ctx, &t->list, ((Touch){.buf = b}));
    *slot = t->list.n;
  }
  Touch *have = &t->list.at[*slot - 1];
  have->read |= read, have->written |= written;
}

static void touch_load(const Expr *load, void *arg) { touch(arg, load->buf, true, false); }
static void touch_expr(Touches *t, const Expr *e) { if (e) x_each_load(e, touch_load, t); }

static void touch_body(Touches *t, const Body *body) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    switch (s->kind) {
      case S_LOOP:
        touch_expr(t, s->loop.lo), touch_expr(t, s->loop.hi);
        touch_body(t, &s->loop.body);
        break;
      case S_IF:
        touch_expr(t, s->cond.cond);
        touch_body(t, &s->cond.then), touch_body(t, &s->cond.other);
        break;
      case S_STORE:
        touch_expr(t, s->store.value);
        for (int n = 0; n < s->store.n; n++) touch_expr(t, s->store.index[n]);
        touch(t, s->store.buf, s->store.op != RED_SET, true);
        break;
      case S_CALL:
        for (int n = 0; n < s->call.n; n++) touch_expr(t, s->call.arg[n]);
        for (int n = 0; n < s->call.nbufs; n++) touch(t, s->call.bufs[n], n < s->call.nin, n >= s->call.nin);
        break;
      case S_REG: break;
      case S_HINT: break; /* a prefetch touches nothing */
    }
  }
}

static void touch_masked(Touches *t, Buf *b, bool read, bool written) {
  touch(t, b, read, written);
  touch(t, b->mask, read, written);
}
static void touch_masked_load(const Expr *load, void *arg) { touch_masked(arg, load->buf, true, false); }

static void touch_cascade(Touches *t, const Cascade *c) {
  for (size_t i = 0; i < c->steps.n; i++)
    for (int n = 0; n < c->steps.at[i].n; n++) {
      const Ein *e = c->steps.at[i].ein[n];
      x_each_load(e->rhs, touch_masked_load, t);
      for (int d = 0; d < e->out->rank; d++) x_each_load(e->index[d], touch_masked_load, t);
      touch_masked(t, e->out, e->reduce != RED_SET, true);
    }
}

void kernel_each_buf(Ctx *ctx, const Kernel *k, void (*f)(Buf *b, bool read, bool written, void *arg), void *arg) {
  Touches t = {.ctx = ctx};
  touch(&t, k->cond, true, false);
  if (k->lowered) touch_body(&t, &k->body);
  else touch_cascade(&t, &k->cascade);
  for (size_t i = 0; i < t.list.n; i++) f(t.list.at[i].buf, t.list.at[i].read, t.list.at[i].written, arg);
}

/* ---- lifetimes */
static Buf *home(Buf *b) { return b->alias ? b->alias : b; }

typedef struct Lives { Ctx *ctx; VEC(Lifetime) list; Touches index; int kernel; } Lives; /* index: buffer -> position in the list */

static void live_touch(Buf *b, bool read, bool written, void *arg) {
  Lives *l = arg;
  (void)read, (void)written;
  b = home(b);
  if (b->space != SPACE_TEMP) return;
  size_t before = l->index.list.n;
  touch(&l->index, b, true, true);
  if (l->index.list.n > before) vec_push(l->ctx, &l->list, ((Lifetime){.buf = b, .first = l->kernel, .last = l->kernel, .bytes = buf_bound_bytes(l->ctx, b)}));
  l->list.at[*touch_slot(&l->index, b) - 1].last = l->kernel;
}

/* Loops from the inside out: their END comes in that order. */
static void live_through_loops(Ctx *ctx, const Program *p, Lives *l) {
  const size_t *jump = program_jumps(ctx, p);
  for (size_t i = 0; jump && i < p->kernels.n; i++) {
    if (p->kernels.at[i]->control != CONTROL_END || jump[i] > i || p->kernels.at[jump[i]]->control != CONTROL_WHILE) continue;
    int begin = (int)jump[i], end = (int)i;
    for (size_t b = 0; b < l->list.n; b++) {
      Lifetime *life = &l->list.at[b];
      bool outside = life->first < begin || life->last > end, inside = life->last >= begin && life->first <= end;
      if (!outside || !inside) continue;
      if (life->first > begin) life->first = begin;
      if (life->last < end) life->last = end;
    }
  }
}

size_t plan_lifetimes(Ctx *ctx, const Program *p, Lifetime **out) {
  Lives l = {.ctx = ctx, .index = {.ctx = ctx}};
  for (size_t i = 0; i < p->kernels.n; i++) {
    const Kernel *k = p->kernels.at[i];
    l.kernel = (int)i;
    kernel_each_buf(ctx, k, live_touch, &l);
    for (size_t s = 0; s < k->scratch.n; s++) {
      live_touch(k->scratch.at[s], true, true, &l);
      l.list.at[*touch_slot(&l.index, home(k->scratch.at[s])) - 1].scratch = true;
    }
  }
  for (size_t i = 0; i < l.list.n; i++)
    if (l.list.at[i].buf->lasting) l.list.at[i].last = (int)p->kernels.n - 1;
  live_through_loops(ctx, p, &l);
  *out = l.list.at;
  return l.list.n;
}

/* ---- in place */
typedef struct SamePlace { const Ein *map; const Buf *from; bool ok, seen; } SamePlace;

static void same_place(const Expr *load, void *arg) {
  SamePlace *s = arg;
  const Buf *b = load->buf;
  if (b == s->map->out || (b->alias && (b->alias == s->from || b->alias == s->map->out))) s->ok = false; /* another view of the same memory */
  if (b != s->from) return;
  s->seen = true;
  for (int i = 0; i < b->rank; i++) s->ok &= x_equal(load->arg[i], s->map->index[i]);
}

bool plan_in_place(const Ctx *ctx, const Kernel *k, const Buf *from, const Buf *to) {
  if (k->cascade.steps.n != 1 || k->cascade.steps.at[0].n != 1 || k->cascade.steps.at[0].iter) return false;
  const Ein *map = k->cascade.steps.at[0].ein[0];
  if (map->reduce != RED_SET || map->accumulate || map->nout != map->naxes || map->out != to) return false;
  if (from == to || from->mask || to->mask || from->alias || to->alias || from->rank != to->rank) return false;
  if (strcmp(elem_info(from->elem)->c, elem_info(to->elem)->c) || elem_info(from->elem)->bits < 8 || elem_info(from->elem)->bits != elem_info(to->elem)->bits) return false;
  for (int i = 0; i < to->rank; i++) {
    Aff a;
    if (ext_eq(ctx, from->dim[i], to->dim[i]) != TRI_TRUE || !x_is_aff(map->index[i], &a)) return false;
    if (a.n > 1 || a.c != 0 || (a.n == 1 && (a.term[0].k != 1 || ext_eq(ctx, a.term[0].var->extent, to->dim[i]) != TRI_TRUE))) return false;
    if (a.n == 0 && to->dim[i] != 1) return false;
  }
  SamePlace s = {map, from, true, false};
  x_each_load(map->rhs, same_place, &s);
  return s.ok && s.seen;
}

/* ---- placing */
typedef struct Item { int64_t bytes; int first, last; size_t id; int64_t offset; } Item; /* one place: a buffer, or several that follow each other in place */

static int by_bytes(const void *pa, const void *pb) {
  const Item *a = pa, *b = pb;
  return a->bytes != b->bytes ? (a->bytes < b->bytes) - (a->bytes > b->bytes) : (a->id > b->id) - (a->id < b->id);
}
static int by_area(const void *pa, const void *pb) {
  const Item *a = pa, *b = pb;
  double x = (double)a->bytes * (a->last - a->first + 1), y = (double)b->bytes * (b->last - b->first + 1);
  return x != y ? (x < y) - (x > y) : by_bytes(a, b);
}
static int by_span(const void *pa, const void *pb) {
  const Item *a = pa, *b = pb;
  int x = a->last - a->first, y = b->last - b->first;
  return x != y ? (x < y) - (x > y) : by_bytes(a, b);
}
static int by_first(const void *pa, const void *pb) {
  const Item *a = pa, *b = pb;
  return a->first != b->first ? (a->first > b->first) - (a->first < b->first) : by_bytes(a, b);
}
typedef int (*Order)(const void *, const void *);
static const Order orders[] = {by_first, by_bytes, by_area, by_span}; /* by_first stays first: it is the one for large programs */

/* The item that ends highest moves to the front of the order. */
static void promote_highest(Item *item, size_t n) {
  size_t top = 0;
  for (size_t i = 1; i < n; i++)
    if (item[i].offset + item[i].bytes > item[top].offset + item[top].bytes) top = i;
  Item moved = item[top];
  memmove(item + 1, item, top * sizeof *item);
  item[0] = moved;
}

/* Places the items in their order; `placed` holds those placed, sorted by offset. Returns the size of the arena. */
static int64_t place_all(Item *item, size_t n, Item **placed, bool chronological) {
  size_t np = 0;
  int64_t arena = 0;
  for (size_t i = 0; i < n; i++) {
    Item *it = &item[i];
    int64_t end = 0, best = -1, best_gap = INT64_MAX; /* end: of the conflicting items seen so far, from below */
    size_t kept = 0;
    for (size_t j = 0; j < np; j++) {
      const Item *other = placed[j];
      if (chronological && other->last < it->first) continue; /* dead for good: forget it */
      placed[kept++] = placed[j];
      if (other->last < it->first || it->last < other->first) continue;
      int64_t gap = other->offset - end;
      if (gap >= it->bytes && gap < best_gap) best = end, best_gap = gap;
      if (other->offset + other->bytes > end) end = other->offset + other->bytes;
    }
    np = kept;
    it->offset = best >= 0 ? best : end;
    size_t at = np++;
    for (; at > 0 && placed[at - 1]->offset > it->offset; at--) placed[at] = placed[at - 1];
    placed[at] = it;
    if (it->offset + it->bytes > arena) arena = it->offset + it->bytes;
  }
  return arena;
}

static int64_t round_up(int64_t bytes) { return (bytes + PLAN_ALIGN - 1) / PLAN_ALIGN * PLAN_ALIGN; }

/* One home per set of buffers that share memory. A temporary whose memory is also an input, an output or the state lives there and needs no place. */
static bool settle_aliases(Ctx *ctx, const Program *p) {
  for (size_t i = 0; i < p->bufs.n; i++) {
    Buf *b = p->bufs.at[i], *root = b->alias;
    if (!root || b->space == SPACE_TEMP || b->space == root->space) continue; /* the last: a view */
    if (root->space != SPACE_TEMP) return diag(ctx, E0601, (Place){0}, "buffers '%s' and '%s' cannot share memory: both have a place of their own", b->name, root->name);
    root->alias = b, b->alias = NULL;
  }
  for (size_t i = 0; i < p->bufs.n; i++) {
    Buf *b = p->bufs.at[i];
    if (b->alias && b->alias->alias && b->alias->alias != b) b->alias = b->alias->alias;
    if (b->alias && b->alias->alias) return diag(ctx, E0601, (Place){0}, "the buffers that share memory with '%s' form a chain", b->name);
  }
  return true;
}

typedef struct Merge { const Ctx *ctx; const Kernel *k; int kernel; Lifetime *life; size_t n; Buf *to; size_t *item_of; Item *item; } Merge;

static void merge_into(Buf *from, bool read, bool written, void *arg) {
  Merge *m = arg;
  if (!m->to || !read || written || from->space != SPACE_TEMP || from->alias) return;
  size_t a = (size_t)from->offset, b = (size_t)m->to->offset; /* before placing: the number of the lifetime */
  if (a >= m->n || b >= m->n || m->life[a].buf != from || m->life[b].buf != m->to || m->life[a].last != m->kernel || m->life[b].first != m->kernel || m->life[a].scratch || m->life[b].scratch) return;
  if (!plan_in_place(m->ctx, m->k, from, m->to)) return;
  Item *home = &m->item[m->item_of[a]], *moved = &m->item[m->item_of[b]];
  home->last = moved->last;
  moved->bytes = -1; /* no longer an item of its own */
  m->item_of[b] = m->item_of[a];
  m->to = NULL;      /* one input per kernel */
}

bool pass_plan(Ctx *ctx, Unit *u) {
  Program *p = u->program;
  if (!settle_aliases(ctx, p)) return false;

  p->state_bytes = 0;
  for (size_t i = 0; i < p->bufs.n; i++) {
    Buf *b = p->bufs.at[i];
    if (b->space != SPACE_STATE || b->alias) continue;
    int64_t bytes = buf_bound_bytes(ctx, b);
    if (bytes < 0 || p->state_bytes > INT64_C(1) << 52) return diag(ctx, E0701, (Place){0}, "the state '%s' has more than 2^48 elements", b->name);
    b->offset = p->state_bytes;
    p->state_bytes += round_up(bytes);
  }

  Lifetime *life;
  size_t n = plan_lifetimes(ctx, p, &life), nitems = 0;
  Item *item = NEWN(ctx, Item, n + 1), *trial = NEWN(ctx, Item, n + 1), **placed = NEWN(ctx, Item *, n + 1);
  size_t *item_of = NEWN(ctx, size_t, n + 1);
  int64_t total = 0;
  for (size_t i = 0; i < n; i++) {
    if (life[i].bytes < 0 || (total += round_up(life[i].bytes)) > INT64_C(1) << 52)
      return diag(ctx, E0701, (Place){0}, "the temporary '%s' has more than 2^48 elements", life[i].buf->name);
    item[i] = (Item){.bytes = round_up(life[i].bytes), .first = life[i].first, .last = life[i].last, .id = i};
    item_of[i] = i;
    life[i].buf->offset = (int64_t)i; /* until it is placed */
  }

  for (size_t i = 0; i < p->kernels.n; i++) {
    const Kernel *k = p->kernels.at[i];
    if (k->cascade.steps.n != 1 || k->cascade.steps.at[0].n != 1) continue;
    Buf *out = k->cascade.steps.at[0].ein[0]->out;
    if (out->space == SPACE_TEMP && !out->alias) kernel_each_buf(ctx, k, merge_into, &(Merge){ctx, k, (int)i, life, n, out, item_of, item});
  }

  /* the largest sum of live bytes at one kernel */
  int64_t *change = NEWN(ctx, int64_t, p->kernels.n + 1), live = 0;
  for (size_t i = 0; i < n; i++) {
    if (item[i].bytes < 0) continue;
    change[item[i].first] += item[i].bytes, change[item[i].last + 1] -= item[i].bytes;
    trial[nitems++] = item[i];
  }
  p->arena_bound = 0, p->arena_culprit = NULL;
  for (size_t i = 0; i < p->kernels.n; i++)
    if ((live += change[i]) > p->arena_bound) p->arena_bound = live, p->arena_culprit = p->kernels.at[i]->name;

  int64_t best = INT64_MAX;
  size_t again = nitems ? IMPROVING_STEPS / (nitems * nitems) : 0;
  for (size_t o = 0; o < sizeof orders / sizeof *orders && best > p->arena_bound && (o == 0 || nitems <= EXACT_LIMIT); o++) {
    qsort(trial, nitems, sizeof *trial, orders[o]);
    for (size_t turn = 0; turn <= (again < IMPROVING_TURNS ? again : IMPROVING_TURNS) && best > p->arena_bound; turn++) {
      if (turn) promote_highest(trial, nitems);
      int64_t arena = place_all(trial, nitems, placed, orders[o] == by_first && !turn);
      if (arena >= best) continue;
      best = arena;
      for (size_t i = 0; i < nitems; i++) item[trial[i].id].offset = trial[i].offset;
    }
  }
  p->arena_bytes = nitems ? best : 0;
  for (size_t i = 0; i < n; i++) life[i].buf->offset = item[item_of[i]].offset;
  for (size_t i = 0; i < p->bufs.n; i++) if (p->bufs.at[i]->alias) p->bufs.at[i]->offset = p->bufs.at[i]->alias->offset;
  return plan_check(ctx, p);
}
