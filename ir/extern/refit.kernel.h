/* Refit: a record in the room of another type, by sinter_record_copy. */
#include "ir/extern/record_copy.kernel.h"
