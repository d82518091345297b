/* Attributes and compile-time inputs have habits that a text does not tell: `strides` has a number for every spatial rank, `perm` is a permutation. */
#include "draw.h"

static const HabitRow rows[] = {
  {NULL, "kernel_shape", HABIT_SPATIAL, 1, 3}, {NULL, "strides", HABIT_SPATIAL, 1, 3}, {NULL, "dilations", HABIT_SPATIAL, 1, 2},
  {NULL, "output_padding", HABIT_SPATIAL, 0, 1}, {NULL, "image_shape", HABIT_SPATIAL, 2, 5}, {NULL, "block_shape", HABIT_SPATIAL, 1, 2},
  {NULL, "output_shape", HABIT_NONE, 0, 0}, {"Pad", "pads", HABIT_ALONG_PAIRS, -1, 3}, {NULL, "pads", HABIT_SPATIAL_PAIRS, 0, 2},
  {NULL, "perm", HABIT_PERMUTATION, 0, 0}, {NULL, "repeats", HABIT_RANK, 0, 3}, {NULL, "starts", HABIT_ALONG, -6, 6}, {NULL, "ends", HABIT_ALONG, -6, 9},
  {NULL, "steps", HABIT_ALONG, -2, 3}, {NULL, "sizes", HABIT_ALONG, 1, 7}, {"Upsample", "scales", HABIT_ALONG_REALS, 2, 6}, {NULL, "scales", HABIT_ALONG_REALS, 1, 6},
  {NULL, "roi", HABIT_NONE, 0, 0}, {"Reshape", "shape", HABIT_RESHAPE, 0, 0}, {"Expand", "shape", HABIT_BROADCAST, 0, 0}, {"CenterCropPad", "shape", HABIT_ALONG, 1, 6},
  {NULL, "shape", HABIT_LIST, 0, 4}, {NULL, "split", HABIT_SPLIT, 0, 0}, {NULL, "num_outputs", HABIT_NONE, 0, 0}, {"TopK", "k", HABIT_ONE, 0, 4}, {"TopK", "sorted", HABIT_NONE, 0, 0}, {NULL, "pooled_shape", HABIT_SPATIAL, 1, 3}, {NULL, "k", HABIT_NUMBER, -4, 4},
  {NULL, "depth", HABIT_NUMBER, 1, 5}, {"AffineGrid", "size", HABIT_LIST, 1, 4}, {NULL, "size", HABIT_NUMBER, 1, 9}, {"LRN", "size", HABIT_NUMBER, 1, 5},
  {NULL, "to", HABIT_ELEM, 0, 0}, {NULL, "dtype", HABIT_ELEM, 0, 0}, {NULL, "stash_type", HABIT_NONE, 0, 0}, {NULL, "output_dtype", HABIT_NONE, 0, 0},
  {NULL, "output_datatype", HABIT_NUMBER, 1, 1}, {"CropAndResize", "crop_size", HABIT_SPATIAL, 1, 3}, {NULL, "ngram_size", HABIT_NUMBER, 1, 3}, {NULL, "p", HABIT_NUMBER, 1, 3}, {NULL, "seed", HABIT_NONE, 0, 0}, {NULL, "activations", HABIT_NONE, 0, 0},
  {NULL, "activation_alpha", HABIT_NONE, 0, 0}, {NULL, "activation_beta", HABIT_NONE, 0, 0}, {NULL, "hidden_size", HABIT_NONE, 0, 0}, {"RNN", "linear_before_reset", HABIT_NONE, 0, 0}, {NULL, "clip", HABIT_REAL, 1, 1},
  {NULL, "ignore_index", HABIT_NUMBER, 0, 2}, {NULL, "value", HABIT_VALUE, 0, 0}, {NULL, "sampling_ratio", HABIT_NUMBER, 1, 2}, {NULL, "output_height", HABIT_NUMBER, 1, 3},
  {NULL, "output_width", HABIT_NUMBER, 1, 3}, {NULL, "frame_step", HABIT_NUMBER, 1, 3}, {NULL, "frame_length", HABIT_NONE, 0, 0}, {NULL, "dft_length", HABIT_NUMBER, 1, 9},
  {NULL, "num_mel_bins", HABIT_NUMBER, 1, 5}, {NULL, "sample_rate", HABIT_NUMBER, 4000, 8192}, {NULL, "start", HABIT_NUMBER, -4, 4}, {NULL, "end", HABIT_NUMBER, -4, 4},
  {NULL, "limit", HABIT_NUMBER, -4, 9}, {NULL, "delta", HABIT_NUMBER, 1, 3}, {NULL, "precision", HABIT_NONE, 0, 0}, {NULL, "broadcast", HABIT_NONE, 0, 0},
  {NULL, "spatial", HABIT_NONE, 0, 0}, {NULL, "storage_order", HABIT_FLAG, 0, 0}, {NULL, "group", HABIT_NUMBER, 1, 3}, {NULL, "num_groups", HABIT_NUMBER, 1, 3},
  {NULL, "transA", HABIT_FLAG, 0, 1}, {NULL, "transB", HABIT_FLAG, 0, 1}, {NULL, "layout", HABIT_FLAG, 0, 1}, {"Dropout", "training_mode", HABIT_NONE, 0, 0}, {NULL, "training_mode", HABIT_FLAG, 0, 1},
  {NULL, "blocksize", HABIT_NUMBER, 1, 3}, {NULL, "block_size", HABIT_NUMBER, 1, 4}, {NULL, "inverse", HABIT_FLAG, 0, 1}, {NULL, "onesided", HABIT_FLAG, 0, 1},
  {NULL, "salt", HABIT_NONE, 0, 0}, {"CumSum", "axis", HABIT_NONE, 0, 0}, {"DFT", "axis", HABIT_NONE, 0, 0}, {NULL, "lower_edge_hertz", HABIT_REAL, 0, 0}, {NULL, "upper_edge_hertz", HABIT_NUMBER, 1000, 4000},
};

const HabitRow *habit_find(const char *op, const char *name) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (!strcmp(rows[i].name, name) && (!rows[i].op || !strcmp(rows[i].op, op))) return &rows[i];
  return NULL;
}
