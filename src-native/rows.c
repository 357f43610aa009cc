/*
 * Kernels over the rows of a matrix: layer norm with its gradient, softmax and its logarithm.
 */
#include "kernel.h"
#include "simd.h"
#include "vmath.h"

/* Sum of a row, and sum of squared differences from a number; several accumulators keep the chains short. */
INLINE float rows_sum(const float *x, int width) {
  vf a = all(0), b = all(0), c = all(0), d = all(0);
  int i = 0;
  for (; i + 4 * VL <= width; i += 4 * VL) {
    a += load(x + i);
    b += load(x + i + VL);
    c += load(x + i + 2 * VL);
    d += load(x + i + 3 * VL);
  }
  for (; i + VL <= width; i += VL) a += load(x + i);
  if (i < width) b += vf_load_part(x + i, width - i, 0);
  return vf_total((a + b) + (c + d));
}

INLINE float rows_spread(const float *x, int width, float centre) {
  vf a = all(0), b = all(0), c = all(0), d = all(0), centres = all(centre);
  int i = 0;
  for (; i + 4 * VL <= width; i += 4 * VL) {
    vf p = load(x + i) - centres, q = load(x + i + VL) - centres;
    vf r = load(x + i + 2 * VL) - centres, s = load(x + i + 3 * VL) - centres;
    a += p * p;
    b += q * q;
    c += r * r;
    d += s * s;
  }
  for (; i + VL <= width; i += VL) {
    vf p = load(x + i) - centres;
    a += p * p;
  }
  if (i < width) {
    vf p = vf_load_part(x + i, width - i, centre) - centres;
    b += p * p;
  }
  return vf_total((a + b) + (c + d));
}

/*
 * layerNorm: y = (x - mean) * inverse * gamma + beta, inverse = 1 / sqrt(variance + epsilon), variance biased.
 * 0 rows, 1 width, 2 x [rows, width], 3 its row stride, 4 y [rows, width], 5 its row stride, 6 mean [rows] or NONE,
 * 7 inverse [rows] or NONE, 8 gamma [width], 9 beta [width], 10 epsilon (bits). y may be x.
 */
static int rows_count(const int32_t *p) { return p[0]; }
static int layer_norm_bytes(const int32_t *p) { return 8 * p[1] + 8; }

static void layer_norm_range(const Call *call, int first, int last, char *local) {
  (void)local;
  const int32_t *p = call->p;
  int width = p[1];
  const float *gamma = value(call, 8), *beta = value(call, 9);
  float *means = value(call, 6), *inverses = value(call, 7), epsilon = number(p, 10);
  for (int row = first; row < last; row++) {
    const float *x = value(call, 2) + (int64_t)row * p[3];
    float *y = value(call, 4) + (int64_t)row * p[5];
    float mean = rows_sum(x, width) / (float)width;
    float inverse = 1.0f / sqrtf(rows_spread(x, width, mean) / (float)width + epsilon);
    if (means) means[row] = mean;
    if (inverses) inverses[row] = inverse;
    int i = 0;
    for (; i + VL <= width; i += VL) {
      store(y + i, (load(x + i) - mean) * inverse * load(gamma + i) + load(beta + i));
    }
    if (i < width) {
      int rest = width - i;
      vf normal = (vf_load_part(x + i, rest, 0) - mean) * inverse;
      vf_store_part(y + i, normal * vf_load_part(gamma + i, rest, 0) + vf_load_part(beta + i, rest, 0), rest);
    }
  }
}

INLINE float rows_greatest(const float *x, int width) {
  vf a = all(-INFINITY), b = a;
  int i = 0;
  for (; i + 2 * VL <= width; i += 2 * VL) {
    a = vf_max(load(x + i), a);
    b = vf_max(load(x + i + VL), b);
  }
  for (; i + VL <= width; i += VL) a = vf_max(load(x + i), a);
  if (i < width) b = vf_max(vf_load_part(x + i, width - i, -INFINITY), b);
  return vf_greatest(vf_max(a, b));
}

/* Sum of e^(x - centre). */
INLINE float rows_exp_sum(const float *x, int width, float centre) {
  vf a = all(0), b = a;
  int i = 0;
  for (; i + 2 * VL <= width; i += 2 * VL) {
    a += vf_exp_down(load(x + i) - centre);
    b += vf_exp_down(load(x + i + VL) - centre);
  }
  for (; i + VL <= width; i += VL) a += vf_exp_down(load(x + i) - centre);
  if (i < width) b += vf_exp_down(vf_load_part(x + i, width - i, -INFINITY) - centre);
  return vf_total(a + b);
}

