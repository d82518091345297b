/* The list of choices that a case is made of. */
#include "draw.h"

uint32_t choose(Choices *c, uint32_t n) {
  if (n == 0) return 0;
  if (c->used == c->made.n) vec_push(c->ctx, &c->made, c->replay ? 0 : (uint32_t)(random_bits(&c->state) % n));
  uint32_t made = c->made.at[c->used++];
  return made < n ? made : n - 1;
}
