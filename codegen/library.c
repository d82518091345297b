/* The files of a compiled model, and the shared object that sinter's own commands run.
 *
 *   <name>.h           for the caller           (header.c)
 *   <name>.c           kernels and the run function
 *   <name>_runtime.h   maths, conversions and helpers the kernels call, whole files of runtime/
 *   weights            as C text, a blob the assembler includes, or a file beside the library (weights.c)
 *   lib<name>.a        the objects of these;  <name>.json  the report (report.c) */
#include "codegen/emit.h"
#include "codegen/toolchain.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- symbols */

typedef struct SymbolUse { Ctx *ctx; bool *used, *set; } SymbolUse;

static size_t symbol_index(Ctx *ctx, const char *name) {
  int64_t lo, hi;
  size_t i = 0;
  while (i < ext_symbols(ctx) && strcmp(ext_symbol_name(ctx, i, &lo, &hi), name)) i++;
  return i;
}
static int64_t use_symbol(void *arg, const char *name) {
  SymbolUse *s = arg;
  size_t i = symbol_index(s->ctx, name);
  if (i < ext_symbols(s->ctx)) s->used[i] = true;
  return 1;
}
static void use_dims(SymbolUse *s, const Buf *b) {
  for (int d = 0; d < b->rank; d++)
    if (!ext_is_const(s->ctx, b->dim[d])) (void)ext_value(s->ctx, b->dim[d], use_symbol, s);
}
static void find_set(const Body *body, void (*f)(void *arg, const char *symbol), void *arg) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    if (s->kind == S_LOOP) find_set(&s->loop.body, f, arg);
    if (s->kind == S_IF) find_set(&s->cond.then, f, arg), find_set(&s->cond.other, f, arg);
    if (s->kind == S_CALL) for (int n = 0; n < s->call.nsymbols; n++) f(arg, s->call.symbol[n]);
  }
}
static void mark_set(void *arg, const char *symbol) {
  SymbolUse *s = arg;
  size_t i = symbol_index(s->ctx, symbol);
  if (i < ext_symbols(s->ctx)) s->used[i] = s->set[i] = true;
}

size_t program_symbols(Ctx *ctx, const Program *p, ProgramSymbol **out) {
  size_t n = ext_symbols(ctx);
  SymbolUse use = {ctx, NEWN(ctx, bool, n + 1), NEWN(ctx, bool, n + 1)};
  for (size_t i = 0; i < p->inputs.n; i++) use_dims(&use, p->inputs.at[i]);
  for (size_t i = 0; i < p->outputs.n; i++) use_dims(&use, p->outputs.at[i]);
  for (size_t i = 0; i < p->kernels.n; i++) {
    KernelParam *param;
    const char **symbol;
    size_t nsymbols;
    kernel_params(ctx, p->kernels.at[i], &param, &symbol, &nsymbols);
    for (size_t s = 0; s < nsymbols; s++) use_symbol(&use, symbol[s]);
    find_set(&p->kernels.at[i]->body, mark_set, &use);
  }
  VEC(ProgramSymbol) list = {0};
  for (size_t i = 0; i < n; i++) {
    if (!use.used[i]) continue;
    ProgramSymbol s = {.index = i, .set = use.set[i]};
    s.name = ext_symbol_name(ctx, i, &s.lo, &s.hi);
    vec_push(ctx, &list, s);
  }
  *out = list.at;
  return list.n;
}

typedef struct SetBy { const char *symbol; bool found; } SetBy;
static void is_symbol(void *arg, const char *symbol) { SetBy *s = arg; s->found |= !strcmp(s->symbol, symbol); }
bool kernel_sets(const Kernel *k, const char *symbol) {
  SetBy s = {symbol, false};
  find_set(&k->body, is_symbol, &s);
  return s.found;
}

/* ---- names and numbers of a library */

enum { TEXT_BYTES = 1 << 20 }; /* of weights that are written as C text when nobody says how */

