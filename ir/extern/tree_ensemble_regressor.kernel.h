/* TreeEnsembleRegressor computes as TreeEnsemble does: sinter_tree_ensemble. */
#include "ir/extern/tree_ensemble.kernel.h"
