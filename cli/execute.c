/* Running a program on data: by the reference interpreter, or as compiled code.
 *
 * Compiled code is loaded into a child process, so that a fault in it is a diagnostic and not the end of sinter. The child gives the
 * program copies of its inputs and memory of exactly the size the program asked for, filled with a pattern: what it should not touch
 * a sanitizer sees, and what it should have written and did not shows in the results. */
#include "cli/cli.h"
#include "cli/entry.h"
#include "codegen/codegen.h"
#include "ir/map.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- values between kernels */
enum { KEPT_BYTES = 256 << 20 };         /* of what kernels in loops write again */

static bool is_dynamic(const Ctx *ctx, const Buf *b) {
  for (int d = 0; d < b->rank; d++)
    if (!ext_is_const(ctx, b->dim[d])) return true;
  return false;
}

/* Symbols that a kernel in a loop sets: what an extent was when something was written is not known later. */
typedef struct Moving { VEC(const char *) symbols; bool any; } Moving;

static Moving moving_symbols(Ctx *ctx, const Program *p) {
  Moving m = {0};
  const size_t *jump = program_jumps(ctx, p);
  for (size_t i = 0; jump && i < p->kernels.n; i++)
    for (size_t k = jump[i]; p->kernels.at[i]->control == CONTROL_END && k < i; k++) {
      KernelParam *param;
      const char **symbols;
      size_t n;
      (void)kernel_params(ctx, p->kernels.at[k], &param, &symbols, &n);
      for (size_t s = 0; s < n; s++)
        if (kernel_sets(p->kernels.at[k], symbols[s])) vec_push(ctx, &m.symbols, symbols[s]);
    }
  return m;
}

static int64_t find_moving(void *arg, const char *name) {
  Moving *m = arg;
  for (size_t i = 0; i < m->symbols.n; i++) m->any |= !strcmp(m->symbols.at[i], name);
  return 1;
}

static bool moves(const Ctx *ctx, const Moving *m, const Buf *b) {
  Moving asked = *m;
  for (int d = 0; m->symbols.n && d < b->rank; d++)
    if (!ext_is_const(ctx, b->dim[d])) (void)ext_value(ctx, b->dim[d], find_moving, &asked);
  return asked.any;
}

/* Memory for a buffer at the bounds of its extents: what is found when running may be another in every trip. */
static Data *value_room(Ctx *ctx, const Buf *buf) {
  Type t = {.elem = buf->elem, .rank = buf->rank};
  if (buf->record) return record_new(ctx, buf->record);
  if (buf->rank > MAX_RANK) return NULL;
  for (int d = 0; d < buf->rank; d++) {
    int64_t lo, hi;
    ext_range(ctx, buf->dim[d], &lo, &hi);
    t.dim[d] = hi;
  }
  return data_new(ctx, t.elem, t.rank, t.dim);
}

/* The same once the extents are known. */
static Data *value_data(Ctx *ctx, const Binding *b, const Buf *buf) {
  Type t = {.elem = buf->elem, .rank = buf->rank};
  if (buf->record) return record_new(ctx, buf->record);
  if (buf->rank > MAX_RANK) return NULL;
  for (int d = 0; d < buf->rank; d++) t.dim[d] = ext_value(ctx, buf->dim[d], binding_symbol, (void *)b);
  return data_new(ctx, t.elem, t.rank, t.dim);
}

/* Kernels run in the order of the list, but for the end of a loop. */
typedef struct Trips { int64_t number; size_t next; } Trips;

static int64_t trip_of(Trips *t, size_t kernel) {
  if (kernel < t->next) t->number++;
  t->next = kernel + 1;
  return t->number;
}

/* Appends, and forgets what was written under that name in the same trip. `last`: name -> its latest number. */
static void note_written(Ctx *ctx, Execution *x, Map *last, Written w) {
  MapEntry *e = map_find(last, w.name);
  if (e && x->written.at[e->i].trip == w.trip) x->written.at[e->i].data = NULL;
  map_add(ctx->arena, last, w.name)->i = x->written.n;
  vec_push(ctx, &x->written, w);
}

