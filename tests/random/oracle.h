/* A second opinion: ONNX Runtime, in a process of its own that answers for one model after another. */
#pragma once
#include "cli/cli.h"
#include <sys/types.h>

typedef struct Oracle { const char *python, *script; pid_t pid; FILE *ask, *answer; int deaths; } Oracle;
bool oracle_start(Oracle *o);                        /* false: there is none */
void oracle_stop(Oracle *o);
typedef enum Verdict { ORACLE_RAN, ORACLE_REFUSED, ORACLE_DIED } Verdict;
/* Runs dir/model.onnx on dir/in_K.npy; the results are dir/out_K.npy. words: why it refused. One that died is started again. */
Verdict oracle_run(Ctx *ctx, Oracle *o, const char *dir, const char **words);
