/* CastLike, where texts are read or made: the kernel of Cast, sinter_cast_text. */
#include "ir/extern/cast_text.kernel.h"
