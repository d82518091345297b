/* Running the C compiler and the archiver: no shell, a fixed locale, and their words in the diagnostic when they fail.
 *
 * They run inside the work folder and are given names without a path, so that nothing of the place reaches their output. */
#include "codegen/toolchain.h"
#include "codegen/files.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static const char said[] = "said.txt";
enum { SHOWN_LINES = 12, SHOWN_BYTES = 2000 };

void command_add(Ctx *ctx, Command *c, const char *words) {
  while (*words) {
    size_t n = strcspn(words, " \t\n");
    if (n) vec_push(ctx, c, internn(ctx, words, n));
    words += n + (words[n] != 0);
  }
}

const char *command_text(Ctx *ctx, const Command *c) {
  Str s = str_new(ctx);
  str_add(&s, "");
  for (size_t i = 0; i < c->n; i++) str_printf(&s, "%s%s", i ? " " : "", c->at[i]);
  return s.s;
}

static const char *first_lines(Ctx *ctx, const char *dir) {
  const char *text = file_text(ctx, dir, said, NULL), *end = text;
  if (!text) return "";
  for (int lines = 0; *end && lines < SHOWN_LINES && end - text < SHOWN_BYTES; end++) lines += *end == '\n';
  while (end > text && end[-1] == '\n') end--;
  return ctx_printf(ctx, "%s%.*s", end > text ? "\n" : "", (int)(end - text), text);
}

bool command_run(Ctx *ctx, const char *dir, const Command *c, bool quiet) {
  if (!c->n) return diag(ctx, E0801, (Place){0}, "the command is empty");
  char **argv = NEWN(ctx, char *, c->n + 1);
  for (size_t i = 0; i < c->n; i++) argv[i] = arena_copy(ctx->arena, c->at[i], strlen(c->at[i]) + 1);
  extern char **environ;
  size_t n = 0, kept = 0;
  while (environ[n]) n++;
  char **env = NEWN(ctx, char *, n + 2);
  for (size_t i = 0; i < n; i++)
    if (strncmp(environ[i], "LC_", 3) && strncmp(environ[i], "LANG", 4)) env[kept++] = environ[i];
  env[kept] = ctx_printf(ctx, "LC_ALL=C");

  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions)) ctx_out_of_memory(ctx);
  int failed = posix_spawn_file_actions_addchdir_np(&actions, dir);
  if (!failed) failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  if (!failed) failed = posix_spawn_file_actions_addopen(&actions, 1, said, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid;
  if (!failed) failed = posix_spawnp(&pid, argv[0], &actions, NULL, argv, env);
  posix_spawn_file_actions_destroy(&actions);
  if (failed) return quiet ? false : diag(ctx, E0801, (Place){0}, "'%s' cannot be run: %s", c->at[0], strerror(failed));
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return diag(ctx, E0900, (Place){0}, "waiting for '%s': %s", c->at[0], strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
  if (quiet) return false;
  if (WIFSIGNALED(status)) return diag(ctx, E0801, (Place){0}, "died of signal %d: %s%s", WTERMSIG(status), command_text(ctx, c), first_lines(ctx, dir));
  return diag(ctx, E0801, (Place){0}, "ended with status %d: %s%s", WEXITSTATUS(status), command_text(ctx, c), first_lines(ctx, dir));
}

/* Sums may be fused into multiply-adds, which changes rounding, where the policy and the machine allow it; nothing else of -ffast-math is ever on. Where the
 * printed code relies on integers that wrap, it says so. Vectors are in the text: the compiler's own vectoriser is off, since what it makes of plain loops differs from
 * release to release (gcc 12.2 at -O3 -mavx2 even computes `y[i] = there[i] ? s[i] : d[i]` wrongly inside a nest of short loops). */
const char *compiler_flags(Ctx *ctx, const Options *opt) {
  const Target *t = opt->target;
  return ctx_printf(ctx, "-std=c99 %s -fno-math-errno -fno-trapping-math -fwrapv -fno-tree-vectorize -ffp-contract=%s", t->cflags ? t->cflags : "-O2", opt->fp != FP_DEFAULT || !t->vector_extension ? "off" : "fast");
}

Command compiler(Ctx *ctx, const Unit *u, const EmitOptions *o) {
  Command c = {0};
  const Target *t = u->opt->target;
  command_add(ctx, &c, o->cc ? o->cc : t->cc ? t->cc : "cc");
  command_add(ctx, &c, compiler_flags(ctx, u->opt));
  command_add(ctx, &c, "-g0 -fno-ident");
  if (o->cflags) command_add(ctx, &c, o->cflags);
  return c;
}

Command archiver(Ctx *ctx, const Unit *u) {
  Command c = {0};
  command_add(ctx, &c, u->opt->target->ar ? u->opt->target->ar : "ar");
  command_add(ctx, &c, "rcsD"); /* D: no times, no owners */
  return c;
}
