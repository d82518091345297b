/* Files on their way to the user: made in a private folder, put in place together. */
#pragma once
#include "ir/base.h"

typedef struct Workdir { Ctx *ctx; const char *path; VEC(const char *) files; } Workdir; /* files: those to publish, in order */
bool workdir_open(Ctx *ctx, const char *parent, Workdir *w);        /* a new folder in parent; parent is made when it is not there. E0800 */
bool workdir_write(Workdir *w, const char *name, const char *text, size_t n);
void workdir_publish_later(Workdir *w, const char *name);
bool workdir_publish(Workdir *w, const char *to);                   /* moves the files into folder `to`, one run at a time; all or none. E0800 */
void workdir_close(Workdir *w);                                     /* removes the folder and what is left in it */
const char *file_text(Ctx *ctx, const char *dir, const char *name, size_t *n); /* NULL when it cannot be read; nothing is said */
