about   the nearest spelling
run     inspcet
exit    1
out
err
  sinter: there is no verb 'inspcet'; did you mean `sinter inspect`?
