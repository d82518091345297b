/* sinter explain: what a diagnostic means. The title and the next step come from ir/diag.def; the paragraph that follows them is here. */
#include "cli/cli.h"
#include <ctype.h>
#include <jansson.h>

static const char *const meanings[DIAG_COUNT] = {
  [E0100] = "The file does not exist, may not be read, or is no regular file: folders, pipes and devices are refused, because a model is mapped into memory and read more than once.",
  [E0101] = "The bytes are not a protobuf message of an ONNX model. Common causes: the file is of another framework (.pt, .tflite, .pb of TensorFlow), a web page was saved instead of the file, or the file is empty.",
  [E0102] = "Repositories keep large files in Git LFS; a clone without it holds a text of three lines that names the file instead of the file itself.",
  [E0103] = "The protobuf message starts like a model but breaks off or contradicts itself: a length that passes the end of the file, a field of the wrong kind, a name with a NUL byte in it. An interrupted download is the usual cause.",
  [E0104] = "The file nests deeper, holds more parts or would need more memory than sinter allows for any file. Limits protect against files made to exhaust memory; ordinary models stay far below them.",
  [E0200] = "The file can be read, but what it says is no valid model: a value is used before it is defined or defined twice, nodes form a cycle, a required field is missing.",
  [E0201] = "The model names an IR version, an operator set or a feature that is newer than the texts in this build. The operator library says for each operator since which version it holds.",
  [E0202] = "If, Loop, Scan, sequences, optionals and maps are compiled where they fold away (for example an If on a constant). Here they depend on data.",
  [E0203] = "Generated code has fixed memory, so every extent must be a number or have a bound. Exporters often leave the batch or the length open, as a name ('batch') or without one ('?').",
  [E0204] = "An option such as --dim, --shape, --const or --input gives a name that is neither an input, a dimension nor an output of this model. Nothing is guessed: the option would silently do nothing.",
  [E0300] = "The text of an operator (in the library, in --ops or in an .ein model) does not follow the grammar. The place is that of the first word that does not fit.",
  [E0301] = "A statement uses a rank, a tensor or an attribute that the signature does not bring and no `let` line gives.",
  [E0302] = "The same rank name stands for two tensors' dimensions whose extents differ, for example the k of both operands of a product. Either the model is wrong, or the operator is used on shapes it does not accept.",
  [E0303] = "An axis attribute lies outside the rank of its tensor, or names the same position twice after negative axes are counted from the end.",
  [E0304] = "A rank occurs on the right of `=` but not on the left. A statement with `=` writes each element once, so nothing says how the elements along that rank combine.",
  [E0305] = "Reading outside a tensor gives *empty*, and an empty value would reach a place that needs a number. `else` says which number to take.",
  [E0306] = "A tensor is read with another number of coordinates than it has ranks, or with the coordinate of one rank in the place of another.",
  [E0307] = "Some inputs decide shapes (the axes of a reduction, the target of a Reshape), so they must be known when compiling. Exporters sometimes leave them as inputs of the model.",
  [E0308] = "A list stands where one number is meant, or has another length than the group of ranks it is spread over.",
  [E0309] = "A tensor that is only computed inside the operator gets its ranks from plain coordinates (`A[n,c]`); here it is only used with computed ones.",
  [E0310] = "Statements need each other's results without an iterative rank that orders them.",
  [E0311] = "Two coordinates of the right side lead to the same element of the left side under `=`.",
  [E0312] = "A variable of the body has the name of an attribute, which it hides. That is nearly always a slip.",
  [E0313] = "The text promises an output that a model asks for, but no statement writes it in the variant chosen here.",
  [E0400] = "Neither the operator library nor --ops has a text for this operator in this domain and version, and there is no extern kernel for it.",
  [E0401] = "There are texts for the operator, but their patterns do not fit the types and shapes of this node's inputs. The message tells how the closest one fails.",
  [E0402] = "Attributes are never ignored: one that no text of the operator reads is either misspelt, or belongs to another version of the operator, or asks for something that is not implemented.",
  [E0403] = "The operator needs an attribute or input that this node leaves out and that has no default.",
  [E0404] = "The operator is defined for other element types than the one that reaches this node.",
  [E0500] = "A constant tensor is inconsistent: its data have another length than its shape and type need, its type is unknown, or a dimension is negative.",
  [E0501] = "Tensors may be kept in files beside the model. A path that leaves the model's folder, a link, or a range outside the file is refused: a model must not be able to read arbitrary files.",
  [E0600] = "A text of the intermediate representation does not follow its grammar, or refers to constants of a model that was not given.",
  [E0601] = "A check between two passes found that the program contradicts itself. This is a defect of sinter, never of the model; it stops rather than generate wrong code.",
  [E0700] = "An extent is a symbol (--dim 'n<=8', or the count of a data-dependent operator) and this step can only work with a number.",
  [E0701] = "A tensor or a loop nest is larger than sinter handles: too many elements, ranks or loops, or the interpreter's budget of steps is used up.",
  [E0702] = "A kernel found in its input what it cannot work on, or made more than there is memory for: a text longer than the limit, a text that is no number, a sequence that outgrows its capacity. Compiled code returns SINTER_CAPACITY or SINTER_VALUE.",
  [E0800] = "An output file could not be written completely. Files appear whole or not at all, so what was there before is still there.",
  [E0801] = "sinter calls the C compiler and the archiver of the target; one of them is missing or refused the generated code. The message holds the command and what it said.",
  [E0802] = "The value of an option names nothing that this build has.",
  [E0803] = "--budget gave limits, and the library needs more. The report shows the arena with its culprit, the weights and the code.",
  [E0804] = "The results of the compiled model are not those expected within the tolerance. That may be a defect of sinter, data of another model, or a tolerance that is too tight for the element type.",
  [E0900] = "The operating system refused something that has nothing to do with the model: a process could not be started, a temporary folder could not be made, a compiled program died.",
  [E0901] = "sinter itself reached the bound of --memory, or the machine has no more. Nothing was written.",
  [W0001] = "Something that is allowed, but that most models do otherwise; worth a look when results surprise.",
  [N0001] = "Something sinter decided that you may want to know.",
};

