/* The first look at a protobuf file, before anything is allocated for it.
 *
 * protobuf-c has no limit of depth, merges a repeated submessage in quadratic time, gives a two-byte empty message a hundred bytes of memory, cuts
 * strings at NUL, and copies every byte of weights. So a walk over the wire format, driven by the generated descriptors and with a stack of its own,
 * refuses the first four and answers the last by writing a copy without weights. */
#include "frontend/onnx_scan.h"
#include "onnx.pb-c.h"
#include <string.h>

enum {
  FIRST_PRIVATE_FIELD = 2046,  /* fields from here on are ours (onnx.proto): a file cannot set them */
  PADDED_LENGTH = 5,           /* lengths in the copy: patched when the message ends, so of one width */
  COST_MESSAGE = 32, COST_STRING = 16, COST_NUMBER = 16, /* what the allocator adds, from above */
  COST_RECORD = 32             /* what protobuf-c notes of each field of a message while it parses it */
};

typedef struct Level { const ProtobufCMessageDescriptor *message; const uint8_t *end; uint64_t seen; size_t length_at; } Level;
typedef struct Walk { OnnxScan *result; const uint8_t *bytes; uint8_t *out; size_t room; Level stack[ONNX_DEPTH]; int depth; } Walk;

/* ---- the copy */
static void emit(Walk *w, const void *from, size_t n) {
  size_t at = w->result->compact_bytes;
  if (w->out && at <= w->room && n <= w->room - at) memcpy(w->out + at, from, n);
  w->result->compact_bytes += n;
}

static void emit_varint(Walk *w, uint64_t v) {
  uint8_t text[10];
  size_t n = 0;
  do text[n] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0)), n++; while (v >>= 7);
  emit(w, text, n);
}

static void emit_key(Walk *w, uint32_t id, WireType type) { emit_varint(w, (uint64_t)id << 3 | (uint64_t)type); }

static void emit_fixed64(Walk *w, uint32_t id, uint64_t v) {
  uint8_t text[8];
  for (int i = 0; i < 8; i++) text[i] = (uint8_t)(v >> (8 * i));
  emit_key(w, id, WIRE_FIXED64);
  emit(w, text, sizeof text);
}

static void patch_length(Walk *w, size_t at) {
  size_t length = w->result->compact_bytes - at - PADDED_LENGTH;
  for (int i = 0; w->out && w->result->compact_bytes <= w->room && i < PADDED_LENGTH; i++) w->out[at + (size_t)i] = (uint8_t)((length >> (7 * i) & 0x7f) | (i + 1 < PADDED_LENGTH ? 0x80 : 0));
}

/* ---- checks */
static bool fault(Walk *w, const uint8_t *at, const char *field, const char *what) {
  w->result->fault = what;
  w->result->field = field;
  w->result->fault_at = (size_t)(at - w->bytes);
  return false;
}

static bool over_limit(Walk *w, const uint8_t *at, const char *what) {
  w->result->over_limit = true;
  return fault(w, at, NULL, what);
}

static bool is_utf8(const uint8_t *s, size_t n) {
  for (size_t i = 0; i < n;) {
    uint8_t lead = s[i++];
    if (lead < 0x80) continue;
    int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || n - i < (size_t)more) return false;
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80, high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf; /* no over-long forms, no surrogates */
    if (s[i] < low || s[i] > high) return false;
    for (int k = 1; k < more; k++)
      if ((s[i + (size_t)k] & 0xc0) != 0x80) return false;
    i += (size_t)more;
  }
  return true;
}

typedef struct Storage { WireType wire; unsigned bytes; } Storage; /* how a field lies in a file, and an element of it in memory */
static const Storage storage[] = {
  [PROTOBUF_C_TYPE_INT32] = {WIRE_VARINT, 4}, [PROTOBUF_C_TYPE_SINT32] = {WIRE_VARINT, 4}, [PROTOBUF_C_TYPE_SFIXED32] = {WIRE_FIXED32, 4},
  [PROTOBUF_C_TYPE_INT64] = {WIRE_VARINT, 8}, [PROTOBUF_C_TYPE_SINT64] = {WIRE_VARINT, 8}, [PROTOBUF_C_TYPE_SFIXED64] = {WIRE_FIXED64, 8},
  [PROTOBUF_C_TYPE_UINT32] = {WIRE_VARINT, 4}, [PROTOBUF_C_TYPE_FIXED32] = {WIRE_FIXED32, 4}, [PROTOBUF_C_TYPE_UINT64] = {WIRE_VARINT, 8},
  [PROTOBUF_C_TYPE_FIXED64] = {WIRE_FIXED64, 8}, [PROTOBUF_C_TYPE_FLOAT] = {WIRE_FIXED32, 4}, [PROTOBUF_C_TYPE_DOUBLE] = {WIRE_FIXED64, 8},
  [PROTOBUF_C_TYPE_BOOL] = {WIRE_VARINT, 4}, [PROTOBUF_C_TYPE_ENUM] = {WIRE_VARINT, 4}, [PROTOBUF_C_TYPE_STRING] = {WIRE_BYTES, 0},
  [PROTOBUF_C_TYPE_BYTES] = {WIRE_BYTES, 0}, [PROTOBUF_C_TYPE_MESSAGE] = {WIRE_BYTES, 0},
};

