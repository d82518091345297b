/* The report of a compiled model as JSON: what each kernel is, and who lies where in the arena. Sorted keys, no time, no path. */
#include "codegen/emit.h"
#include <jansson.h>
#include <stdlib.h>

/* names come from files: what is not UTF-8 is escaped */
static json_t *text(Ctx *ctx, const char *s) {
  json_t *j = s ? json_string(s) : json_null();
  return j ? j : json_string(c_comment(ctx, s));
}

static json_t *type_text(Ctx *ctx, const Buf *b) {
  Str s = str_new(ctx);
  buf_print_type(ctx, b, &s);
  return text(ctx, s.s);
}

/* json_object_set_new and json_array_append_new take the value over and free it when they fail; `good` remembers that one did */
typedef struct Json { Ctx *ctx; bool good; } Json;
static void put(Json *j, json_t *object, const char *key, json_t *value) { j->good &= !json_object_set_new(object, key, value); }
static void put_int(Json *j, json_t *object, const char *key, int64_t v) { put(j, object, key, v < 0 ? json_null() : json_integer((json_int_t)v)); }
static void add(Json *j, json_t *array, json_t *value) { j->good &= !json_array_append_new(array, value); }

static json_t *tensors(Json *j, const Buf *const *buf, size_t n) {
  json_t *list = json_array();
  NameSet names = {.ctx = j->ctx};
  for (size_t i = 0; i < n; i++) {
    json_t *o = json_object();
    put(j, o, "name", text(j->ctx, buf[i]->name));
    put(j, o, "c", text(j->ctx, name_unique(&names, buf[i]->name)));
    put(j, o, "type", type_text(j->ctx, buf[i]));
    put_int(j, o, "bytes", buf_bound_bytes(j->ctx, buf[i]));
    add(j, list, o);
  }
  return list;
}

typedef struct Written { Json *j; json_t *list; } Written;
static void put_written(Buf *b, bool read, bool written, void *arg) {
  Written *w = arg;
  if (written && !(b->space == SPACE_TEMP && read)) add(w->j, w->list, type_text(w->j->ctx, b));
}

static json_t *kernels(Json *j, const Program *p, const int64_t *live) {
  json_t *list = json_array();
  for (size_t i = 0; i < p->kernels.n; i++) {
    const Kernel *k = p->kernels.at[i];
    json_t *o = json_object(), *nodes = json_array(), *out = json_array();
    for (size_t n = 0; n < k->nodes.n; n++) add(j, nodes, text(j->ctx, k->nodes.at[n]));
    kernel_each_buf(j->ctx, k, put_written, &(Written){j, out});
    put(j, o, "name", text(j->ctx, k->name));
    put(j, o, "nodes", nodes);
    put(j, o, "out", out);
    put(j, o, "schedule", text(j->ctx, k->schedule));
    put_int(j, o, "flops", k->flops);
    put_int(j, o, "bytes", k->bytes);
    put_int(j, o, "arena_live_bytes", live[i]);
    add(j, list, o);
  }
  return list;
}

/* Live bytes at each kernel; buffers that follow one another in place count once. */
static int64_t *live_bytes(Ctx *ctx, const Program *p, const Lifetime *life, size_t n) {
  int64_t *change = NEWN(ctx, int64_t, p->kernels.n + 2);
  for (size_t i = 0; i < n; i++) {
    bool replaced = false; /* its memory is taken over in the kernel where it ends */
    for (size_t k = i + 1; k < n && life[k].first <= life[i].last && !replaced; k++)
      replaced = life[k].first == life[i].last && life[k].buf->offset == life[i].buf->offset && life[k].bytes == life[i].bytes && life[i].bytes;
    int64_t bytes = (life[i].bytes + PLAN_ALIGN - 1) / PLAN_ALIGN * PLAN_ALIGN;
    change[life[i].first] += bytes;
    change[life[i].last + (replaced ? 0 : 1)] -= bytes;
  }
  for (size_t i = 1; i < p->kernels.n; i++) change[i] += change[i - 1];
  return change;
}

static json_t *plan(Json *j, const Program *p, const Lifetime *life, size_t n) {
  json_t *list = json_array();
  for (size_t i = 0; i < n; i++) {
    json_t *o = json_object();
    put(j, o, "buffer", text(j->ctx, life[i].buf->name));
    put(j, o, "type", type_text(j->ctx, life[i].buf));
    put_int(j, o, "offset", life[i].buf->offset);
    put_int(j, o, "bytes", life[i].bytes);
    put(j, o, "first", text(j->ctx, p->kernels.at[life[i].first]->name));
    put(j, o, "last", text(j->ctx, p->kernels.at[life[i].last]->name));
    put(j, o, "scratch", json_boolean(life[i].scratch));
    add(j, list, o);
  }
  return list;
}

bool report_json(Ctx *ctx, const Unit *u, const Sizes *s, Str *out) {
  const Program *p = u->program;
  const Target *t = u->opt->target;
  Lifetime *life;
  size_t n = plan_lifetimes(ctx, p, &life);
  Json state = {ctx, true}, *j = &state;
  json_t *root = json_object(), *sizes = json_object(), *options = json_object(), *arena = json_object();

  put(j, root, "sinter", json_string(SINTER_VERSION));
  put(j, root, "model", text(ctx, p->name));
  put(j, root, "hash", text(ctx, ctx_printf(ctx, "%016llx", (unsigned long long)p->hash)));
  put(j, root, "target", text(ctx, t->name));
  put(j, options, "flags", text(ctx, t->cflags));
  put(j, options, "fp", json_string(fp_name[u->opt->fp]));
  put(j, options, "disabled", text(ctx, u->opt->disable));
  put(j, root, "options", options);
  put(j, root, "inputs", tensors(j, (const Buf *const *)p->inputs.at, p->inputs.n));
  put(j, root, "outputs", tensors(j, (const Buf *const *)p->outputs.at, p->outputs.n));
  put_int(j, sizes, "arena", s->arena);
  put_int(j, sizes, "state", s->state);
  put_int(j, sizes, "stack", s->stack);
  put_int(j, sizes, "weights", s->weights);
  put_int(j, sizes, "code", s->code);
  put(j, root, "bytes", sizes);
  put(j, root, "kernels", kernels(j, p, live_bytes(ctx, p, life, n)));
  put_int(j, arena, "lower_bound", p->arena_bound);
  put(j, arena, "peak_at", text(ctx, p->arena_culprit));
  put(j, arena, "buffers", plan(j, p, life, n));
  put(j, root, "arena", arena);

  ProgramSymbol *symbol;
  size_t nsymbols = program_symbols(ctx, p, &symbol);
  json_t *symbols = json_array();
  for (size_t i = 0; i < nsymbols; i++) {
    json_t *o = json_object();
    put(j, o, "name", text(ctx, symbol[i].name));
    put(j, o, "min", json_integer((json_int_t)symbol[i].lo));
    put(j, o, "max", json_integer((json_int_t)symbol[i].hi));
    put(j, o, "set_by_kernel", json_boolean(symbol[i].set));
    add(j, symbols, o);
  }
  put(j, root, "symbols", symbols);

  char *dump = j->good ? json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
  json_decref(root);
  if (!dump) ctx_out_of_memory(ctx);
  str_printf(out, "%s\n", dump);
  free(dump);
  return true;
}
