/* RegexFullMatch: does a pattern match the whole of each text? The pattern is an automaton.
 * in[1]: class of each byte; in[2]: the next state, by state and class; in[3]: 1 for states a text may end in. arg: texts, classes. */
#include <stdint.h>
#include <string.h>

static void sinter_regex_full_match(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const uint8_t *class_of = in[1], *accepts = in[3];
  const uint16_t *next = in[2];
  (void)count;
  for (int64_t i = 0; i < arg[0]; i++) {
    int64_t state = 0;
    for (const char *s = ((const char *const *)in[0])[i]; *s; s++) state = next[state * arg[1] + class_of[(unsigned char)*s]];
    ((uint8_t *)out[0])[i] = accepts[state];
  }
}