static bool library_new(Library *l, Ctx *ctx, const Unit *u, const EmitOptions *o, WeightsMode mode) {
  const Program *p = u->program;
  *l = (Library){.ctx = ctx, .unit = u, .p = p, .o = o, .mode = mode, .names = {.ctx = ctx}, .sizes = {.arena = p->arena_bytes, .state = p->state_bytes, .stack = -1, .code = -1}};
  l->name = c_identifier(ctx, o->name ? o->name : p->name);
  l->macro = ctx_printf(ctx, "%s_", c_upper(ctx, l->name));
  l->nsymbols = program_symbols(ctx, p, &l->symbol);

  NameSet in = {.ctx = ctx}, out = {.ctx = ctx};
  l->in = NEWN(ctx, const char *, p->inputs.n + 1);
  l->out = NEWN(ctx, const char *, p->outputs.n + 1);
  l->symbol_member = NEWN(ctx, const char *, l->nsymbols + 1);
  for (size_t i = 0; i < p->inputs.n; i++) l->in[i] = name_unique(&in, p->inputs.at[i]->name);
  for (size_t i = 0; i < p->outputs.n; i++) l->out[i] = name_unique(&out, p->outputs.at[i]->name);
  for (size_t i = 0; i < l->nsymbols; i++) l->symbol_member[i] = name_unique(l->symbol[i].set ? &out : &in, l->symbol[i].name);
  if (l->sizes.state) l->state_member = name_unique(&out, "state");

  static const char *const taken[] = {"in", "out", "arena", "hooks", "base", "state", "weights", "status"};
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) name_reserve(&l->names, taken[i]);
  name_reserve(&l->names, ctx_printf(ctx, "%s_run", l->name));
  name_reserve(&l->names, ctx_printf(ctx, "%s_inputs", l->name));
  name_reserve(&l->names, ctx_printf(ctx, "%s_outputs", l->name));
  name_reserve(&l->names, ctx_printf(ctx, "%s_weights", l->name));
  for (size_t i = 0; i < p->kernels.n; i++) name_reserve(&l->names, p->kernels.at[i]->name);

  for (size_t i = 0; i < p->kernels.n; i++) {
    KernelParam *param;
    const char **symbol;
    size_t nsymbols, n = kernel_params(ctx, p->kernels.at[i], &param, &symbol, &nsymbols);
    if (!weights_collect(l, param, n)) return false;
  }
  if (l->mode == WEIGHTS_AUTO) l->mode = l->sizes.weights <= TEXT_BYTES ? WEIGHTS_C : WEIGHTS_INCBIN;
  if (mode == WEIGHTS_BIN && l->sizes.weights) l->weights_member = name_unique(&in, "weights");
  return true;
}

/* ---- <name>_runtime.h */

/* Includes of the project's own files are left out: what they hold stands before. */
static void put_without_includes(const char *text, Str *out) {
  for (const char *line = text, *next; *line; line = next) {
    next = strchr(line, '\n');
    next = next ? next + 1 : line + strlen(line);
    if (strncmp(line, "#include \"", 10)) str_addn(out, line, (size_t)(next - line));
  }
  str_add(out, "\n");
}

static void put_runtime(const char *file, Str *out) {
  for (size_t i = 0; i < text_runtime_count; i++)
    if (!strcmp(text_runtime_texts[i].file, file)) put_without_includes(text_runtime_texts[i].text, out);
}

static void runtime_text(const Library *l, Str *out) {
  static const char *const files[] = {"runtime/bits.h", "runtime/math_f64.h", "runtime/math_f32.h", "runtime/convert.h", "runtime/integer.h", "runtime/text.h", "runtime/run.h"};
  const Target *t = l->unit->opt->target;
  str_printf(out, "/* What the kernels of %s call: part of sinter %s. */\n#include <stdint.h>\n#include <string.h>\n\n", l->name, SINTER_VERSION);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) put_runtime(files[i], out);
  if (t->vector_extension && t->lanes_f32 > 1) {
    str_printf(out, "#define SINTER_LANES %d\n", t->lanes_f32);
    put_runtime("runtime/vector.h", out);
    str_add(out, "#undef SINTER_LANES\n");
  }
  c_prelude(l->ctx, t, out);
}

