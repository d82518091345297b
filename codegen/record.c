/* Sequences, optionals and maps in the header: a struct for each, laid out as ir/record.h says; and the checks of those that a caller hands in. */
#include "codegen/emit.h"
#include "ir/record.h"

const char *record_struct_name(const Library *l, const char *direction, const char *member) { return ctx_printf(l->ctx, "%s_%s_%s", l->name, direction, member); }

static int64_t stored_bytes(Elem e) { /* of one C object that elements are made of */
  const ElemInfo *info = elem_info(e);
  return info->bits < 8 ? 1 : info->cls == 'c' ? info->bits / 16 : info->bits / 8;
}

static void put_map(const Library *l, const Type *t, const char *name, Str *out) {
  Record r;
  (void)record_layout(l->ctx, t, &r);
  str_printf(out, "typedef struct %s {\n  int64_t length; /* 0 .. %lld */\n", name, (long long)r.elements);
  if (r.elements) str_printf(out, "  %s key[%lld];\n  %s value[%lld];\n", member_type(t->key), (long long)r.elements, member_type(t->elem), (long long)r.elements);
  str_printf(out, "} %s;\n", name);
}

static void put_sequence(const Library *l, const Type *t, const char *name, Str *out) {
  Record r;
  (void)record_layout(l->ctx, t, &r);
  const char *map = ctx_printf(l->ctx, "%s_map", name);
  Type one = record_element_type(t);
  if (t->key != ELEM_NONE) put_map(l, &one, map, out);
  str_printf(out, "typedef struct %s {\n  int64_t length; /* ", name);
  str_printf(out, "0 .. %lld%s */\n", (long long)t->cap, t->form == FORM_OPTIONAL ? "; 0: none" : t->form == FORM_OPTIONAL_SEQUENCE ? "; -1: none" : "");
  if (r.cap && r.rank) str_printf(out, "  int64_t dim[%lld][%lld];\n", (long long)r.cap, (long long)r.rank);
  if (r.cap && t->key != ELEM_NONE) str_printf(out, "  %s data[%lld];\n", map, (long long)r.cap);
  else if (r.cap && r.slot) str_printf(out, "  %s data[%lld][%lld];\n", member_type(t->elem), (long long)r.cap, (long long)(r.slot / stored_bytes(t->elem)));
  str_printf(out, "} %s;\n", name);
}

void record_struct(const Library *l, const Buf *b, const char *direction, const char *member, Str *out) {
  const Type *t = b->record;
  const char *name = record_struct_name(l, direction, member);
  str_printf(out, "/* %s \"%s\" ", member, c_comment(l->ctx, b->name));
  type_print(l->ctx, t, out);
  str_add(out, t->key != ELEM_NONE ? " */\n" : t->ranks_vary ? ": tensor i has the extents dim[i], of which the last may be -1: it has none, and lies dense in data[i] */\n" : ": tensor i has the extents dim[i] and lies dense in data[i] */\n");
  if (t->form == FORM_MAP) put_map(l, t, name, out);
  else put_sequence(l, t, name, out);
  if (t->key == ELEM_string || t->elem == ELEM_string) str_add(out, "\n"); /* pointers are of another size on other machines */
  else str_printf(out, "typedef char %s_is_as_compiled[sizeof(%s) == %lld ? 1 : -1];\n\n", name, name, (long long)record_words(l->ctx, t) * 8);
}

/* Kernels rely on lengths and extents; what a caller says of them is looked at before anything runs. */
void record_checks(const Library *l, const Buf *b, const char *member, Str *out) {
  const Type *t = b->record;
  long long least = t->form == FORM_OPTIONAL_SEQUENCE ? -1 : 0;
  Record r;
  (void)record_layout(l->ctx, t, &r);
  str_printf(out, "  if (in->%s->length < %lld || in->%s->length > %lld) return SINTER_EXTENT;\n", member, least, member, (long long)(t->form == FORM_MAP ? r.elements : t->cap));
  if (t->form == FORM_MAP || !r.cap || (!r.rank && t->key == ELEM_NONE)) return;
  str_printf(out, "  for (int64_t i = 0; i < in->%s->length; i++)\n    if (", member);
  if (t->key != ELEM_NONE) str_printf(out, "in->%s->data[i].length < 0 || in->%s->data[i].length > %lld", member, member, (long long)t->dim[0]);
  for (int d = 0; t->key == ELEM_NONE && d < t->rank; d++) {
    int64_t lo, hi;
    ext_range(l->ctx, t->dim[d], &lo, &hi);
    str_add(out, d ? " || " : "");
    if (t->varies >> d & 1) str_printf(out, "in->%s->dim[i][%d] < %d || in->%s->dim[i][%d] > %lld", member, d, t->ranks_vary ? -1 : 0, member, d, (long long)hi);
    else str_printf(out, "in->%s->dim[i][%d] != %lld", member, d, (long long)hi);
  }
  str_add(out, ") return SINTER_EXTENT;\n");
}
