/* Texts: UTF-8, ended by a zero byte. What kernels that compare, measure and make them share. */
#ifndef SINTER_TEXT_H
#define SINTER_TEXT_H
#include <stdint.h>

static inline int sinter_text_equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static inline int64_t sinter_text_length(const char *s) {
  int64_t n = 0;
  while (s[n]) n++;
  return n;
}

/* by bytes, which is the order of the characters: less than 0, 0, more than 0 */
static inline int sinter_text_compare(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (int)(unsigned char)*a - (int)(unsigned char)*b;
}

/* A pool that texts are made in, one after another, by every call of a kernel in one run. It begins with two numbers: bytes taken, and bytes there are. What does not
 * fit is dropped, and `full` says so. */
typedef struct sinter_pool { int64_t *head; char *at, *end; int full; } sinter_pool;

static inline sinter_pool sinter_pool_open(void *memory) { /* NULL: there is none */
  sinter_pool p;
  p.head = (int64_t *)memory, p.at = p.end = (char *)memory, p.full = 0;
  if (memory) p.at = (char *)(p.head + 2) + p.head[0], p.end = (char *)(p.head + 2) + p.head[1];
  return p;
}

/* 1: something did not fit. */
static inline int sinter_pool_close(sinter_pool *p) {
  if (p->head) p->head[0] = p->at - (char *)(p->head + 2);
  return p->full;
}

static inline void sinter_pool_put(sinter_pool *p, char c) {
  if (p->at < p->end) *p->at++ = c;
  else p->full = 1;
}

static inline void sinter_pool_text(sinter_pool *p, const char *s, int64_t n) {
  for (int64_t i = 0; i < n; i++) sinter_pool_put(p, s[i]);
}

/* Ends the text that began at `from`: it, or the empty text when the pool is full. */
static inline const char *sinter_pool_end(sinter_pool *p, char *from) {
  sinter_pool_put(p, 0);
  return p->full ? "" : from;
}
#endif
