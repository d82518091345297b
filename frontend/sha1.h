/* SHA-1: ONNX's `checksum` of external data. It guards against accidents, not against attackers. */
#pragma once
#include <stddef.h>
#include <stdint.h>

void sha1(const void *bytes, size_t n, uint8_t digest[20]);
