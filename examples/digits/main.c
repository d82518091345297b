/* Classifies the held-out images of handwritten digits with the library that `sinter compile digits.onnx` made.
 *
 * Nothing here knows about ONNX: the network is a function of the library, its weights are constants in it, and the only memory it
 * needs is the arena below, whose size the header states. */
#include "digits.h"
#include "npy.h"
#include <time.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE, CLASSES = 10, SHOWN = 6 };

static _Alignas(DIGITS_ALIGN) unsigned char arena[DIGITS_ARENA_BYTES + 1]; /* + 1: an arena may need no byte at all */

static int classify(const float *image) {
  float logits[CLASSES];
  const digits_inputs in = {.x = image};
  const digits_outputs out = {.logits = logits};
  if (digits_run(&in, &out, arena, NULL) != 0) return -1;
  int best = 0;
  for (int i = 1; i < CLASSES; i++)
    if (logits[i] > logits[best]) best = i;
  return best;
}

static double seconds(void) {
  struct timespec t;
  timespec_get(&t, TIME_UTC);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A few images side by side, two columns for every pixel, with the answer below each. */
static void draw(const float *images, const int *answers, const long long *labels, const int *which) {
  static const char ink[] = " .:-=+*#%@";
  for (int row = 0; row < SIDE; row++) {
    for (int i = 0; i < SHOWN; i++) {
      for (int column = 0; column < SIDE; column++) {
        char shade = ink[(int)(images[which[i] * PIXELS + row * SIDE + column] * 9.0f)];
        printf("%c%c", shade, shade);
      }
      printf("  ");
    }
    printf("\n");
  }
  for (int i = 0; i < SHOWN; i++) {
    char text[32];
    snprintf(text, sizeof text, answers[which[i]] == labels[which[i]] ? "a %d" : "a %d? No: %lld", answers[which[i]], labels[which[i]]);
    printf("%-*s  ", 2 * SIDE, text);
  }
  printf("\n\n");
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s images.npy labels.npy\n", argv[0]);
    return 1;
  }
  Npy images = npy_read(argv[1], "<f4", sizeof(float)), labels = npy_read(argv[2], "<i8", sizeof(long long));
  if (!images.data || !labels.data || images.count != labels.count * PIXELS) {
    fprintf(stderr, "%s: cannot read %s and %s\n", argv[0], argv[1], argv[2]);
    return 1;
  }
  const float *image = images.data;
  const long long *label = labels.data;
  int count = (int)labels.count, right = 0, wrong = -1;
  int *answer = malloc(sizeof *answer * (size_t)count);
  if (!answer || count < SHOWN) return 1;

  double best = 1e9;
  for (int round = 0; round < 20; round++) {
    double start = seconds();
    for (int i = 0; i < count; i++) answer[i] = classify(image + i * PIXELS);
    double time = seconds() - start;
    if (time < best) best = time;
  }
  for (int i = 0; i < count; i++) {
    if (answer[i] == label[i]) right++;
    else if (wrong < 0) wrong = i;
  }

  int which[SHOWN] = {0, 1, 2, 3, 4, wrong < 0 ? 5 : wrong}; /* the last one shown is a mistake, if there is one */
  draw(image, answer, label, which);
  printf("latency  %.1f us for one image\n", best / count * 1e6);
  printf("arena    %lld bytes\n", (long long)DIGITS_ARENA_BYTES);
  printf("weights  %lld bytes\n", (long long)DIGITS_WEIGHT_BYTES);
#ifdef DIGITS_CODE_BYTES /* known where sinter can read what the C compiler made */
  printf("code     %lld bytes\n", (long long)DIGITS_CODE_BYTES);
#endif
  printf("accuracy %d/%d\n", right, count);
  free(answer);
  free(images.data);
  free(labels.data);
  return 0;
}
