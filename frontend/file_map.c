/* Files mapped into memory for the life of a context. Only regular files: a FIFO or a device would hang or never end. */
#include "frontend/file_map.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Mapping { void *at; size_t n; } Mapping;

static void unmap(void *arg) {
  const Mapping *m = arg;
  if (m->n) munmap(m->at, m->n);
}

static const char *kind_of(mode_t mode) {
  return S_ISDIR(mode) ? "a directory" : S_ISFIFO(mode) ? "a FIFO" : S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : S_ISSOCK(mode) ? "a socket" : "not a regular file";
}

bool file_map_fd(Ctx *ctx, int fd, const void **bytes, size_t *n) {
  struct stat st;
  Mapping *m = NEW(ctx, Mapping); /* registered first: an allocation that fails must not lose a mapping */
  ctx_on_free(ctx, unmap, m);
  if (fstat(fd, &st) != 0 || st.st_size < 0) return false;
  *n = (size_t)st.st_size;
  *bytes = "";
  if (*n == 0) return true;
  void *at = mmap(NULL, *n, PROT_READ, MAP_PRIVATE, fd, 0);
  if (at == MAP_FAILED) return false;
  *m = (Mapping){at, *n};
  *bytes = at;
  return true;
}

bool file_map(Ctx *ctx, const char *path, const void **bytes, size_t *n) {
  Place at = {.file = path};
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return diag(ctx, E0100, at, "%s", strerror(errno));
  bool ok = fstat(fd, &st) == 0;
  if (!ok) diag(ctx, E0100, at, "%s", strerror(errno));
  else if (!S_ISREG(st.st_mode)) ok = diag(ctx, E0100, at, "this is %s, expected a file", kind_of(st.st_mode));
  else if (!file_map_fd(ctx, fd, bytes, n)) ok = diag(ctx, E0100, at, "the file cannot be mapped into memory: %s", strerror(errno));
  close(fd);
  return ok;
}

void file_rest(const void *bytes, size_t n) {
  if (n) madvise((void *)bytes, n, MADV_DONTNEED); /* advice: a system that does not take it is as well */
}
