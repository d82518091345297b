/* Guards: what must hold so that a text applies. Where one does not, the reader is told the very part that fails, and the values in it, not the name of the
 * function of the texts that it was written with. */
#include "ir/bind.h"

enum { MAX_DEPTH = 32, MAX_VALUES = 8 };

/* Is it certainly false? What cannot be said is not. */
static bool fails(Env *env, const Ast *e) {
  size_t mark = diag_mark(env->b->ctx);
  bool yes = true, known = eval_condition(env, e, &yes);
  diag_rewind(env->b->ctx, mark);
  env->b->later = false;
  return known && !yes;
}

/* The part of a conjunction that fails, looked for inside functions too; `where` is where its names have their meaning. */
static const Ast *false_part(const Env *env, const Ast *e, Env *where, int depth) {
  *where = *env;
  if (depth == MAX_DEPTH) return e;
  if (e->kind == AST_BINARY && e->op == OP_AND)
    for (int i = 0; i < 2; i++)
      if (fails(where, e->arg[i])) return false_part(env, e->arg[i], where, depth + 1);
  const Ast *body;
  Frame *f = NEW(env->b->ctx, Frame);
  if (e->kind != AST_CALL || !call_frame(where, e, f, &body)) return e;
  where->frame = f;
  const Env inside = *where;
  return false_part(&inside, body, where, depth + 1);
}

typedef struct Values { Env env; Str text; int n; const Ast *said[MAX_VALUES]; } Values;

static bool same_text(const Ast *a, const Ast *b) { return a->kind == b->kind && a->name == b->name && a->n == b->n && (a->n == 0 || same_text(a->arg[0], b->arg[0])); }

static void say_value(Values *v, const Ast *e) {
  Ctx *ctx = v->env.b->ctx;
  for (int i = 0; i < v->n; i++)
    if (same_text(v->said[i], e)) return;
  if (v->n == MAX_VALUES) return;
  size_t mark = diag_mark(ctx);
  Env env = v->env;
  Val value;
  bool known = eval_static(&env, e, &value);
  diag_rewind(ctx, mark);
  env.b->later = false;
  if (!known) return;
  v->said[v->n++] = e;
  str_add(&v->text, "; ");
  ast_print(e, &v->text);
  str_add(&v->text, " is ");
  value = val_plain(env.b, value);
  val_print(ctx, &value, &v->text);
}

/* Names, and what is asked of tensors. Constants of the language and literals say themselves. */
static void say_values(Values *v, const Ast *e, int depth) {
  static const char *const of_tensors[] = {"has", "type", "rank", "dims", "count"};
  if (depth == MAX_DEPTH) return;
  for (size_t i = 0; e->kind == AST_CALL && i < sizeof of_tensors / sizeof *of_tensors; i++)
    if (!strcmp(e->name, of_tensors[i])) { say_value(v, e); return; }
  if (e->kind == AST_GROUP || (e->kind == AST_NAME && elem_find(e->name) == ELEM_NONE && strcmp(e->name, "inf") && strcmp(e->name, "all"))) say_value(v, e);
  for (int i = 0; i < e->n; i++) say_values(v, e->arg[i], depth + 1);
}

static bool say_guard(const Env *env, const Ast *guard) {
  Values v = {.text = str_new(env->b->ctx)};
  const Ast *part = false_part(env, guard, &v.env, 0);
  Str text = str_new(env->b->ctx);
  ast_print(part, &text);
  say_values(&v, part, 0);
  return bind_fail(env->b, E0401, guard, "it is not so that %s%s", text.s, v.text.s ? v.text.s : "");
}

bool guard_holds(Bind *b, bool *open) {
  *open = false;
  if (!b->clause->guard) return true;
  Env env = static_env(b);
  env.assume = b->lenient;
  bool yes;
  if (!eval_condition(&env, b->clause->guard, &yes)) return *open = b->later, b->later;
  return yes || say_guard(&env, b->clause->guard);
}
