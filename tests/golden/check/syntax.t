about   an operator text that breaks off
run     check IN
in broken.ein
  op Broken(X[N]) -> Y[N] {
    Y[n] = X[n +
  }
exit    1
out
  broken.ein: 1 error, 0 warnings, the model could not be read
err
  broken.ein: error[E0802]: stub
      next: `sinter list targets` and `--help` show what there is
