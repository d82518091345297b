/* CategoryMapper computes as LabelEncoder does: sinter_label_encoder. */
#include "ir/extern/label_encoder.kernel.h"
