/* Regular expressions as tables: a pattern in RE2's syntax becomes a deterministic automaton over the bytes of UTF-8, when compiling. */
#pragma once
#include "ir/base.h"

enum { REGEX_STATES = 4096, REGEX_BYTES = 256 };
typedef struct Regex {
  int states, classes;               /* state 0 is where a text begins */
  uint8_t of_byte[REGEX_BYTES];      /* class of each byte: those of one class lead to the same states */
  uint16_t *next;                    /* [states][classes] */
  uint8_t *accepts;                  /* [states]: 1 where a text may end */
} Regex;

/* The automaton that accepts whole texts only. NULL with E0401 where the pattern is not understood (what RE2 knows and this does not: (?m), \p{..},
 * \C; of (?i), letters beyond ASCII), or E0701 where it needs more than REGEX_STATES states. */
const Regex *regex_compile(Ctx *ctx, Place place, const char *pattern);
