about   a bound given for an extent that an operator bounds by itself must hold
run     check in.gir --dim 'nz_count<=2'
in      in.gir
  model t  opset 13
    in x f32[3]
    found : none[?] = NonZero(x) "nz"
    out found
exit    2
out
  in.gir: 1 error, 0 warnings, 1 node looked at
err
  in.gir: node 'nz' (NonZero, opset 13): error[E0302]: the extent `nz_count` may be 3, but is bounded by 2 elsewhere
      next: the same rank name must have the same extent everywhere
