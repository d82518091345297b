# The table of operators in docs/op-coverage.md. Reads three files of scripts/conformance, in this order:
#   results  STATUS CASE
#   errors   ./CASE:one line of the table of `sinter verify` for one output, CASE with dots for slashes
#   uses     `sinter list uses` of all models
#
# A model of one operator (besides Constant) says how exact that operator is; one of several counts for all of them. Errors of rounding add up where
# an operator sums, so two bounds are told apart: 4 units in the last place for operators of elements, 16 for those that sum and for kernels.
# What is held against the bounds is the error of the generated code, its distance from the reference interpreter; where that was not measured
# (the networks of `light`, which take hours to interpret), the distance from the expected data. Unit: the last place of each result; and, where terms
# cancel, the last place of the largest result of the tensor.
function base(path) { sub(/\/model\.onnx$/, "", path); sub(/\.onnx$/, "", path); return path }
function ulps(u) { return u < 0 ? "" : u == 0 ? "0" : u < 1000000 ? sprintf("%d", u) : sprintf("%.1e", u) }
function value(text) { return text == "inf" ? 1e300 : text + 0 }
function worst_of(table, name, u) { if (!(name in table) || u > table[name]) table[name] = u }
function bound(model) { return (model in reduces) ? 16 : 4 }
function by_name(a, b) { return tolower(a) <= tolower(b) }

FNR == 1 { file++ }
file == 1 { status[$2] = $1; log_name = "./" $2; gsub(/\//, ".", log_name); sub(/^\../, "./", log_name); case_of[log_name] = $2; next }
file == 2 {
  name = $0; sub(/:.*/, "", name); name = case_of[name]
  if (/by chance/) { chance[name] = 1; next }
  if (match($0, /max [^ ]+ ulp  /)) { split(substr($0, RSTART, RLENGTH), word, " "); worst_of(data, name, value(word[2])) }
  if (match($0, /own [^ ]+ ulp +[^ ]+ of the largest/)) { split(substr($0, RSTART, RLENGTH), word, " "); worst_of(own, name, value(word[2])); worst_of(share, name, value(word[4])) }
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
    if (status[model] != 0 || !(model in data)) continue
    if (!(model in own)) { own[model] = share[model] = data[model]; unmeasured++ }
    worst[model] = own[model]
    same_data += data[model] == 0; data4 += data[model] <= 4; data16 += data[model] <= 16; data_within += data[model] <= bound(model)
    kind = (model in reduces) ? "sum" : "element"
    of[kind]++; exact[kind] += worst[model] == 0
    within[kind] += worst[model] <= bound(model)
    cancels[kind] += worst[model] > bound(model) && share[model] <= bound(model)
    neither += worst[model] > bound(model) && share[model] > bound(model) && data[model] > bound(model)
    judged++; within4 += worst[model] <= 4; within16 += worst[model] <= 16; same += worst[model] == 0
    if (op_count[model] == 1) { op = single[model]; worst_of(most, op, worst[model]); worst_of(most_data, op, data[model]); if (worst[model] > bound(model)) beyond[op]++ }
    if (worst[model] > bound(model) || data[model] > bound(model)) list[++n] = model
  }
  for (model in chance) if (status[model] == 0) drawn++

  print "# Operators and the official tests"
  print ""
  print "Written by `scripts/conformance`, which runs the official tests of onnx 1.22.0: each is compiled for the machine at hand and its results are compared at"
  print "ONNX's own tolerance: type, shape, rtol 1e-3, atol 1e-7, NaN equals NaN. There are no options for single cases."
  print ""
  printf "**%d of %d models pass.**\n", good, total
  printf "**%d of %d models that pass and draw nothing at random are within their bound**: %d of %d models of element operators within 4 units in the last place (ULP), %d of %d models with\n", \
    within["element"] + within["sum"], judged, within["element"], of["element"], within["sum"], of["sum"]
  printf "operators that sum within 16. Of the %d other models %d are within it in ULP of the largest number of their result: terms cancel.\n", judged - within["element"] - within["sum"], cancels["element"] + cancels["sum"]
  printf "Error of the generated code in these models: none in %d, at most 4 ULP in %d, at most 16 in %d.\n", same, within4, within16
  printf "Distance from the data in these models: none in %d, at most 4 ULP in %d, at most 16 in %d; within the bound in %d. Beyond it by every measure: %d.\n", same_data, data4, data16, data_within, neither
  if (drawn) printf "%d models draw at random; their distributions are compared.\n", drawn
  print ""
  print "The error of the generated code is its distance from the reference interpreter, which computes in doubles and rounds where the model declares a type. The data"
  print "are themselves rounded: most were computed by numpy in the type of the output, so part of the distance from them is theirs. An ULP is one of the output's own type,"
  print "at the very element; near zero, where terms cancel, a small absolute error is many of them, so the same error is given in ULP of the largest number of the tensor"
  print "beside it. It does not change what counts as within the bound."
  if (unmeasured) printf "%d whole networks are too large to be interpreted; the distance from their data stands for their error.\n", unmeasured
  print ""
  print "## Operators"
  print ""
  print "*cases*: models in which the operator occurs. *ULP*: the greatest error in models of that operator alone; *data*: the greatest distance from the data in them."
  print "*bound*: 4 for operators of elements, 16 for those that sum and for kernels; *beyond*: models of that operator alone that are beyond it."
  print ""
  print "| operator | cases | passed | ULP | data | bound | beyond |"
  print "|---|--:|--:|--:|--:|--:|--:|"
  for (op in seen) row[++rows] = op
  for (i = 2; i <= rows; i++) { # sorted by insertion: a few hundred names
    key = row[i]
    for (k = i - 1; k > 0 && !by_name(row[k], key); k--) row[k + 1] = row[k]
    row[k + 1] = key
  }
  for (i = 1; i <= rows; i++) {
    op = row[i]
    printf "| %s | %d | %d | %s | %s | %s | %s |\n", op, cases[op], passed[op], (op in most) ? ulps(most[op]) : "", (op in most_data) ? ulps(most_data[op]) : "", (op in undefined) && passed[op] == 0 ? "" : (op in adds) ? 16 : 4, (op in beyond) ? beyond[op] : ""
  }
  print ""
  print "## The largest distances"
  print ""
  print "Models whose error is beyond their bound, then those whose distance from the data alone is."
  print ""
  print "| model | ULP | of the largest | data |"
  print "|---|--:|--:|--:|"
  for (i = 2; i <= n; i++) {
    key = list[i]
    for (k = i - 1; k > 0 && (worst[list[k]] < worst[key] || (worst[list[k]] == worst[key] && data[list[k]] < data[key])); k--) list[k + 1] = list[k]
    list[k + 1] = key
  }
  for (i = 1; i <= n && i <= 60; i++) printf "| %s | %s | %s | %s |\n", list[i], ulps(worst[list[i]]), ulps(share[list[i]]), ulps(data[list[i]])
}
