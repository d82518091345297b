about   an extent that nothing bounds: the diagnostic says what to give
run     check in.gir
in      in.gir
  model t  opset 20
    in file u8[11]
    picture : none[?] = ImageDecoder(file) "camera"
    out picture
exit    2
out
  in.gir: 2 errors, 0 warnings, 1 node looked at
err
  in.gir: node 'camera' (ImageDecoder, opset 20): error[E0203]: the height is known only when running and the model does not bound it: pass --dim 'camera_height<=N' with the largest there can be
      next: bind it with --dim NAME=N or --dim 'NAME<=N', unnamed ones with --shape INPUT=AxBxC
  in.gir: node 'camera' (ImageDecoder, opset 20): error[E0203]: the width is known only when running and the model does not bound it: pass --dim 'camera_width<=N' with the largest there can be
      next: bind it with --dim NAME=N or --dim 'NAME<=N', unnamed ones with --shape INPUT=AxBxC