/* ---- <name>.c */

typedef struct Sources { Str *out; Map seen; Ctx *ctx; } Sources;

/* A kernel's text, once, and in it the texts that it includes from ir/extern, once each; those of runtime/ are there already. */
static void put_extern(Sources *s, const char *text) {
  static const char include[] = "#include \"ir/extern/";
  if (map_add(s->ctx->arena, &s->seen, text)->i++) return;
  for (const char *line = text, *next; *line; line = next) {
    next = strchr(line, '\n');
    next = next ? next + 1 : line + strlen(line);
    const char *name = strchr(line, '"'), *end = name ? strchr(name + 1, '"') : NULL;
    const char *part = strncmp(line, include, sizeof include - 1) || !end ? NULL : extern_text(internn(s->ctx, name + 1, (size_t)(end - name - 1)));
    if (part) put_extern(s, part);
    else if (strncmp(line, "#include \"", 10)) str_addn(s->out, line, (size_t)(next - line));
  }
  str_add(s->out, "\n");
}

static void put_externs(Sources *s, const Body *body) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *st = body->at[i];
    if (st->kind == S_LOOP) put_externs(s, &st->loop.body);
    if (st->kind == S_IF) put_externs(s, &st->cond.then), put_externs(s, &st->cond.other);
    if (st->kind != S_CALL) continue;
    put_extern(s, extern_source(st->call.ext));
  }
}

static const char *position(const Library *l, const Buf *b, const char *memory) {
  return ctx_printf(l->ctx, "(%s *)(void *)(%s + %lld)", elem_info(b->elem)->c, memory, (long long)b->offset);
}

/* The C expression for the memory of a buffer, inside run. */
static const char *place_of(const Library *l, const Buf *b) {
  const Buf *root = b->alias ? b->alias : b;
  const char *member = NULL;
  bool input = false;
  for (size_t i = 0; i < l->p->inputs.n; i++) if (l->p->inputs.at[i] == root) member = ctx_printf(l->ctx, "in->%s", l->in[i]), input = true;
  for (size_t i = 0; i < l->p->outputs.n; i++) if (l->p->outputs.at[i] == root) member = ctx_printf(l->ctx, "out->%s", l->out[i]), input = false;
  if (member && (b != root || b->record || member_type(b->elem) != elem_info(b->elem)->c)) return ctx_printf(l->ctx, "(%s *)%s", input ? c_read_only(l->ctx, b->elem) : elem_info(b->elem)->c, member);
  if (member) return member;
  switch (root->space) {
    case SPACE_CONST: return weight_pointer(l, weight_of(l, b));
    case SPACE_STATE: return position(l, root, "state");
    case SPACE_TEMP: return root->offset >= 0 ? position(l, root, "base") : NULL;
    default: return NULL;
  }
}

static void put_checks(const Library *l, Str *out) {
  const Program *p = l->p;
  str_add(out, "  if (!in || !out");
  if (l->sizes.arena) str_add(out, " || !arena");
  for (size_t i = 0; i < p->inputs.n; i++) str_printf(out, " || !in->%s", l->in[i]);
  for (size_t i = 0; i < p->outputs.n; i++) str_printf(out, " || !out->%s", l->out[i]);
  if (l->weights_member) str_printf(out, " || !in->%s", l->weights_member);
  if (l->state_member) str_printf(out, " || !out->%s", l->state_member);
  str_add(out, ") return SINTER_MISSING;\n");
  if (l->sizes.arena) str_printf(out, "  if ((uintptr_t)arena %% %sALIGN) return SINTER_ALIGNMENT;\n", l->macro);
  if (l->weights_member) str_printf(out, "  if ((uintptr_t)in->%s %% %sALIGN) return SINTER_ALIGNMENT;\n", l->weights_member, l->macro);
  if (l->state_member) str_printf(out, "  if ((uintptr_t)out->%s %% %sALIGN) return SINTER_ALIGNMENT;\n", l->state_member, l->macro);
  for (size_t i = 0; i < p->inputs.n; i++)
    if (p->inputs.at[i]->record) record_checks(l, p->inputs.at[i], l->in[i], out);
  for (size_t i = 0; i < l->nsymbols; i++)
    if (!l->symbol[i].set) str_printf(out, "  if (in->%s < %lld || in->%s > %lld) return SINTER_EXTENT;\n", l->symbol_member[i], (long long)l->symbol[i].lo, l->symbol_member[i], (long long)l->symbol[i].hi);
}

