/* Pattern -> tree -> nondeterministic automaton (Thompson) -> deterministic one (subsets). A set of characters becomes sequences of byte ranges; bytes that no
 * range tells apart share a class. Every step is counted: a short pattern can ask for an automaton of any size. */
#include "ir/extern/regex.h"
#include "ir/map.h"

enum { MOST_NESTING = 100, MOST_REPEATS = 1000, MOST_NODES = 20000, MOST_WORK = 1 << 26, LAST_CHARACTER = 0x10ffff };

/* ---- the tree */
typedef struct Range { uint32_t lo, hi; } Range;
typedef VEC(Range) Set;
typedef enum Where { AT_BEGIN = 1, AT_END = 2, AT_WORD = 4, AT_INNER = 8 } Where; /* between characters: the ends of the text; one side is part of a word; both or none are */
typedef enum TreeKind { TREE_SET, TREE_CAT, TREE_ALT, TREE_REPEAT, TREE_WHERE } TreeKind;
typedef struct Tree Tree;
struct Tree { TreeKind kind; Set set; VEC(const Tree *) part; int least, most; Where where; }; /* most -1: any number */

typedef struct Parser { Ctx *ctx; Place place; const char *pattern, *at; int depth; bool fold, dot_all, quoted; } Parser;

static void *refuse(const Parser *p, const char *what) {
  diag(p->ctx, E0401, p->place, "the pattern '%s', at character %td: %s", p->pattern, p->at - p->pattern + 1, what);
  return NULL;
}

static Tree *tree(const Parser *p, TreeKind kind) {
  Tree *t = NEW(p->ctx, Tree);
  t->kind = kind;
  return t;
}

static Tree *place(Parser *p, Where where, int length) {
  Tree *t = tree(p, TREE_WHERE);
  t->where = where;
  p->at += length;
  return t;
}

/* ---- sets of characters */
static void add(const Parser *p, Set *s, uint32_t lo, uint32_t hi) {
  vec_push(p->ctx, s, ((Range){lo, hi}));
  for (uint32_t c = 'a'; p->fold && c <= 'z'; c++) { /* the other case of ASCII letters */
    if (lo <= c && c <= hi) vec_push(p->ctx, s, ((Range){c - 32, c - 32}));
    if (lo <= c - 32 && c - 32 <= hi) vec_push(p->ctx, s, ((Range){c, c}));
  }
}

static void sort(Set *s) { /* and join what meets */
  for (size_t i = 1; i < s->n; i++)
    for (size_t j = i; j && s->at[j].lo < s->at[j - 1].lo; j--) { Range r = s->at[j]; s->at[j] = s->at[j - 1]; s->at[j - 1] = r; }
  size_t n = 0;
  for (size_t i = 0; i < s->n; i++) {
    if (n && s->at[i].lo <= s->at[n - 1].hi + 1) s->at[n - 1].hi = s->at[i].hi > s->at[n - 1].hi ? s->at[i].hi : s->at[n - 1].hi;
    else s->at[n++] = s->at[i];
  }
  s->n = n;
}

static void complement(const Parser *p, Set *s) {
  Set other = {0};
  uint32_t from = 0;
  sort(s);
  for (size_t i = 0; i < s->n; i++) {
    if (s->at[i].lo > from) vec_push(p->ctx, &other, ((Range){from, s->at[i].lo - 1}));
    from = s->at[i].hi + 1;
  }
  if (from <= LAST_CHARACTER) vec_push(p->ctx, &other, ((Range){from, LAST_CHARACTER}));
  *s = other;
}

static void add_all(const Parser *p, Set *to, const Set *from) {
  for (size_t i = 0; i < from->n; i++) vec_push(p->ctx, to, from->at[i]);
}

/* Classes with a name: pairs of a range's ends. */
typedef struct Named { const char *name, *pairs; } Named;
static const Named perl[] = {{"d", "09"}, {"w", "09AZ__az"}, {"s", "\t\n\f\r  "}};
static const Named posix[] = {{"alnum", "09AZaz"}, {"alpha", "AZaz"}, {"ascii", "\001\177"}, {"blank", "\t\t  "}, {"cntrl", "\001\037\177\177"}, {"digit", "09"}, {"graph", "!~"}, {"lower", "az"},
                              {"print", " ~"}, {"punct", "!/:@[`{~"}, {"space", "\t\r  "}, {"upper", "AZ"}, {"word", "09AZaz__"}, {"xdigit", "09AFaf"}};