static void drop_forgotten(Execution *x) {
  size_t n = 0;
  for (size_t i = 0; i < x->written.n; i++)
    if (x->written.at[i].data) x->written.at[n++] = x->written.at[i];
  x->written.n = n;
}

/* ---- the interpreter */
typedef struct Slot { const Buf *buf; Data data; } Slot;
typedef struct Slots { Ctx *ctx; Execution *x; Map of; VEC(Slot) slots; Trips trips; Moving moving; Map exposed, last, seen; size_t kept; } Slots;

static void add_slot(Slots *s, const Buf *buf, Data data) {
  map_add(s->ctx->arena, &s->of, buf)->i = s->slots.n;
  vec_push(s->ctx, &s->slots, ((Slot){buf, data}));
}

static void *slot_of(void *arg, const Buf *buf) {
  Slots *s = arg;
  const MapEntry *e = map_find(&s->of, buf);
  if (e) return (void *)(uintptr_t)s->slots.at[e->i].data.bytes;
  Data *d = value_room(s->ctx, buf);
  if (!d) return NULL;
  if (map_find(&s->exposed, buf) && !buf->record && buf->elem != ELEM_string) memset((void *)(uintptr_t)d->bytes, UNWRITTEN, d->nbytes);
  add_slot(s, buf, *d);
  return (void *)(uintptr_t)d->bytes;
}

static int64_t slot_symbol(void *arg, const char *name) { return binding_symbol(&((Slots *)arg)->x->binding, name); }
static void slot_set_symbol(void *arg, const char *name, int64_t value) { binding_set_symbol(&((Slots *)arg)->x->binding, name, value); }

/* The interpreter keeps temporaries to itself; as state they are ours, and can be read when a kernel is done. */
static void expose_values(Slots *s, const Program *p) {
  for (size_t i = 0; i < p->bufs.n; i++) {
    Buf *b = p->bufs.at[i];
    if (b->space != SPACE_TEMP || b->alias || b->lasting) continue;
    b->space = SPACE_STATE;
    map_add(s->ctx->arena, &s->exposed, b);
  }
}

static void keep_written(Slots *s, const Buf *buf, size_t kernel) {
  const MapEntry *e = map_find(&s->of, buf);
  if (!e || !map_find(&s->exposed, buf) || moves(s->ctx, &s->moving, buf)) return;
  const Data *room = &s->slots.at[e->i].data;
  const bool again = map_find(&s->seen, buf) != NULL;
  if (again && s->kept + room->nbytes > KEPT_BYTES) { s->x->cut = true; return; }
  s->kept += again ? room->nbytes : 0;
  map_add(s->ctx->arena, &s->seen, buf);
  Data *d = value_data(s->ctx, &s->x->binding, buf);
  if (!d) return;
  memcpy((void *)(uintptr_t)d->bytes, room->bytes, d->nbytes < room->nbytes ? d->nbytes : room->nbytes);
  note_written(s->ctx, s->x, &s->last, (Written){intern(s->ctx, buf->name), kernel, s->trips.number, d});
}

static void kernel_done(void *arg, size_t kernel) {
  Slots *s = arg;
  const Kernel *k = s->x->binding.program->kernels.at[kernel];
  (void)trip_of(&s->trips, kernel);
  for (size_t i = 0; i < k->cascade.steps.n; i++)
    for (int j = 0; j < k->cascade.steps.at[i].n; j++)
      if (k->cascade.steps.at[i].ein[j]->out->space == SPACE_STATE) keep_written(s, k->cascade.steps.at[i].ein[j]->out, kernel);
  if (!k->lowered) return;
  KernelParam *param;
  const char **symbols;
  size_t nsymbols, n = kernel_params(s->ctx, k, &param, &symbols, &nsymbols);
  for (size_t i = 0; i < n; i++)
    if (param[i].written && param[i].buf->space == SPACE_STATE) keep_written(s, param[i].buf, kernel);
}