static uint64_t packed_cost(Storage s, const WireField *f) {
  if (s.wire != WIRE_VARINT) return f->bytes;
  uint64_t n = 0;
  for (size_t i = 0; i < f->bytes; i++) n += !(f->value[i] & 0x80);
  return n * s.bytes;
}

/* ---- the walk */
static void enter(Walk *w, const ProtobufCMessageDescriptor *message, const uint8_t *begin, size_t n, size_t length_at) {
  w->stack[w->depth++] = (Level){.message = message, .end = begin + n, .length_at = length_at};
  w->result->cost += message->sizeof_message + COST_MESSAGE + COST_RECORD;
  if (message != &onnx__tensor_proto__descriptor) return;
  emit_fixed64(w, FIRST_PRIVATE_FIELD, (uint64_t)(begin - w->bytes));
  emit_fixed64(w, FIRST_PRIVATE_FIELD + 1, n);
}

static bool known_field(Walk *w, const ProtobufCFieldDescriptor *d, const WireField *f, const uint8_t *key, const uint8_t **at) {
  Level *level = &w->stack[w->depth - 1];
  Storage s = storage[d->type];
  bool repeated = d->label == PROTOBUF_C_LABEL_REPEATED, packed = repeated && s.bytes && f->type == WIRE_BYTES;
  if (f->type != s.wire && !packed) return fault(w, key, d->name, "the field has the wrong wire type");
  uint64_t bit = (uint64_t)1 << (d - level->message->fields);
  if (!repeated && (level->seen & bit)) return fault(w, key, d->name, "the field occurs twice");
  level->seen |= bit;
  if (d->type == PROTOBUF_C_TYPE_MESSAGE) {
    if (w->depth == ONNX_DEPTH) return over_limit(w, key, "messages are nested more than 100 deep");
    emit_key(w, f->id, WIRE_BYTES);
    size_t length_at = w->result->compact_bytes;
    emit(w, (const uint8_t[PADDED_LENGTH]){0}, PADDED_LENGTH);
    enter(w, d->descriptor, f->value, f->bytes, length_at);
    *at = f->value;
    return true;
  }
  if (d->type == PROTOBUF_C_TYPE_STRING && memchr(f->value, 0, f->bytes)) return fault(w, key, d->name, "a text holds a NUL byte");
  if (d->type == PROTOBUF_C_TYPE_STRING && !is_utf8(f->value, f->bytes)) return fault(w, key, d->name, "a text is not valid UTF-8");
  if (packed) w->result->cost += packed_cost(s, f) + COST_RECORD;
  else if (s.bytes) w->result->numbers += COST_NUMBER + COST_RECORD;
  else w->result->cost += f->bytes + COST_STRING + (repeated ? sizeof(ProtobufCBinaryData) : 0) + COST_RECORD;
  emit_key(w, f->id, f->type);
  if (f->type == WIRE_BYTES) emit_varint(w, f->bytes);
  emit(w, f->value, f->bytes);
  return true;
}

bool onnx_scan(const uint8_t *bytes, size_t n, const ProtobufCMessageDescriptor *root, uint64_t budget, OnnxScan *result, uint8_t *compact, size_t room) {
  Walk w = {.result = result, .bytes = bytes, .out = compact, .room = room};
  const uint8_t *at = bytes;
  *result = (OnnxScan){0};
  enter(&w, root, bytes, n, 0);
  while (w.depth) {
    Level *level = &w.stack[w.depth - 1];
    if (at == level->end) {
      if (--w.depth) patch_length(&w, level->length_at);
      continue;
    }
    const uint8_t *key = at;
    WireField f;
    const char *wrong = wire_field(&at, level->end, &f);
    if (wrong) return fault(&w, key, NULL, wrong);
    const ProtobufCFieldDescriptor *d = f.id < FIRST_PRIVATE_FIELD ? protobuf_c_message_descriptor_get_field(level->message, f.id) : NULL;
    if (d && !known_field(&w, d, &f, key, &at)) return false;
    if (result->cost > budget) return over_limit(&w, key, "unpacking would take more memory than a file of this size may");
  }
  return true;
}