#define ROWS_GROUP 4
#define ROWS_UNROLL _Pragma("GCC unroll 4")
#define ROWS_WIDTH 1024 /* widest rows that the buffer of a group takes */

/*
 * Softmax of `rows` rows side by side, so that none waits for another's maximum and sum. The work is done in a buffer whose
 * rows begin at whole lines; the last vector of a row overlaps the one before, as what is written in part of a vector
 * holds up reads of its neighbour.
 */
INLINE void rows_softmax_group(const int rows, const float *x, int64_t xs, float *y, int64_t ys, int width) {
  float buffer[ROWS_GROUP][ROWS_WIDTH] __attribute__((aligned(64)));
  vf greatest[ROWS_GROUP], sum[ROWS_GROUP];
  int whole = width / VL * VL, part = width - whole;
  ROWS_UNROLL for (int r = 0; r < rows; r++) greatest[r] = all(-INFINITY), sum[r] = all(0);
  for (int i = 0; i < whole; i += VL) {
    ROWS_UNROLL for (int r = 0; r < rows; r++) {
      vf v = load(x + r * xs + i);
      store(&buffer[r][i], v);
      greatest[r] = vf_max(v, greatest[r]);
    }
  }
  ROWS_UNROLL for (int r = 0; r < rows; r++) {
    if (part) {
      vf v = vf_load_part(x + r * xs + whole, part, -INFINITY);
      store(&buffer[r][whole], v);
      greatest[r] = vf_max(v, greatest[r]);
    }
    greatest[r] = all(vf_greatest(greatest[r]));
  }
  for (int i = 0; i < width; i += VL) {
    ROWS_UNROLL for (int r = 0; r < rows; r++) {
      vf p = vf_exp_down(load(&buffer[r][i]) - greatest[r]); /* e^-infinity adds nothing */
      store(&buffer[r][i], p);
      sum[r] += p;
    }
  }
  ROWS_UNROLL for (int r = 0; r < rows; r++) sum[r] = all(1.0f / vf_total(sum[r]));
  for (int i = 0; i < whole; i += VL) {
    ROWS_UNROLL for (int r = 0; r < rows; r++) store(y + r * ys + i, load(&buffer[r][i]) * sum[r]);
  }
  if (part && whole) {
    int i = width - VL;
    ROWS_UNROLL for (int r = 0; r < rows; r++) store(y + r * ys + i, load(&buffer[r][i]) * sum[r]);
  } else if (part) {
    ROWS_UNROLL for (int r = 0; r < rows; r++) vf_store_part(y + r * ys, load(&buffer[r][0]) * sum[r], part);
  }
}

/* Softmax of a row of any width. */
static void rows_softmax_wide(const float *x, float *y, int width) {
  float greatest = rows_greatest(x, width), scale = 1.0f / rows_exp_sum(x, width, greatest);
  int i = 0;
  for (; i + VL <= width; i += VL) store(y + i, vf_exp_down(load(x + i) - greatest) * scale);
  if (i < width) vf_store_part(y + i, vf_exp_down(vf_load_part(x + i, width - i, 0) - greatest) * scale, width - i);
}

/* Softmax of rows that begin at a distance of xs and ys. y may be x. */
static void rows_softmax(const float *x, int64_t xs, float *y, int64_t ys, int rows, int width) {
  int row = 0;
  if (width > ROWS_WIDTH) {
    for (; row < rows; row++) rows_softmax_wide(x + row * xs, y + row * ys, width);
  }
  for (; row + ROWS_GROUP <= rows; row += ROWS_GROUP) {
    rows_softmax_group(ROWS_GROUP, x + row * xs, xs, y + row * ys, ys, width);
  }
  for (; row < rows; row++) rows_softmax_group(1, x + row * xs, xs, y + row * ys, ys, width);
}

/*
 * softmax: y = e^x / sum of e^x along each row. 0 rows, 1 width, 2 x [rows, width], 3 y [rows, width]. y may be x.
 */
static int softmax_bytes(const int32_t *p) { return 8 * p[1]; }

