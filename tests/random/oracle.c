/* ONNX Runtime by way of tests/random/ort.py: a folder's name goes in, one line comes back. */
#include "oracle.h"
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

bool oracle_start(Oracle *o) {
  int in[2], out[2];
  if (!o->python || pipe(in) || pipe(out)) return false;
  o->pid = fork();
  if (o->pid == 0) {
    dup2(in[0], 0), dup2(out[1], 1);
    close(in[0]), close(in[1]), close(out[0]), close(out[1]);
    execlp(o->python, o->python, o->script, (char *)NULL);
    _exit(127);
  }
  close(in[0]), close(out[1]);
  o->ask = fdopen(in[1], "w"), o->answer = fdopen(out[0], "r");
  char line[64];
  bool ready = o->pid > 0 && o->ask && o->answer && fgets(line, sizeof line, o->answer) && !strncmp(line, "ready", 5);
  if (!ready) oracle_stop(o);
  return ready;
}

void oracle_stop(Oracle *o) {
  if (o->ask) fclose(o->ask);
  if (o->answer) fclose(o->answer);
  if (o->pid > 0) waitpid(o->pid, NULL, 0);
  o->pid = 0, o->ask = o->answer = NULL;
}

Verdict oracle_run(Ctx *ctx, Oracle *o, const char *dir, const char **words) {
  char line[1200];
  *words = "";
  if (!o->ask && !oracle_start(o)) return ORACLE_REFUSED;
  fprintf(o->ask, "%s\n", dir);
  fflush(o->ask);
  if (!fgets(line, sizeof line, o->answer)) {
    oracle_stop(o);
    o->deaths++;
    return ORACLE_DIED;
  }
  line[strcspn(line, "\n")] = 0;
  *words = ctx_printf(ctx, "%s", line);
  return strcmp(line, "ran") ? ORACLE_REFUSED : ORACLE_RAN;
}