typedef struct Places { Map local; Str *locals; bool uses_base; } Places; /* local: buffer -> its C name inside run */

/* What a buffer is called inside run; NULL when it has no place. Temporaries and state are named once and used by several kernels. */
static const char *argument(Library *l, Places *p, const Buf *b) {
  Ctx *ctx = l->ctx;
  const char *place = place_of(l, b);
  const Buf *root = b->alias ? b->alias : b;
  if (!place || (root->space != SPACE_TEMP && root->space != SPACE_STATE)) return place;
  MapEntry *e = map_add(ctx->arena, &p->local, b);
  if (e->p) return e->p;
  char *name = ctx_printf(ctx, "%s", name_unique(&l->names, b->name));
  e->p = name;
  str_printf(p->locals, "  %s *const %s = %s; /* %s", elem_info(b->elem)->c, name, place, elem_info(b->elem)->name);
  ext_print_list(ctx, b->rank, b->dim, p->locals);
  str_add(p->locals, " */\n");
  p->uses_base |= root->space == SPACE_TEMP;
  return name;
}

static bool no_place(const Library *l, const Kernel *k, const Buf *b) {
  return diag(l->ctx, E0601, (Place){.node = k->nodes.n ? k->nodes.at[0] : k->name}, "the buffer '%s' has no place in memory; kernel '%s'", b->name, k->name);
}

static void put_marker(Library *l, const Kernel *k, const char *cond, int *depth, Str *out) {
  Str nodes = str_new(l->ctx);
  for (size_t i = 0; i < k->nodes.n; i++) str_printf(&nodes, "%s%s", i ? ", " : "", k->nodes.at[i]);
  const char *from = nodes.n ? ctx_printf(l->ctx, " /* %s */", c_comment(l->ctx, nodes.s)) : "";
  *depth -= k->control == CONTROL_ELSE || k->control == CONTROL_END;
  str_printf(out, "%*s", 2 * *depth, "");
  switch (k->control) {
  case CONTROL_IF: str_printf(out, "if (*%s) {%s\n", cond, from); break;
  case CONTROL_ELSE: str_printf(out, "} else {%s\n", from); break;
  case CONTROL_WHILE: {
    const char *trip = name_unique(&l->names, "trip");
    str_printf(out, "for (int64_t %s = 0; %s < %lld && *%s; %s++) {%s\n", trip, trip, (long long)k->trips, cond, trip, from);
    break;
  }
  case CONTROL_END: str_printf(out, "}%s\n", from); break;
  case CONTROL_NONE: break;
  }
  *depth += k->control != CONTROL_END;
}