static void add_pairs(const Parser *p, Set *to, const char *pairs, bool negated) {
  Set s = {0};
  for (const char *c = pairs; *c; c += 2) add(p, &s, (uint32_t)(unsigned char)c[0], (uint32_t)(unsigned char)c[1]);
  if (negated) complement(p, &s);
  add_all(p, to, &s);
}

/* \d \w \s and their opposites; false when the escape is another one. */
static bool perl_class(Parser *p, Set *to) {
  for (size_t i = 0; i < sizeof perl / sizeof *perl; i++) {
    char small = perl[i].name[0], big = (char)(small - 32);
    if (p->at[0] != '\\' || (p->at[1] != small && p->at[1] != big)) continue;
    add_pairs(p, to, perl[i].pairs, p->at[1] == big);
    p->at += 2;
    return true;
  }
  return false;
}

static bool posix_class(Parser *p, Set *to) { /* [:alpha:] */
  if (p->at[0] != '[' || p->at[1] != ':') return false;
  bool negated = p->at[2] == '^';
  const char *name = p->at + 2 + negated;
  for (size_t i = 0; i < sizeof posix / sizeof *posix; i++) {
    size_t n = strlen(posix[i].name);
    if (strncmp(name, posix[i].name, n) || strncmp(name + n, ":]", 2)) continue;
    add_pairs(p, to, posix[i].pairs, negated);
    p->at = name + n + 2;
    return true;
  }
  return false;
}

/* ---- characters */
static uint32_t utf8(const char **s) {
  const unsigned char *b = (const unsigned char *)*s;
  int more = b[0] >= 0xf0 ? 3 : b[0] >= 0xe0 ? 2 : b[0] >= 0xc0 ? 1 : 0;
  uint32_t c = more ? b[0] & (0x3fu >> more) : b[0];
  (*s)++;
  for (; more && (**s & 0xc0) == 0x80; more--) c = c << 6 | (uint32_t)(*(*s)++ & 0x3f);
  return c;
}

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }

static bool hex_escape(Parser *p, uint32_t *c) { /* behind \x */
  bool braced = *p->at == '{';
  int digits = 0;
  p->at += braced;
  for (*c = 0; hex_digit(*p->at) >= 0 && digits < (braced ? 6 : 2); digits++) *c = *c * 16 + (uint32_t)hex_digit(*p->at++);
  if (!digits || (!braced && digits != 2) || *c > LAST_CHARACTER || (braced && *p->at++ != '}')) return refuse(p, "no number of a character") != NULL;
  return true;
}

/* One character, written out or escaped. */
static bool character(Parser *p, uint32_t *c) {
  static const char letters[] = "tnrfva", meant[] = "\t\n\r\f\v\a";
  if (*p->at != '\\') return *c = utf8(&p->at), true;
  char e = *++p->at;
  if (!e) return refuse(p, "a backslash at the end") != NULL;
  const char *letter = strchr(letters, e);
  if (letter) return *c = (uint32_t)(unsigned char)meant[letter - letters], p->at++, true;
  if (e == 'x') return p->at++, hex_escape(p, c);
  if (e == '0') {
    for (*c = 0; *p->at >= '0' && *p->at <= '7' && *c < 64; p->at++) *c = *c * 8 + (uint32_t)(*p->at - '0');
    return true;
  }
  bool word = (e >= '1' && e <= '9') || (e >= 'a' && e <= 'z') || (e >= 'A' && e <= 'Z');
  if (word) return refuse(p, "an escape that is not supported") != NULL;
  return *c = utf8(&p->at), true;
}

