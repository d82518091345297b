about   a loop becomes markers between kernels: what it carries round, its condition and its number lie in buffers, and rows are stored at that number
run     inspect in.gir --after bind
in      in.gir
  model m  opset 17
  bound M <= 6
  in M i64[]
  in x f32[2]
  const limit f32[] [100]
  h_out : none[?], rows : none[?] = Loop(M, _, x; body = graph b {
    in number i64[]
    in again bool[]
    in h f32[2]
    h2 : none[?] = Add(h, h) "double"
    top : none[?] = ReduceMax(h2; keepdims = 0) "top"
    more : none[?] = Less(top, limit) "more"
    out more
    out h2
    out top
  }) "grow"
  out h_out
  out rows
out
  program m  hash eef022a7b651e60e
    symbol grow_limit 0 <= 6
    symbol grow_trips 0 <= 6
    buf M i64[] input
    buf x f32[2] input
    buf h_out f32[2] output
    buf rows f32[grow_trips] output
    buf grow.number i64[] temp
    buf grow.again bool[] temp
    buf rows.view f32[6] temp alias rows
    buf h2 f32[2] temp
    buf top f32[] temp
    buf more bool[] temp
    buf limit f32[] const [1e+02]
    inputs M x
    outputs h_out rows
    kernel k_grow_extents  from "grow"  schedule "extern"
      nest
        call "Extents" "sinter" 1 in - out args 0, 1, max(M[], 0) sets grow_limit
    kernel k_grow  from "grow"  cost 0 16
      axes i0:2
      cascade
        h_out[i0] = x[i0]   over i0:2
    kernel k_grow_number  from "grow"  cost 0 8
      cascade
        grow.number[] = 0
    kernel k_grow_again  from "grow"  cost 1 1
      cascade
        grow.again[] = 0 < (grow_limit)
    while k_grow_while on grow.again trips 6  from "grow"  schedule "while, at most 6 trips"
    kernel k_double  from "double"  cost 2 16
      axes i0:2
      cascade
        h2[i0] = h_out[i0] + h_out[i0]   over i0:2
    kernel k_top  from "top"  cost 2 12
      axes r0:2
      cascade
        top[] max= h2[r0]   over | r0:2
    kernel k_more  from "more"  cost 1 9
      cascade
        more[] = top[] < limit[]
    kernel k_grow_again_2  from "grow"  cost 3 10
      cascade
        grow.again[] = grow.number[] + 1 < (grow_limit) and more[]
    kernel k_grow_collect  from "grow"  cost 0 36
      cascade
        rows.view[grow.number[]] also = top[]
    kernel k_grow_2  from "grow"  cost 0 16
      axes i0:2
      cascade
        h_out[i0] = h2[i0]   over i0:2
    kernel k_grow_number_2  from "grow"  cost 0 8
      cascade
        grow.number[] also += 1
    end k_grow_end  from "grow"  schedule "end"
    kernel k_grow_extents_2  from "grow"  schedule "extern"
      nest
        call "Extents" "sinter" 1 in - out args 0, 1, grow.number[] + select(grow.again[], 1, 0) sets grow_trips
