about   what is wrong with a model is told before what is wrong with its data
run     verify IN --data .
in broken.ein
  op Broken: float (X[N]) -> Y[N] {
    Y[n] = X[n
  }
exit    2
out
err
  broken.ein:3:1: error[E0300]: expected `,` or `]`, found `}`
      next: docs/language.md has the grammar