static bool put_run(Library *l, Str *out) {
  Ctx *ctx = l->ctx;
  const Program *p = l->p;
  Str calls = str_new(ctx), locals = str_new(ctx);
  str_add(&calls, ""), str_add(&locals, "");
  Places places = {.locals = &locals};
  const char **symbol_local = NEWN(ctx, const char *, l->nsymbols + 1);
  for (size_t i = 0; i < l->nsymbols; i++) {
    symbol_local[i] = name_unique(&l->names, l->symbol[i].name);
    if (l->symbol[i].set) str_printf(&locals, "  int64_t %s = 0; /* set by a kernel */\n", symbol_local[i]);
    else str_printf(&locals, "  const int64_t %s = in->%s;\n", symbol_local[i], l->symbol_member[i]);
  }
  int depth = 1;
  bool fails = false;
  for (size_t i = 0; i < p->kernels.n; i++) {
    const Kernel *k = p->kernels.at[i];
    KernelParam *param;
    const char **symbol;
    size_t nsymbols, n = kernel_params(ctx, k, &param, &symbol, &nsymbols);
    if (k->control) {
      const char *cond = k->cond ? argument(l, &places, k->cond) : NULL;
      if (k->cond && !cond) return no_place(l, k, k->cond);
      put_marker(l, k, cond, &depth, &calls);
      continue;
    }
    fails |= kernel_fails(k);
    str_printf(&calls, "%*ssinter_profile(hooks, %zu, \"%s\", 1);\n%*s%s%s(", 2 * depth, "", i, k->name, 2 * depth, "", kernel_fails(k) ? "status = " : "", k->name);
    for (size_t a = 0; a < n; a++) {
      const char *place = argument(l, &places, param[a].buf);
      if (!place) return no_place(l, k, param[a].buf);
      str_printf(&calls, "%s%s", a ? ", " : "", place);
    }
    for (size_t s = 0; s < nsymbols; s++) {
      size_t which = 0;
      while (which < l->nsymbols && strcmp(l->symbol[which].name, symbol[s])) which++;
      if (which == l->nsymbols) return diag(ctx, E0601, (Place){0}, "the symbol '%s' of kernel '%s' is not one of the program", symbol[s], k->name);
      str_printf(&calls, "%s%s%s", n || s ? ", " : "", kernel_sets(k, symbol[s]) ? "&" : "", symbol_local[which]);
    }
    str_printf(&calls, ");\n%*ssinter_profile(hooks, %zu, \"%s\", 0);\n", 2 * depth, "", i, k->name);
    if (kernel_fails(k)) str_printf(&calls, "%*sif (status) return status;\n", 2 * depth, "");
    for (size_t s = 0; s < l->nsymbols; s++)
      if (kernel_sets(k, l->symbol[s].name)) str_printf(&calls, "%*sif (%s < %lld || %s > %lld) return SINTER_EXTENT;\n", 2 * depth, "", symbol_local[s], (long long)l->symbol[s].lo, symbol_local[s], (long long)l->symbol[s].hi);
  }
  for (size_t i = 0; i < l->nsymbols; i++)
    if (l->symbol[i].set) str_printf(&calls, "  if (out->%s) *out->%s = %s;\n", l->symbol_member[i], l->symbol_member[i], symbol_local[i]);

  str_printf(out, "int %s_run(const %s_inputs *in, const %s_outputs *out, void *arena, const sinter_hooks *hooks) {\n", l->name, l->name, l->name);
  put_checks(l, out);
  if (places.uses_base) str_add(out, "  unsigned char *const base = arena;\n");
  else str_add(out, "  (void)arena;\n");
  if (fails) str_add(out, "  int status;\n");
  if (l->state_member) str_printf(out, "  unsigned char *const state = out->%s;\n", l->state_member);
  if (l->weights_member) str_printf(out, "  const unsigned char *const weights = in->%s;\n", l->weights_member);
  str_add(out, locals.s);
  for (size_t i = 0; i < l->nsymbols; i++) str_printf(out, "  (void)%s;\n", symbol_local[i]);
  if (l->state_member) str_add(out, "  (void)state;\n");
  if (!p->kernels.n) str_add(out, "  (void)hooks;\n");
  str_add(out, "\n");
  str_add(out, calls.s);
  str_add(out, "  return SINTER_OK;\n}\n");
  return true;
}

static bool kernels_text(Library *l, Str *out) {
  Ctx *ctx = l->ctx;
  const Program *p = l->p;
  str_printf(out, "/* Kernels of %s, printed by sinter %s for %s. One function for each, in the order they run; then %s_run.\n", l->name, SINTER_VERSION, l->unit->opt->target->name, l->name);
  if (l->o->command) str_printf(out, " *\n *   %s\n", c_comment(ctx, l->o->command));
  str_printf(out, " *\n * Compiler flags: %s */\n#include \"%s.h\"\n#include \"%s_runtime.h\"\n\n", compiler_flags(ctx, l->unit->opt), l->name, l->name);
  weights_declare(l, out);
  Sources s = {.out = out, .ctx = ctx};
  for (size_t i = 0; i < p->kernels.n; i++) put_externs(&s, &p->kernels.at[i]->body);
  for (size_t i = 0; i < p->kernels.n; i++) {
    if (p->kernels.at[i]->control) continue;
    c_kernel(ctx, p, p->kernels.at[i], l->unit->opt->target, out);
    str_add(out, "\n");
  }
  return put_run(l, out);
}