bool execute_interpreted(Ctx *ctx, Execution *x) {
  Slots s = {.ctx = ctx, .x = x};
  Binding *b = &x->binding;
  const Program *p = b->program;
  progress("interpreting %zu kernels", p->kernels.n);
  if (x->want_values) expose_values(&s, p), s.moving = moving_symbols(ctx, p);
  for (size_t i = 0; i < p->inputs.n; i++) add_slot(&s, p->inputs.at[i], *b->inputs.at[i]);
  for (size_t i = 0; i < p->outputs.n; i++) add_slot(&s, p->outputs.at[i], *b->outputs.at[i]);
  Memory memory = {.of = slot_of, .arg = &s, .symbol = slot_symbol, .set_symbol = slot_set_symbol, .done = x->want_values ? kernel_done : NULL, .chance = x->chance};
  if (!interp_program(ctx, p, memory, 0)) return false;
  binding_close(ctx, b);
  drop_forgotten(x);
  return true;
}

/* ---- compiled code */
enum { LINE = 64 };

/* Where things are in the memory that parent and child share. */
typedef struct Capture { const Buf *buf; const Data *data; size_t kernel; bool seen; } Capture; /* what a kernel writes; data: its type and size at the bounds */
typedef struct Event { size_t capture, at; int64_t trip; } Event;                             /* that it was written, and where the copy lies */
typedef struct Log { size_t n, cut; } Log;
enum { MAX_EVENTS = 1 << 20 };
typedef struct Shared {
  unsigned char *bytes;
  size_t size;
  size_t symbols, outputs, log, events, copies, texts; /* offsets; texts: what string results say */
  VEC(Capture) captures;
} Shared;

static size_t reserve(Shared *s, size_t bytes) {
  size_t at = s->size;
  s->size += (bytes + LINE - 1) / LINE * LINE;
  return at;
}

enum { TEXT_ROOM = 1 << 28 };            /* for all texts of the results; pages that nobody writes cost nothing */

static bool holds_texts(const Type *t) { return t->elem == ELEM_string || t->key == ELEM_string; }

static bool has_texts(const Execution *x) {
  bool any = false;
  for (size_t i = 0; i < x->binding.outputs.n; i++) any |= holds_texts(&x->binding.outputs.at[i]->type);
  for (size_t i = 0; x->want_values && i < x->binding.program->bufs.n; i++) {
    const Buf *b = x->binding.program->bufs.at[i];
    any |= b->record ? holds_texts(b->record) : b->elem == ELEM_string;
  }
  return any;
}

static size_t lines(size_t bytes) { return (bytes + LINE - 1) / LINE * LINE; }

/* What each kernel writes, in the order of the kernels. */
static void plan_captures(Ctx *ctx, const Execution *x, Shared *s) {
  const Program *p = x->binding.program;
  const Moving moving = moving_symbols(ctx, p);
  size_t once = 0;
  for (size_t k = 0; k < p->kernels.n; k++) {
    KernelParam *param;
    const char **symbols;
    size_t nsymbols, n = kernel_params(ctx, p->kernels.at[k], &param, &symbols, &nsymbols);
    for (size_t i = 0; i < n; i++) {
      const Buf *buf = param[i].buf;
      if (!param[i].written || buf->space != SPACE_TEMP || buf->lasting) continue; /* a pool is no value: tensors point into it */
      if (buf->elem == ELEM_string && is_dynamic(ctx, buf)) continue; /* which of them are texts is not known here */
      const Data *room = moves(ctx, &moving, buf) ? NULL : value_room(ctx, buf);
      if (!room) continue;
      vec_push(ctx, &s->captures, ((Capture){buf, room, k, false}));
      once += lines(room->nbytes);
    }
  }
  s->log = reserve(s, sizeof(Log));
  s->events = reserve(s, MAX_EVENTS * sizeof(Event));
  s->copies = reserve(s, once + KEPT_BYTES);
}

