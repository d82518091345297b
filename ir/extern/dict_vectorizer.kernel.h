/* DictVectorizer: the values of a map in the order of a vocabulary; what the map has no key for is zero, or the empty text.
 * in[0]: the map; in[1]: the vocabulary. arg: entries the map has room for, bytes of a value, words of the vocabulary, 1 if they are texts, 1 if values are. */
#include "ir/extern/map.kernel.h"

static void sinter_dict_vectorizer(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t length, bytes = arg[1];
  unsigned char *y = out[0];
  (void)count;
  memcpy(&length, in[0], sizeof length);
  for (int64_t k = 0; k < arg[2]; k++, y += bytes) {
    int64_t i = 0;
    if (arg[3]) while (i < length && !sinter_text_equal(sinter_map_text(in[0], i), ((const char *const *)in[1])[k])) i++;
    else while (i < length && sinter_map_key(in[0], i) != ((const int64_t *)in[1])[k]) i++;
    const char *none = "";
    if (i < length) memcpy(y, sinter_map_value(in[0], arg[0], bytes, i), (size_t)bytes);
    else if (arg[4]) memcpy(y, &none, sizeof none);
    else memset(y, 0, (size_t)bytes);
  }
}
