/* Output files appear whole or not at all: they are made in a private folder beside their place, then renamed. */
#include "codegen/files.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool make_folders(Ctx *ctx, const char *path) {
  char *part = arena_copy(ctx->arena, path, strlen(path) + 1);
  for (char *c = part + 1;; c++) {
    if (*c && *c != '/') continue;
    char end = *c;
    *c = 0;
    if (mkdir(part, 0777) && errno != EEXIST) return diag(ctx, E0800, (Place){.file = part}, "the folder cannot be made: %s", strerror(errno));
    *c = end;
    if (!end) return true;
  }
}

bool workdir_open(Ctx *ctx, const char *parent, Workdir *w) {
  *w = (Workdir){.ctx = ctx};
  if (!*parent || !make_folders(ctx, parent)) return false;
  char *path = ctx_printf(ctx, "%s/.sinter-XXXXXX", parent);
  if (!mkdtemp(path)) return diag(ctx, E0800, (Place){.file = parent}, "no temporary folder can be made in it: %s", strerror(errno));
  w->path = path;
  return true;
}

bool workdir_write(Workdir *w, const char *name, const char *text, size_t n) {
  const char *path = ctx_printf(w->ctx, "%s/%s", w->path, name);
  FILE *f = fopen(path, "wb");
  bool good = f && fwrite(text, 1, n, f) == n;
  int reason = errno;
  if (f && fclose(f)) good = false, reason = errno;
  return good || diag(w->ctx, E0800, (Place){.file = name}, "writing failed: %s", strerror(reason));
}

void workdir_publish_later(Workdir *w, const char *name) { vec_push(w->ctx, &w->files, name); }

bool workdir_publish(Workdir *w, const char *to) {
  int lock = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0 || flock(lock, LOCK_EX)) { /* so that two runs do not mix their files */
    int reason = errno;
    if (lock >= 0) close(lock);
    return diag(w->ctx, E0800, (Place){.file = to}, "the folder cannot be locked: %s", strerror(reason));
  }
  bool good = true;
  for (size_t i = 0; i < w->files.n && good; i++) {
    const char *name = w->files.at[i];
    if (!rename(ctx_printf(w->ctx, "%s/%s", w->path, name), ctx_printf(w->ctx, "%s/%s", to, name))) continue;
    good = diag(w->ctx, E0800, (Place){.file = name}, "the file cannot be put in place: %s", strerror(errno));
    while (i-- > 0) unlink(ctx_printf(w->ctx, "%s/%s", to, w->files.at[i]));
    break;
  }
  close(lock);
  return good;
}

void workdir_close(Workdir *w) {
  if (!w->path) return;
  DIR *d = opendir(w->path);
  for (struct dirent *e; d && (e = readdir(d));) unlinkat(dirfd(d), e->d_name, 0); /* `.` and `..` are folders and stay */
  if (d) closedir(d);
  rmdir(w->path);
  w->path = NULL;
}

const char *file_text(Ctx *ctx, const char *dir, const char *name, size_t *n) {
  FILE *f = fopen(ctx_printf(ctx, "%s/%s", dir, name), "rb");
  if (!f) return NULL;
  Str s = str_new(ctx);
  str_add(&s, "");
  char part[4096];
  for (size_t got; (got = fread(part, 1, sizeof part, f)) > 0;) str_addn(&s, part, got);
  bool bad = ferror(f);
  fclose(f);
  if (n) *n = s.n;
  return bad ? NULL : s.s;
}