static bool share(Ctx *ctx, const Execution *x, Shared *s) {
  const Binding *b = &x->binding;
  s->symbols = reserve(s, b->symbols.n * sizeof(int64_t));
  s->outputs = s->size;
  for (size_t i = 0; i < b->outputs.n; i++) reserve(s, b->outputs.at[i]->nbytes);
  if (x->want_values) plan_captures(ctx, x, s);
  s->texts = s->size;
  if (has_texts(x)) reserve(s, TEXT_ROOM);
  s->bytes = mmap(NULL, s->size + LINE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (s->bytes == MAP_FAILED) return diag(ctx, E0900, (Place){0}, "cannot share %zu bytes with a child process: %s", s->size, strerror(errno));
  int64_t *symbols = (int64_t *)(void *)(s->bytes + s->symbols);
  for (size_t i = 0; i < b->symbols.n; i++) symbols[i] = b->symbols.at[i].value;
  return true;
}

/* ---- in the child */
static void *exactly(size_t bytes) {
  void *p;
  if (posix_memalign(&p, LINE, bytes ? bytes : 1)) return NULL;
  return memset(p, UNWRITTEN, bytes ? bytes : 1);
}

/* Tensors of the caller are aligned as their elements are, and no better. */
static void *barely_aligned(const Data *d) {
  size_t element = type_is_record(&d->type) ? sizeof(int64_t) : (size_t)elem_info(d->type.elem)->bits / 8;
  unsigned char *p = exactly(d->nbytes + element);
  return p ? p + element : NULL;
}

/* Results on their way to the parent. A text is copied, and its place is what is handed over: the child's pointers mean nothing there. */
typedef struct Handover { Ctx *ctx; const Shared *shared; size_t next; } Handover;

static void hand_text(const char **text, void *arg) {
  Handover *h = arg;
  uint64_t unwritten;
  memset(&unwritten, UNWRITTEN, sizeof unwritten);
  size_t place = 0, n = (uintptr_t)*text == unwritten ? 0 : strlen(*text) + 1;
  if (n > h->shared->size - h->next) _exit(ENTRY_MEMORY);
  if (n) memcpy(h->shared->bytes + (place = h->next), *text, n);
  h->next += n;
  memcpy(text, &place, sizeof place);
}

static void hand_over(Handover *h, size_t at, const void *from, Data d) {
  d.bytes = memcpy(h->shared->bytes + at, from, d.nbytes);
  record_each_text(h->ctx, &d, hand_text, h);
}

typedef struct Takeover { Ctx *ctx; const Shared *shared; } Takeover;

static void take_text(const char **text, void *arg) {
  const Takeover *t = arg;
  size_t place;
  memcpy(&place, text, sizeof place);
  *text = intern(t->ctx, place ? (const char *)t->shared->bytes + place : "(never written)");
}

static void take_over(Ctx *ctx, const Shared *s, Data *d, size_t at) {
  memcpy((void *)(uintptr_t)d->bytes, s->bytes + at, d->nbytes);
  record_each_text(ctx, d, take_text, &(Takeover){ctx, s});
}

typedef struct Profile { Handover *handover; Shared *shared; const unsigned char *arena; Trips trips; size_t next, kept; } Profile;

/* Where the copy goes; 0: loops have written enough. What is written for the first time always has room. */
static size_t next_copy(Profile *p, Capture *c) {
  Log *log = (Log *)(void *)(p->shared->bytes + p->shared->log);
  size_t bytes = lines(c->data->nbytes), at = p->shared->copies + p->next;
  if (log->n == MAX_EVENTS || (c->seen && p->kept + bytes > KEPT_BYTES)) { log->cut = 1; return 0; }
  p->kept += c->seen ? bytes : 0;
  p->next += bytes;
  c->seen = true;
  return at;
}

static void after_kernel(void *user, int kernel, const char *name, int begin) {
  (void)name;
  Profile *p = user;
  Shared *s = p->shared;
  if (begin) return;
  const int64_t trip = trip_of(&p->trips, (size_t)kernel);
  for (size_t i = 0; i < s->captures.n; i++) {
    Capture *c = &s->captures.at[i];
    const Buf *home = c->buf->alias ? c->buf->alias : c->buf;
    size_t at = c->kernel == (size_t)kernel ? next_copy(p, c) : 0;
    if (!at) continue;
    hand_over(p->handover, at, p->arena + home->offset, *c->data);
    Log *log = (Log *)(void *)(s->bytes + s->log);
    ((Event *)(void *)(s->bytes + s->events))[log->n++] = (Event){i, at, trip};
  }
}

_Noreturn static void child(Ctx *ctx, const Execution *x, Shared *s, EntryFunction *entry) {
  const Binding *b = &x->binding;
  const Program *p = b->program;
  const void **in = calloc(b->inputs.n + 1, sizeof *in);
  void **out = calloc(b->outputs.n + 1, sizeof *out);
  unsigned char *arena = exactly((size_t)p->arena_bytes);
  void *state = exactly((size_t)p->state_bytes);
  if (!in || !out || !arena || !state) _exit(ENTRY_MEMORY);
  memset(state, 0, (size_t)p->state_bytes);
  for (size_t i = 0; i < b->inputs.n; i++) {
    void *copy = barely_aligned(b->inputs.at[i]);
    if (!copy) _exit(ENTRY_MEMORY);
    memcpy(copy, b->inputs.at[i]->bytes, b->inputs.at[i]->nbytes);
    in[i] = copy;
  }
  for (size_t i = 0; i < b->outputs.n; i++)
    if (!(out[i] = barely_aligned(b->outputs.at[i]))) _exit(ENTRY_MEMORY);
  Handover handover = {ctx, s, s->texts};
  Profile profile = {.handover = &handover, .shared = s, .arena = arena};
  sinter_hooks hooks = {.user = &profile, .profile = x->want_values ? after_kernel : NULL};
  int status = entry(in, out, (int64_t *)(void *)(s->bytes + s->symbols), arena, state, &hooks);
  size_t at = s->outputs;
  for (size_t i = 0; i < b->outputs.n && status == SINTER_OK; i++) {
    hand_over(&handover, at, out[i], *b->outputs.at[i]);
    at += (b->outputs.at[i]->nbytes + LINE - 1) / LINE * LINE;
  }
  fflush(NULL);
  _exit(status);
}

/* ---- in the parent */
static void collect(Ctx *ctx, Execution *x, const Shared *s) {
  Binding *b = &x->binding;
  const int64_t *symbols = (const int64_t *)(const void *)(s->bytes + s->symbols);
  for (size_t i = 0; i < b->symbols.n; i++) b->symbols.at[i].value = symbols[i];
  size_t at = s->outputs;
  for (size_t i = 0; i < b->outputs.n; i++) {
    take_over(ctx, s, b->outputs.at[i], at);
    at += (b->outputs.at[i]->nbytes + LINE - 1) / LINE * LINE;
  }
  binding_close(ctx, b);
  if (!x->want_values) return;
  const Log *log = (const Log *)(const void *)(s->bytes + s->log);
  const Event *event = (const Event *)(const void *)(s->bytes + s->events);
  Map last = {0};
  x->cut = log->cut != 0;
  for (size_t i = 0; i < log->n; i++) {
    const Capture *c = &s->captures.at[event[i].capture];
    Data *d = value_data(ctx, b, c->buf);
    if (!d) continue;
    take_over(ctx, s, d, event[i].at);
    note_written(ctx, x, &last, (Written){intern(ctx, c->buf->name), c->kernel, event[i].trip, d});
  }
  drop_forgotten(x);
}

bool execute_compiled(Ctx *ctx, Execution *x) {
  Entry entry;
  if (!entry_load(ctx, x->cmd, x->unit, false, &entry)) return false;
  Shared shared = {0};
  if (!share(ctx, x, &shared)) return false;
  progress("running");
  fflush(NULL);
  pid_t pid = fork();
  if (pid == 0) child(ctx, x, &shared, entry.run);
  bool good = pid > 0 ? entry_wait(ctx, pid) : diag(ctx, E0900, (Place){0}, "cannot start a process: %s", strerror(errno));
  if (good) collect(ctx, x, &shared);
  munmap(shared.bytes, shared.size + LINE);
  return good;
}
