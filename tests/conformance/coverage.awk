# The table of operators in docs/op-coverage.md. Reads three files of scripts/conformance, in this order:
#   results  STATUS CASE
#   errors   ./CASE:one line of the table of `sinter verify` for one output, CASE with dots for slashes
#   uses     `sinter list uses` of all models
#
# A model of one operator (besides Constant) says how exact that operator is; one of several counts for all of them. Errors of rounding add up where
# an operator sums, so two bounds are told apart: 4 units in the last place for operators of elements, 16 for those that sum and for kernels.
function base(path) { sub(/\/model\.onnx$/, "", path); sub(/\.onnx$/, "", path); return path }
function ulps(u) { return u < 0 ? "" : u == 0 ? "0" : u < 1000000 ? sprintf("%d", u) : sprintf("%.1e", u) }
function by_name(a, b) { return tolower(a) <= tolower(b) }

FNR == 1 { file++ }
file == 1 { status[$2] = $1; log_name = "./" $2; gsub(/\//, ".", log_name); sub(/^\../, "./", log_name); case_of[log_name] = $2; next }
file == 2 {
  name = $0; sub(/:.*/, "", name); name = case_of[name]
  if (/by chance/) { chance[name] = 1; next }
  if (match($0, /max [^ ]+ ulp  /)) { split(substr($0, RSTART, RLENGTH), word, " "); u = word[2] == "inf" ? 1e300 : word[2] + 0; if (!(name in worst) || u > worst[name]) worst[name] = u }
  if (match($0, /max rel [^ ]+/)) { r = substr($0, RSTART + 8, RLENGTH - 8) + 0; if (r > relative[name]) relative[name] = r }
  next
}
{
  model = base($1); op = $2; sub(/^model\./, "", op)
  sums = / sums$/ || / kernel$/ || / -$/
  if (op == "Constant") next
  seen[op] = 1; cases[op]++; passed[op] += status[model] == 0
  if (sums && !/ -$/) adds[op] = 1
  if (/ -$/) undefined[op] = 1
  if (op_count[model]++ == 0) single[model] = op
  if (sums) reduces[model] = 1
}

END {
  for (model in status) {
    total++; good += status[model] == 0
    if (status[model] != 0 || !(model in worst)) continue
    kind = (model in reduces) ? "sum" : "element"
    of[kind]++; exact[kind] += worst[model] == 0
    within[kind] += worst[model] <= (kind == "sum" ? 16 : 4)
    judged++; within4 += worst[model] <= 4; within16 += worst[model] <= 16; same += worst[model] == 0
    if (op_count[model] == 1) { op = single[model]; if (!(op in most) || worst[model] > most[op]) most[op] = worst[model]; if (worst[model] <= (kind == "sum" ? 16 : 4)) ; else beyond[op]++ }
    if (worst[model] > 16) list[++n] = model
  }
  for (model in chance) if (status[model] == 0) drawn++

  print "# Operators and the official tests"
  print ""
  print "Written by `scripts/conformance`, which runs the official tests of onnx 1.22.0: each is compiled for the machine at hand and its results are compared at"
  print "ONNX's own tolerance: type, shape, rtol 1e-3, atol 1e-7, NaN equals NaN. There are no options for single cases."
  print ""
  printf "**%d of %d models pass.**\n", good, total
  printf "%d of the %d models that pass have outputs without chance; %d of them are equal to the last bit, %d within 4 units in the last place (ULP), %d within 16.\n", judged, good, same, within4, within16
  printf "%d models of element operators: %d within 4 ULP. %d models with operators that sum: %d within 16 ULP.\n", of["element"], within["element"], of["sum"], within["sum"]
  if (drawn) printf "%d models draw at random; their distributions are compared.\n", drawn
  print ""
  print "The expected values are themselves rounded: most were computed by numpy in the type of the output, so some ULP are theirs. An ULP is one of the output's own"
  print "type; near zero, where terms cancel, a small absolute error is many of them."
  print ""
  print "## Operators"
  print ""
  print "*cases*: models in which the operator occurs. *ULP*: the greatest distance in models of that operator alone. *bound*: 4 for operators of elements, 16 for those that"
  print "sum and for kernels; *beyond*: models of that operator alone that are beyond it."
  print ""
  print "| operator | cases | passed | ULP | bound | beyond |"
  print "|---|--:|--:|--:|--:|--:|"
  for (op in seen) row[++rows] = op
  for (i = 2; i <= rows; i++) { # sorted by insertion: a few hundred names
    key = row[i]
    for (k = i - 1; k > 0 && !by_name(row[k], key); k--) row[k + 1] = row[k]
    row[k + 1] = key
  }
  for (i = 1; i <= rows; i++) {
    op = row[i]
    printf "| %s | %d | %d | %s | %s | %s |\n", op, cases[op], passed[op], (op in most) ? ulps(most[op]) : "", (op in undefined) && passed[op] == 0 ? "" : (op in adds) ? 16 : 4, (op in beyond) ? beyond[op] : ""
  }
  print ""
  print "## The largest distances"
  print ""
  print "| model | ULP | relative error |"
  print "|---|--:|--:|"
  for (i = 2; i <= n; i++) {
    key = list[i]
    for (k = i - 1; k > 0 && (worst[list[k]] < worst[key] || (worst[list[k]] == worst[key] && list[k] > key)); k--) list[k + 1] = list[k]
    list[k + 1] = key
  }
  for (i = 1; i <= n && i <= 30; i++) printf "| %s | %s | %.1e |\n", list[i], ulps(worst[list[i]]), relative[list[i]]
}
