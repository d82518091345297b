/* Reads a NumPy file of little-endian numbers in C order: all this example needs of the format. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Npy { void *data; size_t count; } Npy; /* count: elements; data is NULL when the file cannot be used */

/* type: how NumPy names it, "<f4" or "<i8"; size: bytes of one element. */
static Npy npy_read(const char *path, const char *type, size_t size) {
  Npy none = {NULL, 0}, npy = none;
  unsigned char head[10];
  char header[1024], want[32];
  FILE *f = fopen(path, "rb");
  if (!f) return none;
  if (fread(head, 1, 10, f) == 10 && !memcmp(head, "\x93NUMPY\x01", 7)) {
    size_t length = (size_t)head[8] | (size_t)head[9] << 8;
    snprintf(want, sizeof want, "'descr': '%s'", type);
    if (length < sizeof header && fread(header, 1, length, f) == length) {
      header[length] = 0;
      const char *shape = strstr(header, "'shape': (");
      if (shape && strstr(header, want) && strstr(header, "'fortran_order': False")) {
        npy.count = 1;
        for (const char *p = shape + 10; *p && *p != ')';) {
          char *end;
          unsigned long n = strtoul(p, &end, 10);
          if (end != p) npy.count *= n;
          p = end == p ? p + 1 : end;
        }
        npy.data = malloc(npy.count * size);
        if (npy.data && fread(npy.data, size, npy.count, f) != npy.count) {
          free(npy.data);
          npy = none;
        }
      }
    }
  }
  fclose(f);
  return npy;
}
