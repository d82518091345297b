about   an operator text that breaks off
run     check IN
in broken.ein
  op Broken(X[N]) -> Y[N] {
    Y[n] = X[n +
  }
exit    2
out
  broken.ein: 1 error, 0 warnings, the model could not be read
err
  broken.ein:3:1: error[E0300]: expected an expression, found `}`
      next: docs/language.md has the grammar
