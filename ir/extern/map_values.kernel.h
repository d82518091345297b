/* MapValues: the values of a map in the order of its keys, or each at the place its key says.
 * arg: entries the map has room for, bytes of a value, places (0: as many as entries), 1 if values are texts. Where no key points there is 0, of texts "0": a Cast
 * follows, which reads it. count: entries where they are not placed, then a status. */
#include "ir/extern/map.kernel.h"

static void sinter_map_values(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t length, bytes = arg[1];
  unsigned char *y = out[0];
  const char *none = "0";
  memcpy(&length, in[0], sizeof length);
  if (!arg[2]) {
    count[0] = length;
    if (length) memcpy(y, sinter_map_value(in[0], arg[0], bytes, 0), (size_t)(length * bytes));
    return;
  }
  for (int64_t i = 0; i < arg[2]; i++)
    if (arg[3]) memcpy(y + i * bytes, &none, sizeof none);
    else memset(y + i * bytes, 0, (size_t)bytes);
  for (int64_t i = 0; i < length; i++) {
    int64_t key = sinter_map_key(in[0], i);
    if (key < 0 || key >= arg[2]) count[0] = 5; /* SINTER_VALUE */
    else memcpy(y + key * bytes, sinter_map_value(in[0], arg[0], bytes, i), (size_t)bytes);
  }
}
