about   a picture larger than its bounds is no picture: 0 x 0
run     run in.gir --dim 'camera_height<=4' --dim 'camera_width<=1' --input file=[80,53,32,50,32,49,32,57,32,3,9] --cc-opt=-O0
in      in.gir
  model t  opset 20
    in file i64[11]
    bytes : none[?] = Cast(file; to = 2) "bytes"
    picture : none[?] = ImageDecoder(bytes; pixel_format = "Grayscale") "camera"
    out picture
out
  picture u8[0,0,1] =
err
