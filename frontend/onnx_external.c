/* External data: elements that lie in a file beside the model. The model says which file, and a model may be hostile: so the path is taken apart and
 * opened one component at a time from the model's folder, following no link, and only a regular file with one name is read. It is opened once, mapped
 * once, and never looked at by name again. Tensors may share or overlap ranges: they are only read. */
#include "frontend/file_map.h"
#include "frontend/onnx_tensor.h"
#include "frontend/sha1.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct ExternalFile { const uint8_t *bytes; size_t n; char digest[41]; } ExternalFile; /* digest: empty until asked for */
typedef struct Reference { const char *location, *offset, *length, *checksum; } Reference;

/* ---- what the model says */
static bool read_reference(TensorSource *from, const Onnx__TensorProto *t, Place at, const char *what, Reference *r) {
  struct { const char *key; const char **value; } keys[] = {{"location", &r->location}, {"offset", &r->offset}, {"length", &r->length}, {"checksum", &r->checksum}};
  for (size_t i = 0; i < t->n_external_data; i++) {
    const char *key = t->external_data[i]->key ? t->external_data[i]->key : "", **value = NULL;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
      if (strcmp(key, keys[k].key) == 0) value = keys[k].value;
    if (!value) return diag(from->ctx, E0501, at, "%s: unknown key '%s', expected location, offset, length or checksum", what, key);
    if (*value) return diag(from->ctx, E0501, at, "%s: key '%s' occurs twice", what, key);
    *value = t->external_data[i]->value ? t->external_data[i]->value : "";
  }
  if (!r->location) return diag(from->ctx, E0501, at, "%s: no location is given", what);
  return true;
}

static bool read_number(const char *text, uint64_t *v) { /* digits only: no sign, blank, hex or exponent */
  *v = 0;
  if (!*text) return false;
  for (; *text; text++)
    if (*text < '0' || *text > '9' || __builtin_mul_overflow(*v, 10u, v) || __builtin_add_overflow(*v, (uint64_t)(*text - '0'), v)) return false;
  return true;
}

static const char *why_not_location(const char *s) {
  if (!*s) return "it is empty";
  if (*s == '/') return "it is absolute";
  if (strchr(s, '\\')) return "it holds a backslash";
  if (s[1] == ':' && ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'))) return "it names a drive";
  for (const char *part = s;; part++) {
    size_t n = strcspn(part, "/");
    if (n == 2 && part[0] == '.' && part[1] == '.') return "it leaves the model's folder";
    if (n > 255) return "a part of it is too long";
    part += n;
    if (!*part) return n ? NULL : "it ends in a slash";
  }
}

/* ---- the file */
static int open_below(const char *model, const char *location) {
  const char *slash = strrchr(model, '/');
  char part[256];
  const char *folder = ".";
  char *copy = NULL;
  if (slash) folder = copy = strndup(model, slash == model ? 1 : (size_t)(slash - model));
  int fd = folder ? open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  free(copy);
  while (fd >= 0) {
    size_t n = strcspn(location, "/");
    memcpy(part, location, n);
    part[n] = 0;
    location += n + strspn(location + n, "/");
    bool last = !*location;
    if (n == 0 || (n == 1 && part[0] == '.' && !last)) continue;
    int next = openat(fd, part, last ? O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = errno;
    close(fd);
    errno = error;
    fd = next;
    if (last) break;
  }
  return fd;
}

static bool map_external(Ctx *ctx, int fd, ExternalFile *f, const char **why) {
  struct stat st;
  const void *bytes;
  *why = NULL;
  if (fstat(fd, &st) != 0) *why = strerror(errno);
  else if (!S_ISREG(st.st_mode)) *why = "it is not a regular file";
  else if (st.st_nlink != 1) *why = "it has more than one name (hard links)";
  else if (!file_map_fd(ctx, fd, &bytes, &f->n)) *why = strerror(errno);
  else f->bytes = bytes;
  return !*why;
}

static ExternalFile *external_file(TensorSource *from, const char *location, Place at, const char *what) {
  const char *key = intern(from->ctx, location), *why = why_not_location(location);
  MapEntry *e = map_find(&from->external, key);
  if (e) return e->p; /* NULL: refused before, and said so */
  map_add(from->scratch, &from->external, key)->p = NULL;
  if (why) { diag(from->ctx, E0501, at, "%s: location '%s' is refused: %s", what, location, why); return NULL; }
  ExternalFile *f = NEW(from->ctx, ExternalFile);
  int fd = open_below(from->path, location);
  if (fd < 0) why = errno == ELOOP || errno == ENOTDIR ? "it is or goes through a symbolic link, or not through folders" : strerror(errno);
  else {
    map_external(from->ctx, fd, f, &why);
    close(fd);
  }
  if (why) { diag(from->ctx, E0501, at, "%s: location '%s' cannot be used: %s", what, location, why); return NULL; }
  map_add(from->scratch, &from->external, key)->p = f;
  return f;
}

static bool check_digest(TensorSource *from, ExternalFile *f, const char *checksum, Place at, const char *what) {
  if (!*f->digest) {
    uint8_t digest[20];
    sha1(f->bytes, f->n, digest);
    for (int i = 0; i < 20; i++) snprintf(f->digest + 2 * i, 3, "%02x", digest[i]);
  }
  if (strcasecmp(f->digest, checksum) == 0) return true;
  return diag(from->ctx, E0501, at, "%s: the checksum of the external file is %s, the model says %s", what, f->digest, checksum);
}

const uint8_t *onnx_external(TensorSource *from, const Onnx__TensorProto *t, size_t n, Place at, const char *what) {
  Ctx *ctx = from->ctx;
  Reference r = {0};
  uint64_t offset = 0, length = n;
  if (!read_reference(from, t, at, what, &r)) return NULL;
  if (r.offset && !read_number(r.offset, &offset)) { diag(ctx, E0501, at, "%s: offset '%s' is not a number of bytes", what, r.offset); return NULL; }
  if (r.length && !read_number(r.length, &length)) { diag(ctx, E0501, at, "%s: length '%s' is not a number of bytes", what, r.length); return NULL; }
  if (length != n) { diag(ctx, E0501, at, "%s: length %llu is given, the tensor takes %zu bytes", what, (unsigned long long)length, n); return NULL; }
  ExternalFile *f = external_file(from, r.location, at, what);
  if (!f) return NULL;
  if (offset > f->n || length > f->n - offset) {
    diag(ctx, E0501, at, "%s: bytes %llu to %llu + %llu are asked of '%s', which has %zu", what, (unsigned long long)offset, (unsigned long long)offset, (unsigned long long)length, r.location, f->n);
    return NULL;
  }
  if (r.checksum && !check_digest(from, f, r.checksum, at, what)) return NULL;
  return f->bytes + offset;
}
