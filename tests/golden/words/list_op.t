about   the text of an operator
run     list ops Softsign
out
  # ir/ops/elementwise.ein:32
  map Softsign: float (x) = x / (1 + abs(x))