static void softmax_range(const Call *call, int first, int last, char *local) {
  (void)local;
  int64_t at = (int64_t)first * call->p[1];
  int width = call->p[1];
  rows_softmax(value(call, 2) + at, width, value(call, 3) + at, width, last - first, width);
}

/*
 * logSoftmax: y = x - log(sum of e^x) along each row. 0 rows, 1 width, 2 x [rows, width], 3 y [rows, width]. y may be x.
 */
static void log_softmax_range(const Call *call, int first, int last, char *local) {
  (void)local;
  int width = call->p[1];
  for (int row = first; row < last; row++) {
    const float *x = value(call, 2) + (int64_t)row * width;
    float *y = value(call, 3) + (int64_t)row * width;
    float greatest = rows_greatest(x, width);
    float rest = logf(rows_exp_sum(x, width, greatest));
    int i = 0;
    for (; i + VL <= width; i += VL) store(y + i, (load(x + i) - greatest) - rest);
    for (; i < width; i++) y[i] = (x[i] - greatest) - rest;
  }
}

/*
 * layerNormGradient: with n = (x - mean) * inverse and h = g * gamma,
 * dx = addend + inverse * (h - mean of h - n * mean of h * n), dgamma = sum over rows of g * n, dbeta = sum of g.
 * 0 rows, 1 width, 2 x [rows, width], 3 g [rows, width], 4 mean [rows], 5 inverse [rows], 6 gamma [width],
 * 7 dx [rows, width] or NONE, 8 addend [rows, width] or NONE, 9 dgamma [width] or NONE, 10 dbeta [width] or NONE.
 * dx may be x, g or addend. Phase 0: chunks of rows, each with its sums (shared: [chunks, 2, width]); phase 1 adds them.
 */
#define LN_ROWS 4

static int layer_norm_gradient_chunk(const int32_t *p) {
  int rows = most(up(32768, most(p[1], 1)), up(p[0], 64));
  return up(rows, LN_ROWS) * LN_ROWS;
}
static int layer_norm_gradient_sums(const int32_t *p) { return p[9] != NONE || p[10] != NONE; }
static int layer_norm_gradient_phases(const int32_t *p) { return layer_norm_gradient_sums(p) ? 2 : 1; }
static int64_t layer_norm_gradient_shared(const int32_t *p) {
  if (!layer_norm_gradient_sums(p)) return 0;
  return (int64_t)up(p[0], layer_norm_gradient_chunk(p)) * 2 * p[1] * (int64_t)sizeof(float);
}
static int layer_norm_gradient_tasks(const int32_t *p, int phase) {
  return phase == 0 ? up(p[0], layer_norm_gradient_chunk(p)) : 1;
}

/* What one step reads: LN_ROWS rows, or one. */
typedef struct {
  const float *x, *g, *gamma, *addend;
  float *dx, *dgamma, *dbeta;
  const float *mean, *inverse;
  int width;
} NormGradient;

/* VL columns from `i` on (or `part`): adds to the sums of columns, and to each row's sums of h and h * n. */
INLINE void layer_norm_gradient_sum(const NormGradient *n, int rows, int i, int part, vf *h, vf *hn) {
  vf gamma = part ? vf_load_part(n->gamma + i, part, 0) : load(n->gamma + i);
  vf dgamma = all(0), dbeta = all(0);
  ROWS_UNROLL for (int r = 0; r < rows; r++) {
    const float *from = n->x + (int64_t)r * n->width + i, *grad = n->g + (int64_t)r * n->width + i;
    vf x = part ? vf_load_part(from, part, n->mean[r]) : load(from);
    vf g = part ? vf_load_part(grad, part, 0) : load(grad);
    vf normal = (x - n->mean[r]) * n->inverse[r];
    vf scaled = g * gamma;
    h[r] += scaled;
    hn[r] += scaled * normal;
    dgamma += g * normal;
    dbeta += g;
  }
  if (!n->dgamma) return;
  if (part) {
    vf_store_part(n->dgamma + i, vf_load_part(n->dgamma + i, part, 0) + dgamma, part);
    vf_store_part(n->dbeta + i, vf_load_part(n->dbeta + i, part, 0) + dbeta, part);
  } else {
    store(n->dgamma + i, load(n->dgamma + i) + dgamma);
    store(n->dbeta + i, load(n->dbeta + i) + dbeta);
  }
}

