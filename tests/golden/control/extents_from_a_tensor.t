about   an extent that is an element of a tensor: a symbol set while running
run     run in.gir --input n=[3] --input x=[2.5] --interpret
in      in.gir
  model t  opset 17
    symbol a 0 <= 4
    in n i64[1]
    in x f32[1]
    const shape i64[1] symbolic [a]
    = sinter:Extents@1(n; names = ["a"], least = [0], most = [4]) "extents"
    y : f32[a] = Expand(x, shape) "expand"
    out y
out
  y f32[3] = 2.5 2.5 2.5
