/* What the compiler made: bytes of code in an ELF object, and a bound of the stack from its .su file. */
#include "codegen/files.h"
#include "codegen/toolchain.h"
#include "ir/map.h"
#include <elf.h>
#include <stdlib.h>

#define SECTIONS(Bits) \
  static int64_t code_##Bits(const char *bytes, size_t n) { \
    Elf##Bits##_Ehdr h; \
    if (n < sizeof h) return -1; \
    memcpy(&h, bytes, sizeof h); \
    if (h.e_shentsize != sizeof(Elf##Bits##_Shdr) || h.e_shoff > n || (n - h.e_shoff) / sizeof(Elf##Bits##_Shdr) < h.e_shnum) return -1; \
    int64_t code = 0; \
    for (size_t i = 0; i < h.e_shnum; i++) { \
      Elf##Bits##_Shdr s; \
      memcpy(&s, bytes + h.e_shoff + i * sizeof s, sizeof s); \
      if (s.sh_flags & SHF_EXECINSTR) code += (int64_t)s.sh_size; \
    } \
    return code; \
  }
SECTIONS(32)
SECTIONS(64)

int64_t object_code_bytes(Ctx *ctx, const char *dir, const char *object) {
  size_t n;
  const char *bytes = file_text(ctx, dir, object, &n);
  if (!bytes || n < EI_NIDENT || memcmp(bytes, ELFMAG, SELFMAG) || bytes[EI_DATA] != ELFDATA2LSB) return -1;
  return bytes[EI_CLASS] == ELFCLASS64 ? code_64(bytes, n) : code_32(bytes, n);
}

/* One line of a .su file: file:line:column:function <tab> bytes <tab> static. Functions that the compiler split off (k_conv.part.0) count for their origin. */
int64_t stack_bound(Ctx *ctx, const char *dir, const char *su, const char *entry, const Program *p) {
  const char *text = file_text(ctx, dir, su, NULL);
  if (!text) return -1;
  enum { RETURN_ADDRESS = 16 }; /* and what a call may align; clang leaves it out, gcc has it */
  Map frames = {0};
  int64_t all = 0, deepest = 0, kernels = 0;
  while (*text) {
    size_t line = strcspn(text, "\n"), name = strcspn(text, "\t"), start = name;
    if (name >= line) return -1;
    while (start > 0 && text[start - 1] != ':') start--;
    char *end;
    int64_t bytes = strtoll(text + name, &end, 10);
    if (bytes < 0 || bytes > INT32_MAX || strncmp(end, "\tstatic", 7)) return -1; /* dynamic: an alloca, which nothing prints */
    size_t stem = strcspn(text + start, ".\t");
    map_add(ctx->arena, &frames, internn(ctx, text + start, stem))->i += (size_t)bytes + RETURN_ADDRESS;
    all += bytes + RETURN_ADDRESS;
    text += line + (text[line] == '\n');
  }
  const MapEntry *own = map_find(&frames, intern(ctx, entry));
  if (!own) return -1;
  for (size_t i = 0; i < p->kernels.n; i++) {
    const MapEntry *k = map_find(&frames, intern(ctx, p->kernels.at[i]->name)); /* absent: inlined into the entry */
    int64_t bytes = k ? (int64_t)k->i : 0;
    kernels += bytes;
    if (bytes > deepest) deepest = bytes;
  }
  return (int64_t)own->i + deepest + (all - (int64_t)own->i - kernels); /* helpers call each other but never themselves: all of them together is enough */
}
