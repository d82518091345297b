/* Pictures of a model: text for Graphviz, or SVG.
 *
 * The layout of a large graph can take minutes, or never end. It runs in a child process with a time limit; when it is late or fails, our own layout in
 * layers is drawn instead, which takes no time to speak of. */
#include "codegen/codegen.h"
#include "codegen/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <graphviz/gvc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LAYOUT_SECONDS = 15, LAYOUT_BYTES = 64 << 20, LAYOUT_BOXES = 1500 };

/* ---- text for Graphviz */

static void add_quoted(Str *out, const char *s) {
  while (*s) {
    size_t n = picture_utf8(s);
    if (n == 0 || (n == 1 && ((unsigned char)*s < 0x20 || *s == 0x7f))) str_add(out, "?"), n = 1;
    else if (*s == '"' || *s == '\\') str_printf(out, "\\%c", *s);
    else str_addn(out, s, n);
    s += n;
  }
}

/* One line of a label; its `\n` is Graphviz's own, `&` would begin an entity. */
static void add_label(Str *out, const char *s) {
  for (const char *amp; (amp = strchr(s, '&')); s = amp + 1) {
    char head[256];
    size_t n = (size_t)(amp - s) < sizeof head - 1 ? (size_t)(amp - s) : sizeof head - 1;
    memcpy(head, s, n);
    head[n] = 0;
    add_quoted(out, head);
    str_add(out, "&amp;");
  }
  add_quoted(out, s);
}

static void add_box(Str *out, const Picture *p, int i, const char *indent) {
  const Box *b = &p->boxes.at[i];
  bool terminal = b->kind == BOX_INPUT || b->kind == BOX_OUTPUT;
  str_printf(out, "%sb%d [label=\"", indent, i);
  for (int j = 0; j < b->nlines; j++) {
    if (j) str_add(out, "\\n");
    add_label(out, b->line[j]);
  }
  str_printf(out, "\", fillcolor=\"%s\"%s];\n", box_look(b->kind)->fill, terminal ? ", shape=ellipse" : "");
}

static void add_legend(Str *out, const Picture *p) {
  bool seen[BOX_UNKNOWN + 1] = {false};
  for (size_t i = 0; i < p->boxes.n; i++) seen[p->boxes.at[i].kind] = true;
  str_add(out, "  label=<<table border=\"0\" cellspacing=\"4\"><tr><td>");
  picture_xml(out, p->title);
  str_printf(out, ", %zu nodes</td>", p->nodes);
  for (int k = BOX_CONTRACTION; k <= BOX_UNKNOWN; k++)
    if (seen[k]) str_printf(out, "<td bgcolor=\"%s\">%s</td>", box_look((BoxKind)k)->fill, box_look((BoxKind)k)->about);
  str_add(out, "</tr></table>>;\n");
}

static void write_dot(const Picture *p, Str *out) {
  str_add(out, "digraph model {\n  rankdir=TB; labelloc=t; fontname=\"Helvetica\"; nodesep=0.25; ranksep=0.35;\n"
               "  node [shape=box, style=\"filled,rounded\", fontname=\"Helvetica\", fontsize=10, margin=\"0.10,0.05\", color=\"#666666\"];\n"
               "  edge [fontname=\"Helvetica\", fontsize=8, fontcolor=\"#555555\", color=\"#777777\", arrowsize=0.6];\n");
  add_legend(out, p);
  for (size_t i = 0; i < p->boxes.n; i++)
    if (p->boxes.at[i].block < 0) add_box(out, p, (int)i, "  ");
  for (size_t k = 0; k < p->blocks.n; k++) {
    const Block *block = &p->blocks.at[k];
    str_printf(out, "  subgraph cluster_%zu {\n    label=\"\xc3\x97%d\"; labeljust=r; fontsize=16; style=\"rounded,dashed\"; color=\"#444444\"; tooltip=\"", k, block->times);
    add_label(out, block->from);
    str_add(out, " to ");
    add_label(out, block->to);
    str_add(out, "\";\n");
    for (size_t i = 0; i < p->boxes.n; i++)
      if (p->boxes.at[i].block == (int)k) add_box(out, p, (int)i, "    ");
    str_add(out, "  }\n");
  }
  for (size_t i = 0; i < p->arrows.n; i++) {
    const Arrow *a = &p->arrows.at[i];
    str_printf(out, "  b%d -> b%d [label=\"", a->from, a->to);
    add_label(out, a->back ? "" : a->label);
    str_add(out, a->back ? "\", style=dashed, constraint=false];\n" : "\"];\n");
  }
  str_add(out, "}\n");
}

/* ---- layout in a child */

/* Never returns: whatever Graphviz does ends with this process. */
static _Noreturn void layout_child(const char *dot, int to) {
  int null = open("/dev/null", O_WRONLY);
  if (null >= 0) dup2(null, STDERR_FILENO);
  alarm(LAYOUT_SECONDS);
  FILE *f = fdopen(to, "w");
  GVC_t *gvc = gvContext();
  Agraph_t *g = agmemread(dot);
  bool ok = f && gvc && g && gvLayout(gvc, g, "dot") == 0 && gvRender(gvc, g, "svg", f) == 0 && fflush(f) == 0;
  _exit(ok ? 0 : 1);
}

static bool read_all(int from, Str *out) {
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  char bytes[65536];
  for (;;) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    long left = LAYOUT_SECONDS + 1 - (long)(now.tv_sec - start.tv_sec);
    struct pollfd p = {.fd = from, .events = POLLIN};
    int ready = left > 0 ? poll(&p, 1, (int)left * 1000) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    ssize_t n = read(from, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    if (out->n + (size_t)n > LAYOUT_BYTES) return false;
    str_addn(out, bytes, (size_t)n);
  }
}

static bool graphviz_svg(const char *dot, Str *out) {
  int pipe_fd[2];
  if (pipe(pipe_fd) != 0) return false;
  pid_t child = fork();
  if (child == 0) {
    close(pipe_fd[0]);
    layout_child(dot, pipe_fd[1]);
  }
  close(pipe_fd[1]);
  bool ok = child > 0 && read_all(pipe_fd[0], out);
  close(pipe_fd[0]);
  if (child <= 0) return false;
  if (!ok) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return ok && WIFEXITED(status) && WEXITSTATUS(status) == 0 && out->n > 0;
}

/* ---- */

static void svg(Ctx *ctx, const Picture *p, Str *out) {
  Str dot = str_new(ctx), drawn = str_new(ctx);
  write_dot(p, &dot);
  if (p->boxes.n <= LAYOUT_BOXES && graphviz_svg(dot.s, &drawn)) str_addn(out, drawn.s, drawn.n);
  else picture_layers_svg(ctx, p, out);
}

bool draw_model(Ctx *ctx, const Model *m, const char *format, FILE *to) {
  bool dot = strcmp(format, "dot") == 0;
  if (!dot && strcmp(format, "svg") != 0) return diag(ctx, E0802, (Place){0}, "a picture is drawn as dot or svg, not '%s'", format);
  Picture p;
  Str out = str_new(ctx);
  picture_of(ctx, m, &p);
  if (dot) write_dot(&p, &out);
  else svg(ctx, &p, &out);
  if (fwrite(out.s, 1, out.n, to) != out.n || fflush(to) != 0) return diag(ctx, E0800, (Place){0}, "the picture could not be written: %s", strerror(errno));
  return true;
}
