/* The protobuf wire format: fields of a message one after another, with every bound checked. */
#pragma once
#include "ir/base.h"

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

/* Writing: a field after what is there. A message is written into a text of its own and put as bytes. */
void wire_put_number(Str *s, unsigned id, uint64_t v);
void wire_put_real(Str *s, unsigned id, float v);               /* FIXED32 */
void wire_put_bytes(Str *s, unsigned id, const void *bytes, size_t n);
void wire_put_text(Str *s, unsigned id, const char *text);
void wire_put_message(Str *s, unsigned id, const Str *message);
void wire_put_head(Str *s, unsigned id, size_t n);              /* of bytes that the caller appends */