/* ---- putting the files together */

static bool write_text(Workdir *w, const char *name, const Str *s) { return workdir_write(w, name, s->s, s->n); }

static const char *file_of(const Library *l, const char *suffix) { return ctx_printf(l->ctx, "%s%s", l->name, suffix); }

/* Sources into the work folder; names of those to compile into `units`. */
static bool write_sources(Library *l, Workdir *w, const char *extra, Command *units) {
  Ctx *ctx = l->ctx;
  Str header = str_new(ctx), runtime = str_new(ctx), kernels = str_new(ctx), weights = str_new(ctx); /* weights: the assembler's few lines */
  if (!kernels_text(l, &kernels)) return false;
  header_text(l, &header); /* the stack is not known yet; nothing compiled here asks for it */
  runtime_text(l, &runtime);
  if (extra) str_printf(&kernels, "\n%s", extra);
  if (l->o->sanitize) /* a program that is not itself sanitized loads it */
    str_add(&kernels, "\nconst char *__asan_default_options(void);\nconst char *__asan_default_options(void) { return \"verify_asan_link_order=0:detect_leaks=0\"; }\n");
  vec_push(ctx, units, file_of(l, ".c"));
  bool good = write_text(w, file_of(l, ".h"), &header) && write_text(w, file_of(l, "_runtime.h"), &runtime) && write_text(w, file_of(l, ".c"), &kernels);
  if (!good || !l->weights.n || !l->sizes.weights) return good;
  switch (l->mode) {
    case WEIGHTS_C:
      vec_push(ctx, units, file_of(l, "_weights.c"));
      return weights_write_c(l, w, file_of(l, "_weights.c"));
    case WEIGHTS_INCBIN:
      weights_incbin_text(l, file_of(l, "_weights.bin"), &weights);
      vec_push(ctx, units, file_of(l, "_weights.S"));
      return write_text(w, file_of(l, "_weights.S"), &weights) && weights_write_blob(l, w, file_of(l, "_weights.bin"));
    case WEIGHTS_AUTO: break; /* decided when the library was made */
    case WEIGHTS_BIN: return weights_write_blob(l, w, file_of(l, ".bin"));
  }
  return false;
}

static bool compile_unit(Library *l, Workdir *w, const char *source, const char *object, bool measure) {
  Ctx *ctx = l->ctx;
  for (int attempt = measure ? 0 : 1; attempt < 2; attempt++) { /* once more without -fstack-usage: not every compiler has it */
    Command c = compiler(ctx, l->unit, l->o);
    command_add(ctx, &c, attempt == 0 ? "-fstack-usage -c -o" : "-c -o");
    vec_push(ctx, &c, object);
    vec_push(ctx, &c, source);
    if (command_run(ctx, w->path, &c, attempt == 0)) return true;
  }
  return false;
}

static bool build_archive(Library *l, Workdir *w, const Command *units) {
  Ctx *ctx = l->ctx;
  const char *archive = ctx_printf(ctx, "lib%s.a", l->name);
  Command ar = archiver(ctx, l->unit);
  vec_push(ctx, &ar, archive);
  for (size_t i = 0; i < units->n; i++) {
    const char *object = ctx_printf(ctx, "%.*s.o", (int)(strlen(units->at[i]) - 2), units->at[i]);
    if (!compile_unit(l, w, units->at[i], object, i == 0)) return false;
    vec_push(ctx, &ar, object);
  }
  if (!command_run(ctx, w->path, &ar, false)) return false;
  l->sizes.code = object_code_bytes(ctx, w->path, file_of(l, ".o"));
  l->sizes.stack = stack_bound(ctx, w->path, file_of(l, ".su"), ctx_printf(ctx, "%s_run", l->name), l->p);
  workdir_publish_later(w, archive);
  return true;
}