INLINE void layer_norm_gradient_rows(const NormGradient *n, int rows) {
  int width = n->width;
  vf h[LN_ROWS], hn[LN_ROWS];
  ROWS_UNROLL for (int r = 0; r < rows; r++) h[r] = hn[r] = all(0);
  int i = 0;
  for (; i + VL <= width; i += VL) layer_norm_gradient_sum(n, rows, i, 0, h, hn);
  if (i < width) layer_norm_gradient_sum(n, rows, i, width - i, h, hn);
  if (!n->dx) return;
  ROWS_UNROLL for (int r = 0; r < rows; r++) {
    const float *x = n->x + (int64_t)r * width, *g = n->g + (int64_t)r * width;
    const float *addend = n->addend ? n->addend + (int64_t)r * width : NULL;
    float *dx = n->dx + (int64_t)r * width;
    float inverse = n->inverse[r];
    /* inverse * (h - a - n * b) = inverse * h - slope * x + start */
    float a = vf_total(h[r]) / (float)width, b = vf_total(hn[r]) / (float)width;
    float slope = inverse * inverse * b;
    vf mean = all(n->mean[r]), start = all(-inverse * a);
    for (i = 0; i + VL <= width; i += VL) {
      vf y = start - (load(x + i) - mean) * slope + load(g + i) * load(n->gamma + i) * inverse;
      store(dx + i, addend ? load(addend + i) + y : y);
    }
    if (i < width) {
      int rest = width - i;
      vf y = start - (vf_load_part(x + i, rest, 0) - mean) * slope;
      y += vf_load_part(g + i, rest, 0) * vf_load_part(n->gamma + i, rest, 0) * inverse;
      vf_store_part(dx + i, addend ? vf_load_part(addend + i, rest, 0) + y : y, rest);
    }
  }
}

static void layer_norm_gradient_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  const int32_t *p = call->p;
  int rows = p[0], width = p[1], chunk = layer_norm_gradient_chunk(p), sums = layer_norm_gradient_sums(p);
  if (phase == 1) {
    const float *parts = (const float *)call->shared;
    int chunks = up(rows, chunk);
    for (int which = 0; which < 2; which++) {
      float *to = value(call, 9 + which);
      if (!to) continue;
      memset(to, 0, (size_t)width * sizeof(float));
      for (int k = 0; k < chunks; k++) {
        const float *from = parts + ((int64_t)k * 2 + which) * width;
        for (int i = 0; i < width; i++) to[i] += from[i];
      }
    }
    return;
  }
  float *part = sums ? (float *)call->shared + (int64_t)task * 2 * width : NULL;
  if (sums) memset(part, 0, (size_t)width * 2 * sizeof(float));
  const float *x = value(call, 2), *g = value(call, 3), *mean = value(call, 4), *inverse = value(call, 5);
  const float *addend = value(call, 8);
  float *dx = value(call, 7);
  int first = task * chunk, last = least(rows, first + chunk);
  for (int row = first; row < last;) {
    int64_t at = (int64_t)row * width;
    NormGradient n = {
        .x = x + at, .g = g + at, .gamma = value(call, 6), .addend = addend ? addend + at : NULL,
        .dx = dx ? dx + at : NULL, .dgamma = part, .dbeta = sums ? part + width : NULL,
        .mean = mean + row, .inverse = inverse + row, .width = width,
    };
    if (row + LN_ROWS <= last) {
      layer_norm_gradient_rows(&n, LN_ROWS);
      row += LN_ROWS;
    } else {
      layer_norm_gradient_rows(&n, 1);
      row++;
    }
  }
}

static const KernelType rows_kernels[] = {
    {.name = "layerNorm", .rows = rows_count, .range = layer_norm_range, .row_bytes = layer_norm_bytes},
    {.name = "softmax", .rows = rows_count, .range = softmax_range, .row_bytes = softmax_bytes},
    {.name = "logSoftmax", .rows = rows_count, .range = log_softmax_range, .row_bytes = softmax_bytes},
    {
        .name = "layerNormGradient",
        .phases = layer_norm_gradient_phases,
        .shared_bytes = layer_norm_gradient_shared,
        .tasks = layer_norm_gradient_tasks,
        .run = layer_norm_gradient_run,
    },
};
