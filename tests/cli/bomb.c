/* Writes a model whose subgraphs nest as deep as the argument says: graph { node { attribute { g { node ... } } } }. Small, and deadly for a
 * reader that recurses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 20 };
static unsigned char text[ROOM];
static size_t start = ROOM; /* the message grows toward the front: lengths are known when they are written */

static void before(unsigned char byte) { text[--start] = byte; }

static void wrap(unsigned field, size_t end) {
  size_t length = end - start;
  unsigned char varint[10];
  int n = 0;
  do varint[n++] = (unsigned char)((length & 127) | (length > 127 ? 128 : 0)); while (length >>= 7);
  while (n) before(varint[--n]);
  before((unsigned char)(field << 3 | 2));
}

int main(int argc, char **argv) {
  int depth = argc > 1 ? atoi(argv[1]) : 4096;
  static const unsigned char head[] = {0x08, 8}; /* ir_version */
  for (int i = 0; i < depth && start > 64; i++) {
    if (i) wrap(6, ROOM); /* AttributeProto.g */
    wrap(5, ROOM);        /* NodeProto.attribute */
    wrap(1, ROOM);        /* GraphProto.node */
  }
  wrap(7, ROOM);          /* ModelProto.graph */
  fwrite(head, 1, sizeof head, stdout);
  fwrite(text + start, 1, ROOM - start, stdout);
  return 0;
}