static Tree *bracket(Parser *p) { /* behind [ */
  Tree *t = tree(p, TREE_SET);
  bool negated = *p->at == '^';
  p->at += negated;
  for (bool first = true; first || *p->at != ']'; first = false) {
    if (!*p->at) return refuse(p, "a `[` that is not closed");
    if (posix_class(p, &t->set) || perl_class(p, &t->set)) continue;
    uint32_t lo, hi;
    if (!strncmp(p->at, "[:", 2) && strstr(p->at, ":]")) return refuse(p, "a class that is not known");
    if (!character(p, &lo)) return NULL;
    hi = lo;
    if (p->at[0] == '-' && p->at[1] && p->at[1] != ']') {
      p->at++;
      if (!character(p, &hi)) return NULL;
    }
    if (lo > hi) return refuse(p, "a range whose end comes first");
    add(p, &t->set, lo, hi);
  }
  p->at++;
  if (negated) complement(p, &t->set);
  return t;
}

/* ---- the pattern */
static Tree *alternatives(Parser *p);

/* (?:..) (?P<name>..) (?<name>..) (?i-s) (?i:..); behind the bracket. *open: a group follows that has to be closed. */
static bool group_head(Parser *p, bool *open) {
  *open = true;
  if (*p->at != '?') return true;
  p->at++;
  if (*p->at == 'P' || *p->at == '<') {
    p->at += *p->at == 'P';
    const char *end = *p->at == '<' ? strchr(p->at, '>') : NULL;
    if (!end || p->at[1] == '=' || p->at[1] == '!') return refuse(p, "a group that is not supported") != NULL;
    p->at = end + 1;
    return true;
  }
  for (bool on = true; *p->at != ':' && *p->at != ')'; p->at++) {
    if (*p->at == '-') on = false;
    else if (*p->at == 'i') p->fold = on;
    else if (*p->at == 's') p->dot_all = on;
    else if (*p->at != 'U') return refuse(p, "a group or flag that is not supported") != NULL; /* U: who is greedy does not matter for a whole match */
  }
  *open = *p->at++ == ':';
  return true;
}

static Tree *group(Parser *p) { /* behind ( */
  bool fold = p->fold, dot_all = p->dot_all, open;
  if (++p->depth > MOST_NESTING) return refuse(p, "groups are nested too deeply");
  if (!group_head(p, &open)) return NULL;
  Tree *t = open ? alternatives(p) : tree(p, TREE_CAT);
  p->depth--;
  if (!t || !open) return t; /* flags alone hold to the end of the group around them */
  if (*p->at++ != ')') return p->at--, refuse(p, "a `(` that is not closed");
  p->fold = fold, p->dot_all = dot_all;
  return t;
}

