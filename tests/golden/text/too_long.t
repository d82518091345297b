about   texts longer than there is room for end the run
run     run in.gir --input 'x=["0123456789","0123456789"]' --text-bytes 16 --cc-opt=-O0
in      in.gir
  model t  opset 20
    in x string[2]
    y : string[2] = StringConcat(x, x) "concat"
    out y
exit    2
out
err
  error[E0702]: the compiled program: what is made is larger than the memory there is for it
      next: limits are listed in docs/limits.md
