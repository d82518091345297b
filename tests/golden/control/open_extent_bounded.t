about   an extent that nothing bounds, bounded by --dim: the values are found while running
run     run in.gir --dim 'camera_height<=4' --dim 'camera_width<=4' --input file=[80,53,32,50,32,49,32,57,32,3,9] --interpret
in      in.gir
  model t  opset 20
    in file i64[11]
    bytes : none[?] = Cast(file; to = 2) "bytes"
    picture : none[?] = ImageDecoder(bytes; pixel_format = "Grayscale") "camera"
    out picture
out
  picture u8[1,2,1] = 85 255
err
