about   a text that is no number ends the run, interpreted and compiled
run     run in.gir --input 't=["1.5","one"]' --cc-opt=-O0
in      in.gir
  model t  opset 19
    in t string[2]
    z : f64[2] = Cast(t; to = 11) "of_text"
    out z
exit    2
out
err
  error[E0702]: the compiled program: an input holds what has no result
      next: limits are listed in docs/limits.md
