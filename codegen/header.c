/* The header of a compiled model: C99 and C++, sizes and shapes as macros, one function. */
#include "codegen/emit.h"

/* complex numbers are pairs: C and C++ disagree about their own */
const char *member_type(Elem e) {
  switch (e) {
    case ELEM_c64: return "float";
    case ELEM_c128: return "double";
    default: return elem_info(e)->c;
  }
}

static int64_t bound(const Library *l, ext_t e) {
  int64_t lo, hi;
  ext_range(l->ctx, e, &lo, &hi);
  return hi;
}

/* KWS_IN_AUDIO_BYTES, _ELEMENTS, _RANK, _SHAPE: extents at their bounds; of a record _BYTES and _CAPACITY */
static void put_tensor(const Library *l, const Buf *b, const char *direction, const char *member, Str *out) {
  const char *prefix = ctx_printf(l->ctx, "%s%s_%s", l->macro, direction, c_upper(l->ctx, member));
  int64_t elements = 1, bytes = buf_bound_bytes(l->ctx, b);
  if (b->record) {
    str_printf(out, "/* %s \"%s\" ", member, c_comment(l->ctx, b->name));
    type_print(l->ctx, b->record, out);
    str_printf(out, " */\n#define %s_BYTES %lld\n#define %s_CAPACITY %lld\n", prefix, (long long)bytes, prefix, (long long)(b->record->form == FORM_MAP ? bound(l, b->record->dim[0]) : b->record->cap));
    return;
  }
  for (int d = 0; d < b->rank; d++) elements *= bound(l, b->dim[d]);
  str_printf(out, "/* %s \"%s\" %s", member, c_comment(l->ctx, b->name), elem_info(b->elem)->name);
  ext_print_list(l->ctx, b->rank, b->dim, out);
  if (b->elem == ELEM_string) str_printf(out, " */\n#define %s_BYTES (%lld * sizeof(const char *))\n", prefix, (long long)elements);
  else str_printf(out, " */\n#define %s_BYTES %lld\n", prefix, (long long)bytes);
  str_printf(out, "#define %s_ELEMENTS %lld\n#define %s_RANK %d\n", prefix, (long long)elements, prefix, b->rank);
  if (!b->rank) return;
  str_printf(out, "#define %s_SHAPE {", prefix);
  for (int d = 0; d < b->rank; d++) str_printf(out, "%s%lld", d ? ", " : "", (long long)bound(l, b->dim[d]));
  str_add(out, "}\n");
}

static void put_size(const Library *l, const char *what, int64_t bytes, const char *about, Str *out) {
  if (bytes < 0) str_printf(out, "/* %s%s is not known with this compiler */\n", l->macro, what);
  else str_printf(out, "#define %s%s %lld /* %s */\n", l->macro, what, (long long)bytes, about);
}

static const char *runtime_text(const char *file) {
  for (size_t i = 0; i < text_runtime_count; i++)
    if (!strcmp(text_runtime_texts[i].file, file)) return text_runtime_texts[i].text;
  return "";
}

