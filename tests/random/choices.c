/* The list of choices that a case is made of. */
#include "draw.h"

/* splitmix64 */
uint64_t hash_bits(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

uint32_t choose(Choices *c, uint32_t n) {
  if (n == 0) return 0;
  if (c->used == c->made.n) vec_push(c->ctx, &c->made, c->replay ? 0 : (uint32_t)(hash_bits(&c->state) % n));
  uint32_t made = c->made.at[c->used++];
  return made < n ? made : n - 1;
}
