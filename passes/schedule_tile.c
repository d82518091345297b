/* The register tile: how many rows and how many vectors of accumulators. A model of cycles per tile, minimised over the few tiles that fit the registers.
 *
 * A step costs what the busiest of arithmetic, loads and the accumulators' latency takes; a tile ends with an epilogue of which the first accumulators
 * are hidden behind other work; weights that do not fit L1 stream from L2. */
#include "passes/schedule.h"

enum { SPARE_REGISTERS = 2 };            /* a broadcast, and one the compilers want */
static const double LONE_VECTOR = 1.4;    /* a broadcast that feeds a single multiply-add: measured 1.3 to 1.5 times the model */
static const double STREAM_SHARE = 0.2;  /* of the time to stream weights from L2: what is not hidden */

static double steps_cost(const Target *t, int64_t rows, int vectors, int64_t steps) {
  double busy = (double)rows * vectors / t->fma_per_cycle, loads = (double)(rows + vectors) / t->loads_per_cycle;
  if (vectors == 1 && rows > 1) loads *= LONE_VECTOR;
  if (loads > busy) busy = loads;
  if (busy < t->latency) busy = t->latency;
  double vector_bytes = 4.0 * t->lanes_f32, panel = (double)steps * vectors * vector_bytes;
  if (panel > (double)t->l1_bytes * 2 / 3 && t->l2_bytes_per_cycle > 0) busy += STREAM_SHARE * vectors * vector_bytes / t->l2_bytes_per_cycle;
  double shown = (double)rows * vectors - t->epilogue_free;
  return (double)steps * busy + (shown > 0 ? shown * t->epilogue_cycles : 0);
}

static double tile_cost(const Target *t, int64_t n, int rows, int vectors, int64_t steps) {
  int64_t tiles = (n + rows - 1) / rows, small = n / tiles, larger = n % tiles; /* balanced: `larger` tiles have one row more */
  double cost = (double)(tiles - larger) * steps_cost(t, small, vectors, steps);
  return larger ? cost + (double)larger * steps_cost(t, small + 1, vectors, steps) : cost;
}

Tile tile_pick(const Target *t, int64_t rows, int64_t vectors, int64_t steps) {
  static const int widths[] = {2, 3, 1, 4, 6, 8};
  Tile best = {1, 1};
  double least = -1;
  for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
    int v = widths[w];
    if (v > vectors) continue;
    int64_t rest = vectors % v;
    for (int r = 1; r <= rows && r * v + v + SPARE_REGISTERS <= t->registers; r++) {
      double cost = tile_cost(t, rows, r, v, steps) * (double)(vectors / v) + (rest ? tile_cost(t, rows, r, (int)rest, steps) : 0);
      if (least >= 0 && cost >= least * 0.9999) continue;
      least = cost;
      best = (Tile){r, v};
    }
  }
  return best;
}
