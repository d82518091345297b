/* OptionalHasElement: is there anything? arg: the least length that says so; a tensor and an absent input have none: 1 or 0 in its place, and 1 before. */
#include <stdint.h>

static void sinter_optional_has_element(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const int64_t *words = in[0];
  unsigned char *there = out[0];
  (void)count;
  there[0] = (unsigned char)(arg[0] ? arg[1] : words[0] >= arg[1]);
}
