/* Element types. Tensors without annotation share T, which the class after the op's name restricts; a class used as annotation is one type
 * variable per signature; a type's own name is itself; any other name is a free variable, or for outputs a compile-time value. */
#include "ir/bind.h"

bool is_type_class(const char *name) {
  static const char *const classes[] = {"float", "int", "uint", "num", "any"};
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    if (strcmp(classes[i], name) == 0) return true;
  return false;
}

Elem bind_type_of(const Bind *b, const char *input) {
  for (int i = 0; i < b->clause->nin && i < b->req->nin; i++)
    if (b->clause->in[i].name == input && b->req->in[i].type) return b->req->in[i].type->elem;
  return ELEM_NONE;
}

/* A local of a text that uses this one has no type yet: any of its kind will do. */
static bool is_open(Elem e, Elem of) {
  char c = elem_info(of)->cls;
  return e == ELEM_real ? c == 'r' : e == ELEM_int && (c == 'i' || c == 'u');
}

static bool unify(Bind *b, const TensorDecl *d, const char *variable, Elem e) {
  for (size_t i = 0; i < b->types.n; i++) {
    if (b->types.at[i].name != variable) continue;
    if (b->types.at[i].elem == e || is_open(e, b->types.at[i].elem)) return true;
    if (is_open(b->types.at[i].elem, e)) return b->types.at[i].elem = e, true;
    return bind_fail(b, E0404, NULL, "%s is %s where %s is needed, as for the other tensors of its kind", d->name, elem_info(e)->name, elem_info(b->types.at[i].elem)->name);
  }
  vec_push(b->ctx, &b->types, ((TypeVar){variable, e}));
  return true;
}

static bool input_type(Bind *b, const TensorDecl *d, Elem e) {
  const char *a = d->type, *cls = a ? a : b->clause->cls ? b->clause->cls : "any";
  bool is_class = !a || is_type_class(a);
  if (is_class || elem_find(a) != ELEM_NONE) {
    if (!elem_in_class(e, cls)) return bind_fail(b, E0404, NULL, "%s is %s, the text wants %s", d->name, elem_info(e)->name, cls);
    if (!is_class) return true;
  }
  return unify(b, d, a ? a : intern(b->ctx, "T"), e);
}

bool bind_input_types(Bind *b) {
  for (size_t i = 0; i < b->entities.n; i++) {
    const Entity *e = b->entities.at[i];
    for (int j = 0; e->role == ROLE_INPUT && j < e->n; j++)
      if (e->member[j]->solved && e->member[j]->number >= 0 && e->member[j]->buf && !input_type(b, e->decl, e->member[j]->elem)) return false;
  }
  return true;
}

bool bind_output_type(Bind *b, const TensorDecl *d, Elem *out) {
  const char *a = d->type ? d->type : intern(b->ctx, "T");
  if (!is_type_class(a) && (*out = elem_find(a)) != ELEM_NONE) return true;
  for (size_t i = 0; i < b->types.n; i++)
    if (b->types.at[i].name == a) return *out = b->types.at[i].elem, true;
  if (d->type_default) return (*out = elem_find(d->type_default)) != ELEM_NONE || bind_fail(b, E0301, NULL, "%s: no type `%s`", d->name, d->type_default);
  if (!d->type) return *out = ELEM_f32, true;
  Env env = static_env(b);
  const Ast *at = arena_copy(b->ctx->arena, &(Ast[]){{.file = b->clause->file, .line = d->line, .column = d->column}}, sizeof(Ast));
  Val v;
  if (!scope_value(&env, at, a, &v)) return false;
  v = val_plain(b, v);
  *out = val_elem(&v);
  return *out != ELEM_NONE || bind_fail(b, E0404, at, "%s: `%s` is no element type", d->name, a);
}
