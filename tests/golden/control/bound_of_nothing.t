about   a bound given for a name that nothing has
run     check in.gir --dim 'camera_hight<=4'
in      in.gir
  model t  opset 13
    in x f32[3]
    found : none[?] = NonZero(x) "nz"
    out found
exit    1
out
  in.gir: 1 error, 0 warnings, 1 node looked at
err
  in.gir: error[E0204]: --dim: neither a dimension of an input nor an extent found when running is named 'camera_hight'; of the latter there are: 'nz_count'
      next: `sinter inspect MODEL` lists inputs, outputs and dimensions
