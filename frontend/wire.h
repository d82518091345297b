/* The protobuf wire format: fields of a message one after another, with every bound checked. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum WireType { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 } WireType;
typedef struct WireField {
  uint32_t id;
  WireType type;
  uint64_t number;                    /* of a varint */
  const uint8_t *value; size_t bytes; /* where the value lies: after key and, for WIRE_BYTES, length */
} WireField;

/* Reads one varint of at most max bytes; false when it is longer or cut off. */
bool wire_varint(const uint8_t **at, const uint8_t *end, int max, uint64_t *v);
/* Reads the field at *at (which must be before end) and steps over it. NULL when it is sound, else what is wrong with it. */
const char *wire_field(const uint8_t **at, const uint8_t *end, WireField *f);
