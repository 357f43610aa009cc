/*
 * Maximum over windows of images that lie channels last, and its way back. Uses move.c, which kernels.c includes before.
 */
#include "kernel.h"
#include "simd.h"
#include "vmath.h"

/* Parameters of maxPool. */
enum {
  POOL_BATCH, POOL_CHANNELS, POOL_FROM, POOL_TO = 5, POOL_KERNEL = 8, POOL_STRIDE = 11, POOL_PADDING = 14,
  POOL_DILATION = 17, POOL_X = 20, POOL_Y, POOL_PLACES, POOL_X_STEP, POOL_Y_STEP
};

INLINE int64_t pool_taps(const int32_t *p) {
  return (int64_t)p[POOL_KERNEL] * p[POOL_KERNEL + 1] * p[POOL_KERNEL + 2];
}

/* Positions of an image along depth, height and width that a window at `at` reads, in row-major order; how many. */
static int pool_window(const int32_t *p, const int *at, int32_t *positions) {
  int first[3], count = 0;
  for (int axis = 0; axis < 3; axis++) first[axis] = at[axis] * p[POOL_STRIDE + axis] - p[POOL_PADDING + axis];
  for (int i = 0; i < p[POOL_KERNEL]; i++) {
    int d = first[0] + i * p[POOL_DILATION];
    if (d < 0 || d >= p[POOL_FROM]) continue;
    for (int j = 0; j < p[POOL_KERNEL + 1]; j++) {
      int h = first[1] + j * p[POOL_DILATION + 1];
      if (h < 0 || h >= p[POOL_FROM + 1]) continue;
      for (int k = 0; k < p[POOL_KERNEL + 2]; k++) {
        int w = first[2] + k * p[POOL_DILATION + 2];
        if (w >= 0 && w < p[POOL_FROM + 2]) positions[count++] = (d * p[POOL_FROM + 1] + h) * p[POOL_FROM + 2] + w;
      }
    }
  }
  return count;
}

/* Maximum of VL channels (or `part`) at some positions, and which of them: a later one where it is greater, or NaN. */
INLINE vf pool_best(const float *x, const int32_t *positions, int count, int64_t step, int part, const int placed, vi *which) {
  vf best = all(-INFINITY);
  vi place = (vi){};
  for (int t = 0; t < count; t++) {
    const float *from = x + positions[t] * step;
    vf v = part ? vf_load_part(from, part, -INFINITY) : load(from);
    vi better = (v > best) | (v != v);
    if (t == 0) better |= v == best;
    best = choose(better, v, best);
    if (placed) place = (better & ((vi){} + positions[t])) | (~better & place);
  }
  *which = place;
  return best;
}

INLINE void pool_position(const float *x, const int32_t *positions, int count, int64_t step, int channels, float *y,
                          float *places, int32_t base) {
  vi which, lane;
  for (int k = 0; k < VL; k++) lane[k] = k;
  for (int c = 0; c < channels; c += VL) {
    int part = channels - c < VL ? channels - c : 0;
    vf best = pool_best(x + c, positions, count, step, part, places != NULL, &which);
    if (part) vf_store_part(y + c, best, part);
    else store(y + c, best);
    if (!places) continue;
    vf place = (vf)(which * (int32_t)channels + lane + (base + c));
    if (part) vf_store_part(places + c, place, part);
    else store(places + c, place);
  }
}

/*
 * maxPool: the greatest of each window, NaN where one is in it, and where it lies: index of x as if it lay by itself, int32;
 * of equal ones the first in row-major order.
 * 0 batch, 1 channels, 2-4 depth, height, width of x, 5-7 of y, 8-10 kernel, 11-13 stride, 14-16 padding, 17-19 dilation,
 * 20 x [batch, depth, height, width, channels], 21 y the same, 22 places, dense [batch, depth, height, width, channels] of
 * y, or NONE, 23 floats from one position of x to the next, 24 of y.
 */
