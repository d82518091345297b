/* Identity of a sequence, an optional or a map: sinter_record_copy, as long as the record. */
#include "ir/extern/record_copy.kernel.h"
