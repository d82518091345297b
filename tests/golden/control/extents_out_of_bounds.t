about   an extent found while running that lies outside its bounds ends the run before anything is written
run     run in.gir --input n=[5] --input x=[2.5] --interpret
in      in.gir
  model t  opset 17
    symbol a 0 <= 4
    in n i64[1]
    in x f32[1]
    const shape i64[1] symbolic [a]
    = sinter:Extents@1(n; names = ["a"], least = [0], most = [4]) "extents"
    y : f32[a] = Expand(x, shape) "expand"
    out y
exit    2
out
err
  node 'k_extents': error[E0701]: the extent a is 5, outside its bounds 0 .. 4
      next: limits are listed in docs/limits.md