static const char *const severities[] = {[SEV_NOTE] = "note", [SEV_WARNING] = "warning", [SEV_ERROR] = "error"};

static void print_paragraph(const char *text) {
  int column = 0;
  for (const char *p = text; *p;) {
    int n = (int)strcspn(p, " ");
    if (column && column + 1 + n > 90) printf("\n"), column = 0;
    printf("%s%.*s", column ? " " : "  ", n, p);
    column += (column ? 1 : 2) + n;
    p += n + (p[n] == ' ');
  }
  printf("\n");
}

static bool explain_all(Ctx *ctx) {
  Table *t = table_new(ctx, "lll");
  for (int code = 0; code < DIAG_COUNT; code++) {
    const DiagInfo *d = diag_info((DiagCode)code);
    table_cell(t, "%s", d->name);
    table_cell(t, "%s", severities[d->severity]);
    table_cell(t, "%s", d->title);
  }
  table_print(t, stdout, "");
  return true;
}

static bool explain(Ctx *ctx, const Command *cmd) {
  if (!cmd->args.n) return explain_all(ctx);
  char *name = ctx_printf(ctx, "%s", cmd->args.at[0]);
  for (char *p = name; *p; p++) *p = (char)toupper((unsigned char)*p);
  DiagCode code;
  if (!diag_find(name, &code)) return diag(ctx, E0802, (Place){.file = "command line"}, "there is no diagnostic '%s'; `sinter explain` lists all", cmd->args.at[0]);
  const DiagInfo *d = diag_info(code);
  if (cmd->json) return session_json(ctx, json_pack("{ss ss ss ss ss}", "code", d->name, "severity", severities[d->severity], "title", d->title, "meaning", meanings[code], "next", d->next));
  printf("%s  %s: %s\n\n", d->name, severities[d->severity], d->title);
  print_paragraph(meanings[code]);
  printf("\nnext\n");
  print_paragraph(d->next);
  return true;
}

const Verb verb_explain = {
  .name = "explain", .synopsis = "explain [CODE]", .about = "what a diagnostic means and what to do about it", .max_args = 1, .run = explain,
  .description = "  Every error, warning and note has a code that never changes its meaning. `sinter explain E0203`\n"
                 "  says what it means, how it comes about and what to do next. Without a code all are listed.\n",
  .examples = "  sinter explain E0203\n  sinter explain\n",
};
