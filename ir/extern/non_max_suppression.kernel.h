/* NonMaxSuppression: per batch and class the boxes of highest score, leaving out those that overlap one already taken.
 * arg: batches, classes, boxes, 1: a box is (x, y, width, height) of its centre, else two opposite corners (y, x, y, x).
 * count: boxes taken, each a row (batch, class, box). Work memory: one number per box. */
#include <stdint.h>
#include <string.h>

static void sinter_nms_corners(const float *box, int64_t centre, float *c) { /* c: least y, x, greatest y, x */
  if (centre) {
    c[0] = box[1] - box[3] / 2, c[1] = box[0] - box[2] / 2, c[2] = box[1] + box[3] / 2, c[3] = box[0] + box[2] / 2;
  } else {
    for (int i = 0; i < 2; i++) {
      c[i] = box[i] < box[i + 2] ? box[i] : box[i + 2];
      c[i + 2] = box[i] < box[i + 2] ? box[i + 2] : box[i];
    }
  }
}

static float sinter_nms_overlap(const float *a, const float *b, int64_t centre) { /* intersection over union */
  float p[4], q[4], shared = 1, pa = 1, qa = 1;
  sinter_nms_corners(a, centre, p);
  sinter_nms_corners(b, centre, q);
  for (int i = 0; i < 2; i++) {
    float lo = p[i] > q[i] ? p[i] : q[i], hi = p[i + 2] < q[i + 2] ? p[i + 2] : q[i + 2];
    shared *= hi > lo ? hi - lo : 0;
    pa *= p[i + 2] - p[i];
    qa *= q[i + 2] - q[i];
  }
  return pa > 0 && qa > 0 ? shared / (pa + qa - shared) : 0;
}

static int sinter_nms_before(const float *score, int64_t a, int64_t b) { return score[a] != score[b] ? score[a] > score[b] : a < b; }

static void sinter_nms_sift(const float *score, int64_t *heap, int64_t at, int64_t n) {
  for (int64_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && sinter_nms_before(score, heap[child], heap[child + 1])) child++;
    if (!sinter_nms_before(score, heap[at], heap[child])) return;
    int64_t t = heap[at];
    heap[at] = heap[child];
    heap[child] = t;
  }
}

static void sinter_non_max_suppression(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t batches = arg[0], classes = arg[1], boxes = arg[2], centre = arg[3];
  int64_t most = in[2] ? *(const int64_t *)in[2] : 0, *taken = out[0], *order = out[1], n = 0;
  float overlap = in[3] ? *(const float *)in[3] : 0;
  for (int64_t g = 0; g < batches * classes; g++) {
    const float *box = (const float *)in[0] + g / classes * boxes * 4, *score = (const float *)in[1] + g * boxes;
    int64_t candidates = 0, start = n;
    for (int64_t s = 0; s < boxes; s++)
      if (!in[4] || score[s] > *(const float *)in[4]) order[candidates++] = s;
    for (int64_t i = candidates / 2; i-- > 0;) sinter_nms_sift(score, order, i, candidates);
    for (int64_t i = candidates; i-- > 1;) {
      int64_t t = order[0];
      order[0] = order[i];
      order[i] = t;
      sinter_nms_sift(score, order, 0, i);
    }
    for (int64_t i = 0; i < candidates && n - start < most; i++) {
      int64_t k = start;
      while (k < n && sinter_nms_overlap(box + 4 * order[i], box + 4 * taken[3 * k + 2], centre) <= overlap) k++;
      if (k < n) continue;
      taken[3 * n] = g / classes;
      taken[3 * n + 1] = g % classes;
      taken[3 * n + 2] = order[i];
      n++;
    }
  }
  count[0] = n;
}
