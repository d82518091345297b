/* What the two files of `sinter verify` share. */
#pragma once
#include "cli/cli.h"

/* Interprets the model as it was written: bound, nothing rewritten. */
bool verify_reference(Ctx *ctx, const Command *cmd, const Options *options, const Feeds *feeds, bool want_values, Execution *x);
Tolerance verify_tolerance(Ctx *ctx, const Command *cmd, const Data *want); /* what the command line tolerates for these values */
const char *verify_without_rewrites(Ctx *ctx, const Command *cmd);

/* ---- per_node.c: compares the values that a compiled program had between its kernels with the reference; E0804 names the first wrong node. */
bool verify_per_node(Ctx *ctx, const Command *cmd, const Options *options, const Feeds *feeds, const Execution *compiled);
