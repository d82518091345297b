/* Mapping by descriptor, for who must look at the file before trusting it (external data). See frontend.h for file_map. */
#pragma once
#include "frontend/frontend.h"

bool file_map_fd(Ctx *ctx, int fd, const void **bytes, size_t *n); /* false without a diagnostic; errno says why. The descriptor stays open and may be closed at once */