void header_text(const Library *l, Str *out) {
  Ctx *ctx = l->ctx;
  const Program *p = l->p;
  const char *guard = ctx_printf(ctx, "%sH", l->macro);
  str_printf(out, "/* %s: a model compiled by sinter %s for %s.\n *\n", l->name, SINTER_VERSION, l->unit->opt->target->name);
  if (l->o->command) str_printf(out, " *   %s\n *\n", c_comment(ctx, l->o->command));
  str_printf(out, " * The caller owns all memory; %s_run keeps no pointer, has no state of its own and may run in several threads at once, each with its own arena. */\n", l->name);
  str_printf(out, "#ifndef %s\n#define %s\n#include <stdint.h>\n\n", guard, guard);
  str_printf(out, "#define %sVERSION \"%s\"\n#define %sMODEL_HASH \"%016llx\"\n\n", l->macro, SINTER_VERSION, l->macro, (unsigned long long)p->hash);

  str_printf(out, "#define %sALIGN %d /* of the arena, the state and the weights */\n", l->macro, PLAN_ALIGN);
  put_size(l, "ARENA_BYTES", l->sizes.arena, p->arena_culprit ? ctx_printf(ctx, "scratch for one run; the most is live in %s", p->arena_culprit) : "scratch for one run", out);
  put_size(l, "STATE_BYTES", l->sizes.state, "kept by the caller between runs; zeros before the first", out);
  put_size(l, "STACK_BYTES", l->sizes.stack, "no run needs more, memcpy and hooks not counted", out);
  put_size(l, "WEIGHT_BYTES", l->sizes.weights, l->mode == WEIGHTS_BIN ? ctx_printf(ctx, "contents of %s.bin", l->name) : "constants, inside the library", out);
  if (l->sizes.code >= 0) put_size(l, "CODE_BYTES", l->sizes.code, "instructions of the kernels", out);
  str_add(out, "\n");
  for (size_t i = 0; i < l->nsymbols; i++) {
    const char *macro = ctx_printf(ctx, "%s%s", l->macro, c_upper(ctx, l->symbol_member[i]));
    str_printf(out, "#define %s_MIN %lld\n#define %s_MAX %lld\n", macro, (long long)l->symbol[i].lo, macro, (long long)l->symbol[i].hi);
  }
  str_add(out, l->nsymbols ? "\n" : "");
  for (size_t i = 0; i < p->inputs.n; i++) put_tensor(l, p->inputs.at[i], "IN", l->in[i], out);
  for (size_t i = 0; i < p->outputs.n; i++) put_tensor(l, p->outputs.at[i], "OUT", l->out[i], out);

  str_add(out, "\n");
  str_add(out, runtime_text("runtime/sinter.h"));
  str_add(out, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");

  for (size_t i = 0; i < p->inputs.n; i++)
    if (p->inputs.at[i]->record) record_struct(l, p->inputs.at[i], "in", l->in[i], out);
  for (size_t i = 0; i < p->outputs.n; i++)
    if (p->outputs.at[i]->record) record_struct(l, p->outputs.at[i], "out", l->out[i], out);
  str_printf(out, "typedef struct %s_inputs {\n", l->name);
  bool empty = true;
  for (size_t i = 0; i < p->inputs.n; i++, empty = false) {
    const Buf *b = p->inputs.at[i];
    if (b->record) {
      str_printf(out, "  const %s *%s;\n", record_struct_name(l, "in", l->in[i]), l->in[i]);
      continue;
    }
    bool pair = elem_info(b->elem)->cls == 'c';
    str_printf(out, "  %s%s *%s; /* %s", pair ? "const " : "", pair ? member_type(b->elem) : c_read_only(ctx, b->elem), l->in[i], elem_info(b->elem)->name);
    ext_print_list(l->ctx, b->rank, b->dim, out);
    str_add(out, " */\n");
  }
  for (size_t i = 0; i < l->nsymbols; i++)
    if (!l->symbol[i].set) str_printf(out, "  int64_t %s; /* %lld .. %lld */\n", l->symbol_member[i], (long long)l->symbol[i].lo, (long long)l->symbol[i].hi), empty = false;
  if (l->weights_member) str_printf(out, "  const void *%s; /* contents of %s.bin, aligned */\n", l->weights_member, l->name), empty = false;
  str_printf(out, "%s} %s_inputs;\n\n", empty ? "  char unused;\n" : "", l->name);

  str_printf(out, "typedef struct %s_outputs {\n", l->name);
  empty = true;
  for (size_t i = 0; i < p->outputs.n; i++, empty = false) {
    const Buf *b = p->outputs.at[i];
    if (b->record) {
      str_printf(out, "  %s *%s;\n", record_struct_name(l, "out", l->out[i]), l->out[i]);
      continue;
    }
    str_printf(out, "  %s%s*%s; /* %s", member_type(b->elem), b->elem == ELEM_string ? "" : " ", l->out[i], elem_info(b->elem)->name);
    ext_print_list(l->ctx, b->rank, b->dim, out);
    str_add(out, " */\n");
  }
  for (size_t i = 0; i < l->nsymbols; i++)
    if (l->symbol[i].set) str_printf(out, "  int64_t *%s; /* set by the run, %lld .. %lld; may be NULL */\n", l->symbol_member[i], (long long)l->symbol[i].lo, (long long)l->symbol[i].hi), empty = false;
  if (l->state_member) str_printf(out, "  void *%s; /* read and written, aligned */\n", l->state_member), empty = false;
  str_printf(out, "%s} %s_outputs;\n\n", empty ? "  char unused;\n" : "", l->name);

  str_printf(out, "/* arena: %sARENA_BYTES bytes, aligned, of any content. hooks may be NULL. Returns SINTER_OK or what is wrong with the arguments; then nothing was written. */\n", l->macro);
  bool texts = false;
  for (size_t i = 0; i < p->outputs.n; i++) texts |= p->outputs.at[i]->elem == ELEM_string;
  if (texts) str_add(out, "/* Texts in outputs lie in the arena, among the inputs or in the library: they hold until the next run with this arena. */\n");
  str_printf(out, "int %s_run(const %s_inputs *in, const %s_outputs *out, void *arena, const sinter_hooks *hooks);\n", l->name, l->name, l->name);
  str_printf(out, "\n#ifdef __cplusplus\n}\n#endif\n#endif /* %s */\n", guard);
}
