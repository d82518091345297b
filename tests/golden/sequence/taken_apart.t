about   elements that are known are read themselves: no sequence is left
run     inspect in.gir --after dead
in      in.gir
  model t  opset 17
    in x f32[2,6]
    const lengths i64[3] [1, 2, 3]
    const two i64[] [2]
    s : none[?] = SplitToSequence(x, lengths; axis = 1) "s"
    last : none[?] = SequenceAt(s, two) "last"
    all : none[?] = ConcatFromSequence(s; axis = 1) "all"
    rows : none[?] = SplitToSequence(x; axis = 0, keepdims = 0) "rows"
    columns : none[?] = ConcatFromSequence(rows; axis = 1, new_axis = 1) "columns"
    out last
    out all
    out columns
out
  model t  opset 17  hash 0000000000000000
    in x f32[2,6]
    last : f32[2,3] = Slice@1(x; axes = [1], starts = [3], ends = [6]) "last/slice"
    all/0/slice : f32[2,1] = Slice@1(x; axes = [1], starts = [0], ends = [1]) "all/0/slice"
    all/1/slice : f32[2,2] = Slice@1(x; axes = [1], starts = [1], ends = [3]) "all/1/slice"
    all : f32[2,6] = Concat@11(all/0/slice, all/1/slice, last; axis = 1) "all"
    columns/0/slice : f32[1,6] = Slice@1(x; axes = [0], starts = [0], ends = [1]) "columns/0/slice"
    columns/0/squeeze : f32[6] = Squeeze@11(columns/0/slice; axes = [0]) "columns/0/squeeze"
    columns/0/unsqueeze : f32[6,1] = Unsqueeze@11(columns/0/squeeze; axes = [1]) "columns/0/unsqueeze"
    columns/1/slice : f32[1,6] = Slice@1(x; axes = [0], starts = [1], ends = [2]) "columns/1/slice"
    columns/1/squeeze : f32[6] = Squeeze@11(columns/1/slice; axes = [0]) "columns/1/squeeze"
    columns/1/unsqueeze : f32[6,1] = Unsqueeze@11(columns/1/squeeze; axes = [1]) "columns/1/unsqueeze"
    columns : f32[6,2] = Concat@11(columns/0/unsqueeze, columns/1/unsqueeze; axis = 1) "columns"
    out last
    out all
    out columns
