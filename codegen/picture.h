/* A model as a picture, before it is laid out: boxes, arrows, and blocks that repeat. Made by codegen/picture.c, drawn by codegen/draw.c and
 * codegen/draw_layers.c. */
#pragma once
#include "ir/graph.h"

/* What a box does, read off its cascade. Colours in picture.c. */
typedef enum BoxKind { BOX_INPUT, BOX_OUTPUT, BOX_CONTRACTION, BOX_REDUCTION, BOX_MAP, BOX_COPY, BOX_RECURRENCE, BOX_EXTERN, BOX_REGION, BOX_UNKNOWN } BoxKind;
typedef struct BoxLook { const char *about, *fill; } BoxLook;
const BoxLook *box_look(BoxKind k);

typedef struct Box { BoxKind kind; const char *line[4]; int nlines, block; } Box;  /* block: index into blocks, -1: stands alone */
typedef struct Arrow { int from, to; const char *label; bool back; } Arrow;         /* back: from one turn of a block to the next */
typedef struct Block { int times; const char *from, *to; } Block;                    /* names of the first and the last node it stands for */
typedef struct Picture { const char *title; VEC(Box) boxes; VEC(Arrow) arrows; VEC(Block) blocks; size_t nodes; } Picture;

void picture_of(Ctx *ctx, const Model *m, Picture *p);
void picture_layers_svg(Ctx *ctx, const Picture *p, Str *out); /* our own layout: boxes in layers, in the order of the data; any size, no libraries */
void picture_xml(Str *out, const char *s);                      /* text safe in XML: markup escaped, control characters and bad UTF-8 as '?' */
size_t picture_utf8(const char *s);                             /* bytes of the valid UTF-8 character at s; 0 when there is none */