static int64_t pool_local(const int32_t *p) { return pool_taps(p) * (int64_t)sizeof(int32_t); }
INLINE int64_t pool_rows(const int32_t *p) { return (int64_t)p[POOL_BATCH] * p[POOL_TO] * p[POOL_TO + 1]; }
static int pool_tasks(const int32_t *p, int phase) {
  (void)phase;
  return (int)move_tasks(pool_rows(p), p[POOL_TO + 2] * (int64_t)p[POOL_CHANNELS] * most(1, (int)pool_taps(p) / 2));
}

static void pool_run(const Call *call, int phase, int task, char *local) {
  const int32_t *p = call->p;
  int32_t *positions = (int32_t *)local;
  int64_t first, last, image = (int64_t)p[POOL_FROM] * p[POOL_FROM + 1] * p[POOL_FROM + 2];
  int64_t step = p[POOL_X_STEP], channels = p[POOL_CHANNELS];
  move_part(pool_rows(p), 1, task, pool_tasks(p, phase), &first, &last);
  float *places = value(call, POOL_PLACES);
  for (int64_t row = first; row < last; row++) {
    int64_t item = row / p[POOL_TO + 1] / p[POOL_TO];
    const float *x = value(call, POOL_X) + item * image * step;
    int at[3] = {(int)(row / p[POOL_TO + 1] % p[POOL_TO]), (int)(row % p[POOL_TO + 1]), 0};
    for (; at[2] < p[POOL_TO + 2]; at[2]++) {
      int64_t position = row * p[POOL_TO + 2] + at[2];
      int count = pool_window(p, at, positions);
      pool_position(x, positions, count, step, (int)channels, value(call, POOL_Y) + position * p[POOL_Y_STEP],
                    places ? places + position * channels : NULL, (int32_t)(item * image * channels));
    }
  }
}

/*
 * maxUnpool: y = 0, then y[places[i]] += values[i] in the order of i: the gradient of maxPool.
 * 0 count, 1 channels, 2 values [count], 3 places [count] int32, 4 size of y, 5 batch: values and y are of that many
 * images, and places lie within the same image, 6 whether no place occurs twice, 7 y.
 * A task owns an image, or where there are few a part of one.
 */
INLINE int64_t unpool_pieces(const int32_t *p) {
  if (p[5] >= 8) return 1;
  int64_t pieces = (p[4] / most(1, p[5]) + 131071) / 131072;
  return pieces < 1 ? 1 : pieces > 4 ? 4 : pieces;
}
static int unpool_tasks(const int32_t *p, int phase) {
  (void)phase;
  return (int)(p[5] * unpool_pieces(p));
}

static void unpool_run(const Call *call, int phase, int task, char *local) {
  (void)phase, (void)local;
  const int32_t *p = call->p;
  int64_t pieces = unpool_pieces(p), image = task / pieces, size = p[4] / p[5], count = p[0] / p[5], first, last;
  move_part(size, 64, task % pieces, pieces, &first, &last);
  first += image * size, last += image * size;
  const float *values = value(call, 2) + image * count;
  const int32_t *places = (const int32_t *)value(call, 3) + image * count;
  float *y = value(call, 7);
  move_fill(y + first, 0, last - first);
  if (pieces > 1) {
    for (int64_t i = 0; i < count; i++) {
      if (places[i] >= first && places[i] < last) y[places[i]] += values[i];
    }
  } else if (p[6]) {
    for (int64_t i = 0; i < count; i++) y[places[i]] = values[i];
  } else {
    for (int64_t i = 0; i < count; i++) y[places[i]] += values[i];
  }
}

static const KernelType pool_kernels[] = {
    {.name = "maxPool", .local_bytes = pool_local, .tasks = pool_tasks, .run = pool_run},
    {.name = "maxUnpool", .tasks = unpool_tasks, .run = unpool_run},
};