static Tree *atom(Parser *p) {
  Tree *t = NULL;
  static const struct { const char *text; Where where; } places[] = {{"^", AT_BEGIN}, {"$", AT_END}, {"\\A", AT_BEGIN}, {"\\z", AT_END}, {"\\b", AT_WORD}, {"\\B", AT_INNER}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (!strncmp(p->at, places[i].text, strlen(places[i].text))) return place(p, places[i].where, (int)strlen(places[i].text));
  switch (*p->at) {
    case '(': p->at++; return group(p);
    case '[': p->at++; return bracket(p);
    case '*': case '+': case '?': return refuse(p, "a repetition of nothing");
    case '.':
      p->at++;
      t = tree(p, TREE_SET);
      if (!p->dot_all) vec_push(p->ctx, &t->set, ((Range){'\n', '\n'}));
      complement(p, &t->set);
      return t;
    default: break;
  }
  t = tree(p, TREE_SET);
  uint32_t c;
  if (perl_class(p, &t->set)) return t;
  if (!character(p, &c)) return NULL;
  add(p, &t->set, c, c);
  return t;
}

/* * + ? {n} {n,} {n,m}; false: none follows. What is no repetition is a character. */
static bool repetition(Parser *p, int *least, int *most) {
  char c = *p->at;
  *least = c == '+', *most = c == '?' ? 1 : -1;
  if (c == '*' || c == '+' || c == '?') return p->at++, true;
  if (c != '{') return false;
  const char *s = p->at + 1;
  int value[2] = {0, -1};
  if (*s < '0' || *s > '9') return false;
  for (int i = 0; i < 2; i++) {
    if (*s >= '0' && *s <= '9') value[i] = 0;
    for (; *s >= '0' && *s <= '9'; s++)
      if (value[i] <= MOST_REPEATS) value[i] = value[i] * 10 + (*s - '0');
    if (i == 0 && *s == '}') value[1] = value[0];
    if (i == 0 && *s++ != ',') break;
  }
  if (s[-1] != '}' && *s++ != '}') return false;
  *least = value[0], *most = value[1];
  p->at = s;
  return true;
}

/* \Q...\E: characters that mean themselves. True where one of the two stood. */
static bool quotes(Parser *p) {
  if (p->at[0] != '\\' || p->at[1] != (p->quoted ? 'E' : 'Q')) return false;
  p->quoted = !p->quoted;
  p->at += 2;
  return true;
}

static Tree *plain(Parser *p) {
  Tree *t = tree(p, TREE_SET);
  uint32_t c = utf8(&p->at);
  add(p, &t->set, c, c);
  return t;
}

static Tree *repeated(Parser *p) {
  Tree *t = p->quoted ? plain(p) : atom(p);
  int least, most;
  if (p->quoted && !quotes(p)) return t; /* what follows \E repeats the last character before it */
  const char *from = p->at;
  if (!t || !repetition(p, &least, &most)) return t;
  if (least > MOST_REPEATS || most > MOST_REPEATS || (most >= 0 && least > most)) return p->at = from, refuse(p, "a number of repetitions that is not supported");
  if (*p->at == '?') p->at++; /* the shortest match first: the same texts */
  Tree *r = tree(p, TREE_REPEAT);
  r->least = least, r->most = most;
  vec_push(p->ctx, &r->part, t);
  from = p->at;
  if (repetition(p, &least, &most)) return p->at = from, refuse(p, "a repetition of a repetition");
  return r;
}

static Tree *sequence(Parser *p) {
  Tree *t = tree(p, TREE_CAT);
  while (*p->at && (p->quoted || (*p->at != '|' && *p->at != ')'))) {
    if (quotes(p)) continue;
    Tree *next = repeated(p);
    if (!next) return NULL;
    vec_push(p->ctx, &t->part, next);
  }
  return t;
}

static Tree *alternatives(Parser *p) {
  Tree *t = tree(p, TREE_ALT);
  do {
    Tree *next = sequence(p);
    if (!next) return NULL;
    vec_push(p->ctx, &t->part, next);
  } while (*p->at == '|' && p->at++);
  return t;
}

/* ---- the nondeterministic automaton */
typedef enum NodeKind { NODE_BYTE, NODE_FORK, NODE_WHERE, NODE_ACCEPT } NodeKind;
typedef struct Nfa { NodeKind kind; uint8_t lo, hi; int to, other; Where where; } Nfa; /* other: of a fork; -1: none */
typedef struct Builder { Ctx *ctx; VEC(Nfa) node; int64_t work; bool full; } Builder;

static int node(Builder *b, Nfa n) {
  if (b->node.n >= MOST_NODES || ++b->work > MOST_WORK) { b->full = true; return 0; }
  vec_push(b->ctx, &b->node, n);
  return (int)b->node.n - 1;
}

static int fork_to(Builder *b, int to, int other) { return node(b, (Nfa){NODE_FORK, 0, 0, to, other, 0}); }

static int encode(uint32_t c, uint8_t *byte) {
  int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (int i = n - 1; i > 0; i--, c >>= 6) byte[i] = (uint8_t)(0x80 | (c & 0x3f));
  byte[0] = (uint8_t)(n == 1 ? c : (0xf00u >> n & 0xff) | c);
  return n;
}

/* The characters lo..hi, then `then`; what begins it, or goes to `other` as well. */
static int characters(Builder *b, uint32_t lo, uint32_t hi, int then, int other) {
  static const uint32_t longest[] = {0x7f, 0x7ff, 0xffff};
  for (int i = 0; i < 3; i++)
    if (lo <= longest[i] && hi > longest[i]) return characters(b, lo, longest[i], then, characters(b, longest[i] + 1, hi, then, other));
  for (int i = 1; i < 4 && hi > 0x7f; i++) { /* every byte but one takes all its values, or one */
    uint32_t low = (1u << 6 * i) - 1;
    if ((lo & ~low) == (hi & ~low)) continue;
    if (lo & low) return characters(b, lo, lo | low, then, characters(b, (lo | low) + 1, hi, then, other));
    if ((hi & low) != low) return characters(b, lo, (hi & ~low) - 1, then, characters(b, hi & ~low, hi, then, other));
  }
  uint8_t from[4], to[4];
  int n = encode(lo, from);
  encode(hi, to);
  for (int i = n; i-- > 0;) then = node(b, (Nfa){NODE_BYTE, from[i], to[i], then, -1, 0});
  return other < 0 ? then : fork_to(b, then, other);
}

/* What begins the automaton of t that goes on to `then`. */
static int build(Builder *b, const Tree *t, int then) {
  if (b->full || ++b->work > MOST_WORK) { b->full = true; return 0; }
  int at = then;
  switch (t->kind) {
    case TREE_SET:
      at = -1;
      for (size_t i = 0; i < t->set.n; i++) at = characters(b, t->set.at[i].lo, t->set.at[i].hi, then, at);
      return at >= 0 ? at : node(b, (Nfa){NODE_BYTE, 1, 0, then, -1, 0}); /* no character: nothing goes on */
    case TREE_CAT:
      for (size_t i = t->part.n; i-- > 0;) at = build(b, t->part.at[i], at);
      return at;
    case TREE_ALT:
      at = build(b, t->part.at[t->part.n - 1], then);
      for (size_t i = t->part.n - 1; i-- > 0;) at = fork_to(b, build(b, t->part.at[i], then), at);
      return at;
    case TREE_REPEAT:
      if (t->most < 0) {
        at = fork_to(b, then, -1);
        int body = build(b, t->part.at[0], at);
        if (!b->full) b->node.at[at].other = body;
      }
      for (int i = t->least; i < t->most; i++) at = fork_to(b, build(b, t->part.at[0], at), then);
      for (int i = 0; i < t->least && !b->full; i++) at = build(b, t->part.at[0], at);
      return at;
    case TREE_WHERE: return node(b, (Nfa){NODE_WHERE, 0, 0, then, -1, t->where});
  }
  return at;
}

/* ---- subsets */
/* A state: nodes that wait for a byte or for what is next to them, whether the text begins here, and whether the byte before is part of a word. */
typedef struct Subset { int *at; int n; bool begin, word; } Subset;
typedef struct Subsets {
  Builder *b;
  VEC(Subset) list;
  Map known;                         /* interned text of the members -> number + 1 */
  int *mark, *stack, turn;           /* of nodes, by turn of the search */
  int *passed;                       /* room for the nodes of one search */
  bool places;                       /* the pattern asks what is part of a word */
} Subsets;

/* Adds the node and what it leads to without a byte, at a place that is all of `where`. */
static void reach(Subsets *s, Subset *to, int from, int where) {
  int n = 0;
  s->stack[n++] = from;
  while (n) {
    int i = s->stack[--n];
    const Nfa *x = &s->b->node.at[i];
    if (s->mark[i] == s->turn) continue;
    s->mark[i] = s->turn;
    s->b->work++;
    to->at[to->n++] = i;
    if (x->kind == NODE_FORK && x->other >= 0) s->stack[n++] = x->other;
    if (x->kind == NODE_FORK || (x->kind == NODE_WHERE && (x->where & where))) s->stack[n++] = x->to;
  }
}

static bool is_word(int c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/* The number of the set that a search has marked; -1 when there are too many. */
static int number_of(Subsets *s, const Subset *found) {
  Ctx *ctx = s->b->ctx;
  Str key = str_new(ctx);
  Subset set = {NEWN(ctx, int, found->n + 1), 0, found->begin, found->word && s->places};
  str_printf(&key, "%d%d ", set.begin, set.word);
  for (size_t i = 0; i < s->b->node.n; i++) { /* in the order of the nodes; forks have done what they do */
    if (s->mark[i] != s->turn || s->b->node.at[i].kind == NODE_FORK) continue;
    set.at[set.n++] = (int)i;
    str_printf(&key, "%zx ", i);
  }
  s->b->work += (int64_t)s->b->node.n / 8;
  MapEntry *e = map_add(ctx->arena, &s->known, intern(ctx, key.s));
  if (e->i) return (int)e->i - 1;
  if (s->list.n == REGEX_STATES || s->b->work > MOST_WORK) return -1;
  vec_push(ctx, &s->list, set);
  e->i = (int64_t)s->list.n;
  return (int)s->list.n - 1;
}

/* The members of a state and what they lead to, now that the next byte is known: -1 for the end of the text. */
static Subset look_ahead(Subsets *s, const Subset *set, int byte) {
  Subset all = {.at = s->passed};
  int where = (set->begin ? AT_BEGIN : 0) | (byte < 0 ? AT_END : 0) | (set->word != is_word(byte) ? AT_WORD : AT_INNER);
  s->turn++;
  for (int i = 0; i < set->n; i++) reach(s, &all, set->at[i], where);
  return all;
}

static bool accepts(Subsets *s, const Subset *set) {
  Subset all = look_ahead(s, set, -1);
  for (int i = 0; i < all.n; i++)
    if (s->b->node.at[all.at[i]].kind == NODE_ACCEPT) return true;
  return false;
}

static void classify(const Builder *b, bool places, Regex *r) {
  bool begins[REGEX_BYTES + 1] = {true};
  for (int c = 1; places && c < REGEX_BYTES; c++) begins[c] = is_word(c) != is_word(c - 1);
  for (size_t i = 0; i < b->node.n; i++)
    if (b->node.at[i].kind == NODE_BYTE) begins[b->node.at[i].lo] = begins[b->node.at[i].hi + 1] = true;
  for (int c = 0; c < REGEX_BYTES; c++) r->of_byte[c] = (uint8_t)((r->classes += begins[c]) - 1);
}

static bool subsets(Subsets *s, int start, Regex *r) {
  Ctx *ctx = s->b->ctx;
  VEC(uint16_t) next = {0};
  VEC(uint8_t) ends = {0};
  int *members = NEWN(ctx, int, s->b->node.n), byte[REGEX_BYTES];
  Subset found = {.at = members, .begin = true};
  for (int c = REGEX_BYTES; c-- > 0;) byte[r->of_byte[c]] = c; /* one byte of each class */
  s->turn++;
  reach(s, &found, start, 0);
  if (number_of(s, &found) < 0) return false;
  for (size_t i = 0; i < s->list.n; i++) {
    Subset from = s->list.at[i];
    vec_push(ctx, &ends, (uint8_t)accepts(s, &from));
    for (int c = 0; c < r->classes; c++) {
      Subset now = look_ahead(s, &from, byte[c]);
      found = (Subset){.at = members, .word = is_word(byte[c])};
      s->turn++;
      for (int k = 0; k < now.n; k++) {
        const Nfa *x = &s->b->node.at[now.at[k]];
        if (x->kind == NODE_BYTE && x->lo <= byte[c] && byte[c] <= x->hi) reach(s, &found, x->to, 0);
      }
      int to = number_of(s, &found);
      if (to < 0) return false;
      vec_push(ctx, &next, (uint16_t)to);
    }
  }
  r->states = (int)s->list.n, r->next = next.at, r->accepts = ends.at;
  return true;
}

const Regex *regex_compile(Ctx *ctx, Place place, const char *pattern) {
  Parser p = {.ctx = ctx, .place = place, .pattern = pattern, .at = pattern};
  Tree *t = alternatives(&p);
  if (!t) return NULL;
  if (*p.at) return refuse(&p, "a `)` that closes nothing");
  Builder b = {.ctx = ctx};
  int start = build(&b, t, node(&b, (Nfa){NODE_ACCEPT, 0, 0, -1, -1, 0}));
  Regex *r = NEW(ctx, Regex);
  if (!b.full) {
    Subsets s = {.b = &b, .mark = NEWN(ctx, int, b.node.n), .stack = NEWN(ctx, int, 2 * b.node.n + 2), .passed = NEWN(ctx, int, b.node.n)};
    for (size_t i = 0; i < b.node.n; i++) s.places |= b.node.at[i].kind == NODE_WHERE && (b.node.at[i].where & (AT_WORD | AT_INNER));
    classify(&b, s.places, r);
    if (subsets(&s, start, r)) return r;
  }
  diag(ctx, E0701, place, "the pattern '%s' needs an automaton of more than %d states", pattern, REGEX_STATES);
  return NULL;
}
