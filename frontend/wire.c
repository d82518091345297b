/* The protobuf wire format: varints and fields. */
#include "frontend/wire.h"

enum { KEY_BYTES = 5, LENGTH_BYTES = 5, VARINT_BYTES = 10 };

bool wire_varint(const uint8_t **at, const uint8_t *end, int max, uint64_t *v) {
  *v = 0;
  for (int i = 0; i < max && *at < end; i++) {
    uint8_t byte = *(*at)++;
    *v |= (uint64_t)(byte & 0x7f) << (7 * i);
    if (!(byte & 0x80)) return true;
  }
  return false;
}

const char *wire_field(const uint8_t **at, const uint8_t *end, WireField *f) {
  uint64_t key, length = 0;
  if (!wire_varint(at, end, KEY_BYTES, &key) || key > UINT32_MAX) return "the key of a field is cut off or too long";
  *f = (WireField){.id = (uint32_t)(key >> 3), .type = (WireType)(key & 7)};
  if (f->id == 0) return "a field has number 0";
  f->value = *at;
  switch (key & 7) {
    case WIRE_VARINT:
      if (!wire_varint(at, end, VARINT_BYTES, &f->number)) return "a number is cut off or longer than 64 bits";
      f->bytes = (size_t)(*at - f->value);
      return NULL;
    case WIRE_FIXED64: length = 8; break;
    case WIRE_FIXED32: length = 4; break;
    case WIRE_BYTES:
      if (!wire_varint(at, end, LENGTH_BYTES, &length)) return "the length of a field is cut off or too long";
      break;
    default: return "a field is a group or of an unknown wire type";
  }
  if (length > (uint64_t)(end - *at)) return "a field reaches beyond the end of its message";
  f->value = *at;
  f->bytes = (size_t)length;
  *at += length;
  return NULL;
}

/* ---- writing */
static void put_varint(Str *s, uint64_t v) {
  do {
    char byte = (char)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
    str_addn(s, &byte, 1);
  } while (v >>= 7);
}

static void put_key(Str *s, unsigned id, WireType type) { put_varint(s, (uint64_t)id << 3 | type); }

void wire_put_number(Str *s, unsigned id, uint64_t v) {
  put_key(s, id, WIRE_VARINT);
  put_varint(s, v);
}

void wire_put_real(Str *s, unsigned id, float v) {
  put_key(s, id, WIRE_FIXED32);
  str_addn(s, (const char *)&v, sizeof v); /* little-endian, as every machine sinter runs on */
}

void wire_put_head(Str *s, unsigned id, size_t n) {
  put_key(s, id, WIRE_BYTES);
  put_varint(s, n);
}

void wire_put_bytes(Str *s, unsigned id, const void *bytes, size_t n) {
  wire_put_head(s, id, n);
  if (n) str_addn(s, bytes, n);
}

void wire_put_text(Str *s, unsigned id, const char *text) { wire_put_bytes(s, id, text, strlen(text)); }
void wire_put_message(Str *s, unsigned id, const Str *message) { wire_put_bytes(s, id, message->s, message->n); }
