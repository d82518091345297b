/* What the writer and the reader of the tile IR's text agree on. */
#pragma once
#include "ir/tile.h"

enum { TEXT_INLINE = 16, TEXT_DEPTH = 256 };           /* elements of a constant printed in full; nesting of statements and of expressions */
extern const char *const text_space[], *const text_loop[], *const text_hint[], *const text_control[]; /* by Space, LoopMode, Hint, Control */
bool text_is_plain(const char *name);                  /* can be written without quotes */
bool text_name_part(char c);
