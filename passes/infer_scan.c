#include "passes/infer.h"
bool infer_scan(Infer *I, Node *n) { return diag(I->ctx, E0202, node_place(I->model, n), "no"); }