typedef struct Emission { Library lib; const Unit *unit; const EmitOptions *o; Workdir work; const char *extra, *path; } Emission;

static bool emit_files(Ctx *ctx, void *arg) {
  Emission *e = arg;
  Library *l = &e->lib;
  Workdir *w = &e->work;
  Command units = {0};
  if (!library_new(l, ctx, e->unit, e->o, e->o->weights) || !workdir_open(ctx, e->o->dir, w) || !write_sources(l, w, NULL, &units)) return false;
  if (e->o->archive && !build_archive(l, w, &units)) return false;
  if (e->o->accept && !e->o->accept(ctx, &l->sizes, e->o->accept_arg)) return false;

  Str header = str_new(ctx), report = str_new(ctx);
  header_text(l, &header);
  if (!write_text(w, file_of(l, ".h"), &header) || !report_json(ctx, e->unit, &l->sizes, &report) || !write_text(w, file_of(l, ".json"), &report)) return false;
  workdir_publish_later(w, file_of(l, ".h"));
  workdir_publish_later(w, file_of(l, ".json"));
  if (l->mode == WEIGHTS_BIN && l->sizes.weights) workdir_publish_later(w, file_of(l, ".bin"));
  if (e->o->keep_sources) {
    workdir_publish_later(w, file_of(l, "_runtime.h"));
    for (size_t i = 0; i < units.n; i++) workdir_publish_later(w, units.at[i]);
    if (l->mode == WEIGHTS_INCBIN && l->sizes.weights) workdir_publish_later(w, file_of(l, "_weights.bin"));
  }
  if (e->o->ir) {
    Str ir = str_new(ctx);
    program_print(ctx, e->unit->program, &ir);
    if (!write_text(w, file_of(l, ".ir"), &ir)) return false;
    workdir_publish_later(w, file_of(l, ".ir"));
  }
  return workdir_publish(w, e->o->dir);
}

bool emit_library(Ctx *ctx, const Unit *u, const EmitOptions *o, Sizes *sizes) {
  Emission e = {.unit = u, .o = o};
  bool good = ctx_try(ctx, emit_files, &e); /* so that the work folder goes away even when memory runs out */
  workdir_close(&e.work);
  if (good && sizes) *sizes = e.lib.sizes;
  return good;
}

static bool build_shared(Ctx *ctx, void *arg) {
  Emission *e = arg;
  Library *l = &e->lib;
  Workdir *w = &e->work;
  Command units = {0};
  const char *tmp = getenv("TMPDIR");
  if (!tmp || !*tmp) tmp = "/tmp";
  if (!library_new(l, ctx, e->unit, e->o, WEIGHTS_INCBIN) || !workdir_open(ctx, tmp, w) || !write_sources(l, w, e->extra, &units)) return false;
  Command c = compiler(ctx, l->unit, l->o);
  command_add(ctx, &c, "-shared -fPIC");
  if (e->o->sanitize) command_add(ctx, &c, "-fsanitize=address,undefined -fno-omit-frame-pointer");
  command_add(ctx, &c, "-o model.so");
  for (size_t i = 0; i < units.n; i++) vec_push(ctx, &c, units.at[i]);
  if (!command_run(ctx, w->path, &c, false)) return false;
  char *path = ctx_printf(ctx, "%s/sinter-XXXXXX", tmp);
  int made = mkstemp(path);
  if (made < 0) return diag(ctx, E0800, (Place){.file = tmp}, "no temporary file can be made: %s", strerror(errno));
  close(made);
  if (rename(ctx_printf(ctx, "%s/model.so", w->path), path)) {
    int reason = errno;
    unlink(path);
    return diag(ctx, E0800, (Place){.file = path}, "the shared object cannot be put in place: %s", strerror(reason));
  }
  e->path = path;
  return true;
}

const char *emit_shared(Ctx *ctx, const Unit *u, const EmitOptions *o, const char *extra) {
  Emission e = {.unit = u, .o = o, .extra = extra};
  bool good = ctx_try(ctx, build_shared, &e);
  workdir_close(&e.work);
  return good ? e.path : NULL;
}
