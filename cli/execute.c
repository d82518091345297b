/* Running a program on data: by the reference interpreter, or as compiled code.
 *
 * Compiled code is loaded into a child process, so that a fault in it is a diagnostic and not the end of sinter. The child gives the
 * program copies of its inputs and memory of exactly the size the program asked for, filled with a pattern: what it should not touch
 * a sanitizer sees, and what it should have written and did not shows in the results. */
#include "cli/cli.h"
#include "cli/entry.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- values between kernels */
static Data *value_data(Ctx *ctx, const Binding *b, const Buf *buf) {
  Type t = {.elem = buf->elem, .rank = buf->rank};
  if (buf->record) return record_new(ctx, buf->record);
  if (buf->rank > MAX_RANK) return NULL;
  for (int d = 0; d < buf->rank; d++) t.dim[d] = binding_most(ctx, b, buf->dim[d]);
  return data_new(ctx, t.elem, t.rank, t.dim);
}

/* ---- the interpreter */
typedef struct Slot { const Buf *buf; Data data; } Slot;
typedef struct Slots { Ctx *ctx; Execution *x; VEC(Slot) slots; } Slots;

static void *slot_of(void *arg, const Buf *buf) {
  Slots *s = arg;
  for (size_t i = 0; i < s->slots.n; i++)
    if (s->slots.at[i].buf == buf) return (void *)s->slots.at[i].data.bytes;
  Data *d = value_data(s->ctx, &s->x->binding, buf);
  if (!d) return NULL;
  vec_push(s->ctx, &s->slots, ((Slot){buf, *d}));
  return (void *)d->bytes;
}

static int64_t slot_symbol(void *arg, const char *name) { return binding_symbol(&((Slots *)arg)->x->binding, name); }
static void slot_set_symbol(void *arg, const char *name, int64_t value) { binding_set_symbol(&((Slots *)arg)->x->binding, name, value); }

/* The interpreter keeps temporaries to itself; as state they are ours, and can be read when it is done. */
static void expose_values(const Program *p) {
  for (size_t i = 0; i < p->bufs.n; i++)
    if (p->bufs.at[i]->space == SPACE_TEMP && !p->bufs.at[i]->alias && !p->bufs.at[i]->lasting) p->bufs.at[i]->space = SPACE_STATE;
}

bool execute_interpreted(Ctx *ctx, Execution *x) {
  Slots s = {.ctx = ctx, .x = x};
  Binding *b = &x->binding;
  const Program *p = b->program;
  progress("interpreting %zu kernels", p->kernels.n);
  if (x->want_values) expose_values(p);
  for (size_t i = 0; i < p->inputs.n; i++) vec_push(ctx, &s.slots, ((Slot){p->inputs.at[i], *b->inputs.at[i]}));
  for (size_t i = 0; i < p->outputs.n; i++) vec_push(ctx, &s.slots, ((Slot){p->outputs.at[i], *b->outputs.at[i]}));
  Memory memory = {.of = slot_of, .arg = &s, .symbol = slot_symbol, .set_symbol = slot_set_symbol, .chance = x->chance};
  if (!interp_program(ctx, p, memory, 0)) return false;
  binding_close(ctx, b);
  for (size_t i = p->inputs.n + p->outputs.n; i < s.slots.n && x->want_values; i++) {
    Data *d = NEW(ctx, Data);
    *d = s.slots.at[i].data;
    binding_settle(ctx, b, s.slots.at[i].buf, d);
    vec_push(ctx, &x->values, ((Feed){s.slots.at[i].buf->name, d}));
  }
  return true;
}

/* ---- compiled code */
enum { PATTERN = 0xa5, LINE = 64 };

/* Where things are in the memory that parent and child share. */
typedef struct Capture { const Buf *buf; size_t kernel, at, bytes; bool again; } Capture; /* again: an earlier capture has the same buffer and place */
typedef struct Shared {
  unsigned char *bytes;
  size_t size;
  size_t symbols, outputs, texts;        /* offsets; texts: what string results say */
  VEC(Capture) captures;
} Shared;

static size_t reserve(Shared *s, size_t bytes) {
  size_t at = s->size;
  s->size += (bytes + LINE - 1) / LINE * LINE;
  return at;
}

static size_t buf_bytes(Ctx *ctx, const Binding *b, const Buf *buf) {
  int64_t n = 1;
  for (int d = 0; d < buf->rank; d++) n *= binding_most(ctx, b, buf->dim[d]);
  return (size_t)elem_bytes(buf->elem, n);
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

static bool is_dynamic(const Ctx *ctx, const Buf *b) {
  for (int d = 0; d < b->rank; d++)
    if (!ext_is_const(ctx, b->dim[d])) return true;
  return false;
}

/* What each kernel writes, in the order of the kernels. */
static void plan_captures(Ctx *ctx, const Execution *x, Shared *s) {
  const Program *p = x->binding.program;
  for (size_t k = 0; k < p->kernels.n; k++) {
    KernelParam *param;
    const char **symbols;
    size_t nsymbols, n = kernel_params(ctx, p->kernels.at[k], &param, &symbols, &nsymbols);
    for (size_t i = 0; i < n; i++) {
      const Buf *buf = param[i].buf;
      if (!param[i].written || buf->space != SPACE_TEMP || buf->lasting) continue; /* a pool is no value: tensors point into it */
      if (buf->elem == ELEM_string && is_dynamic(ctx, buf)) continue; /* which of them are texts is not known here */
      size_t bytes = buf_bytes(ctx, &x->binding, buf), c = 0;
      while (c < s->captures.n && s->captures.at[c].buf != buf) c++; /* what several kernels write, or one in a loop, is what the last of them wrote */
      bool again = c < s->captures.n;
      vec_push(ctx, &s->captures, ((Capture){buf, k, again ? s->captures.at[c].at : reserve(s, bytes), bytes, again}));
    }
  }
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
  return memset(p, PATTERN, bytes ? bytes : 1);
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
  memset(&unwritten, PATTERN, sizeof unwritten);
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

typedef struct Profile { Handover *handover; const unsigned char *arena; } Profile;

static void after_kernel(void *user, int kernel, const char *name, int begin) {
  (void)name;
  const Profile *p = user;
  if (begin) return;
  for (size_t i = 0; i < p->handover->shared->captures.n; i++) {
    const Capture *c = &p->handover->shared->captures.at[i];
    const Buf *home = c->buf->alias ? c->buf->alias : c->buf;
    if (c->kernel == (size_t)kernel) hand_over(p->handover, c->at, p->arena + home->offset, (Data){.type = c->buf->record ? *c->buf->record : (Type){.elem = c->buf->elem}, .nbytes = c->bytes});
  }
}

_Noreturn static void child(Ctx *ctx, const Execution *x, const Shared *s, EntryFunction *entry) {
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
  Profile profile = {&handover, arena};
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
  for (size_t i = 0; i < s->captures.n; i++) {
    const Capture *c = &s->captures.at[i];
    if (c->again) continue;
    Data *d = value_data(ctx, b, c->buf);
    if (!d) continue;
    take_over(ctx, s, d, c->at);
    binding_settle(ctx, b, c->buf, d);
    vec_push(ctx, &x->values, ((Feed){c->buf->name, d}));
  }
  binding_close(ctx, b);
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
