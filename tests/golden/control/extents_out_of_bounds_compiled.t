about   an extent found while running that lies outside its bounds ends the run before anything is written
run     run in.gir --input n=[5] --input x=[2.5]
in      in.gir
  model t  opset 17
    symbol a 0 <= 4
    in n i64[1]
    in x f32[1]
    const shape i64[1] symbolic [a]
    = sinter:Extents@1(n; names = ["a"], least = [0], most = [4]) "extents"
    y : f32[a] = Expand(x, shape) "expand"
    out y
exit    5
out
err
  error[E0900]: the compiled program ended with status 3: an extent found while running lies outside its bounds
      next: see the message
