/*
 * Scaled dot-product attention and its gradient: one task for each head of each item of the batch, queries in blocks
 * whose scores stay in the second cache. Uses gemm.c and rows.c, which kernels.c includes before it.
 */
#include "kernel.h"
#include "simd.h"
#include "vmath.h"

#define ATTENTION_SCORES 131072 /* floats of a block's scores */

/* Queries of a block. */
static int attention_block(const int32_t *p) {
  int queries = p[2], least_rows = least(queries, 16);
  int blocks = up(queries, most(least_rows, ATTENTION_SCORES / most(p[3], 1)));
  return blocks == 0 ? 0 : up(queries, blocks);
}

static int attention_tasks(const int32_t *p, int phase) {
  (void)phase;
  return p[0] * p[1];
}

/* The value at parameter `slot`, whose strides of batch and head follow, for one task; NULL where there is none. */
INLINE float *attention_of(const Call *call, int slot, int task) {
  const int32_t *p = call->p;
  float *from = value(call, slot);
  return from ? from + (int64_t)(task / p[1]) * p[slot + 1] + (int64_t)(task % p[1]) * p[slot + 2] : NULL;
}

INLINE int64_t attention_round(int64_t bytes) { return (bytes + 63) / 64 * 64; }

/* Bytes of a block's scores where they have no place in the arena, and of the scratch of its products. */
static int64_t attention_scores_bytes(const int32_t *p) {
  return p[22] == NONE ? attention_round(4 * (int64_t)attention_block(p) * p[3]) : 0;
}
static int64_t attention_local(const int32_t *p) {
  int rows = attention_block(p);
  int64_t scores = gemm_serial_bytes(rows, p[3], p[4]), values = gemm_serial_bytes(rows, p[5], p[3]);
  return attention_scores_bytes(p) + (scores > values ? scores : values);
}

INLINE void attention_bias(float *scores, const float *bias, int64_t step, int keys) {
  if (step == 1) {
    int i = 0;
    for (; i + VL <= keys; i += VL) store(scores + i, load(scores + i) + load(bias + i));
    for (; i < keys; i++) scores[i] += bias[i];
  } else {
    for (int i = 0; i < keys; i++) scores[i] += bias[i * step];
  }
}

/*
 * attention: weights = softmax(factor * q k^T + bias), o = weights v.
 * 0 batch, 1 heads, 2 queries, 3 keys, 4 width, 5 value width,
 * 6 q [batch, heads, queries, width] with its strides 7 of batch, 8 of head, 9 of token, elements contiguous;
 * so 10-13 k [batch, heads, keys, width], 14-17 v [batch, heads, keys, value width], 18-21 o [batch, heads, queries,
 * value width]; 22 weights [batch, heads, queries, keys] dense, or NONE; 23 factor (bits);
 * 24 bias [batch, heads, queries, keys] or NONE, with its strides 25 to 28, each 0 where the axis is repeated.
 */
static void attention_run(const Call *call, int phase, int task, char *local) {
  (void)phase;
  const int32_t *p = call->p;
  int queries = p[2], keys = p[3], width = p[4], value_width = p[5], block = attention_block(p);
  const float *q = attention_of(call, 6, task), *k = attention_of(call, 10, task), *v = attention_of(call, 14, task);
  const float *bias = attention_of(call, 24, task);
  float *o = attention_of(call, 18, task), *weights = value(call, 22);
  if (weights) weights += (int64_t)task * queries * keys;
  char *scratch = local + attention_scores_bytes(p);
  for (int first = 0; first < queries; first += block) {
    int rows = least(block, queries - first);
    float *scores = weights ? weights + (int64_t)first * keys : (float *)local;
    gemm_serial(rows, keys, width, number(p, 23), q + (int64_t)first * p[9], p[9], 1, k, 1, p[13], scores, keys, 0,
                scratch);
    for (int row = 0; bias && row < rows; row++) {
      attention_bias(scores + (int64_t)row * keys, bias + (int64_t)(first + row) * p[27], p[28], keys);
    }
    rows_softmax(scores, keys, scores, keys, rows, keys);
    gemm_serial(rows, value_width, keys, 1.0f, scores, keys, 1, v, p[17], 1, o + (int64_t)first * p[21], p[21], 0,
                scratch);
  }
}

/* Rows of a block's s begin at whole vectors. */
INLINE int attention_step(const int32_t *p) { return up(p[3], VL) * VL; }
static int64_t attention_gradient_scores(const int32_t *p) {
  return attention_round(4 * (int64_t)attention_block(p) * attention_step(p));
}
static int64_t attention_gradient_local(const int32_t *p) {
  int rows = attention_block(p), keys = p[3], width = p[4], value_width = p[5];
  int64_t most_bytes = 0;
  const int shapes[4][3] = {
      {rows, keys, value_width}, {rows, width, keys}, {keys, width, rows}, {keys, value_width, rows}};
  for (int i = 0; i < 4; i++) {
    int64_t bytes = gemm_serial_bytes(shapes[i][0], shapes[i][1], shapes[i][2]);
    if (bytes > most_bytes) most_bytes = bytes;
  }
  return attention_gradient_scores(p) + most_bytes;
}

/* Sum of products of two rows. */
INLINE float attention_dot(const float *a, const float *b, int width) {
  vf sum = all(0), other = sum;
  int i = 0;
  for (; i + 2 * VL <= width; i += 2 * VL) {
    sum += load(a + i) * load(b + i);
    other += load(a + i + VL) * load(b + i + VL);
  }
  for (; i + VL <= width; i += VL) sum += load(a + i) * load(b + i);
  if (i < width) other += vf_load_part(a + i, width - i, 0) * vf_load_part(b + i, width - i, 0);
  return vf_total(sum + other);
}

/*
 * attentionGradient: with s = weights * (g v^T - row sums of g * o): dq = factor * s k, dk = factor * s^T q,
 * dv = weights^T g (Dao et al. 2022, FlashAttention, appendix B).
 * 0-5 as in attention, and with strides as there 6-9 q, 10-13 k, 14-17 v, 18-21 o, 22-25 g, the gradient of o;
 * 26 weights [batch, heads, queries, keys] dense, 27 factor (bits), with strides 28-31 dq, 32-35 dk, 36-39 dv, each of
 * the shape of q, k, v, or NONE.
 */
static void attention_gradient_run(const Call *call, int phase, int task, char *local) {
  (void)phase;
  const int32_t *p = call->p;
  int queries = p[2], keys = p[3], width = p[4], value_width = p[5], block = attention_block(p);
  float factor = number(p, 27);
  const float *q = attention_of(call, 6, task), *k = attention_of(call, 10, task), *v = attention_of(call, 14, task);
  const float *o = attention_of(call, 18, task), *g = attention_of(call, 22, task);
  const float *weights = value(call, 26) + (int64_t)task * queries * keys;
  float *dq = attention_of(call, 28, task), *dk = attention_of(call, 32, task), *dv = attention_of(call, 36, task);
  float *s = (float *)local;
  int step = attention_step(p);
  char *scratch = local + attention_gradient_scores(p);
  for (int first = 0; first < queries || first == 0; first += most(block, 1)) {
    int rows = least(block, queries - first), later = first > 0;
    const float *w = weights + (int64_t)first * keys, *grad = g + (int64_t)first * p[25];
    if (dv) {
      gemm_serial(keys, value_width, rows, 1.0f, w, 1, keys, grad, p[25], 1, dv, p[39], later, scratch);
    }
    if (!dq && !dk) continue;
    gemm_serial(rows, keys, value_width, 1.0f, grad, p[25], 1, v, 1, p[17], s, step, 0, scratch);
    for (int row = 0; row < rows; row++) {
      float *to = s + (int64_t)row * step;
      const float *weight = w + (int64_t)row * keys;
      float sum = attention_dot(grad + (int64_t)row * p[25], o + (int64_t)(first + row) * p[21], value_width);
      int i = 0;
      for (; i + VL <= keys; i += VL) store(to + i, (load(to + i) - sum) * load(weight + i));
      if (i < keys) store(to + i, (load(to + i) - sum) * vf_load_part(weight + i, keys - i, 0));
    }
    if (dq) {
      gemm_serial(rows, width, keys, factor, s, step, 1, k, p[13], 1, dq + (int64_t)first * p[31], p[31], 0, scratch);
    }
    if (dk) {
      gemm_serial(keys, width, rows, factor, s, 1, step, q + (int64_t)first * p[9], p[9], 1, dk, p[35], later, scratch);
    }
  }
}

static const KernelType attention_kernels[] = {
    {.name = "attention", .local_bytes = attention_local, .tasks = attention_tasks, .run = attention_run},
    {
        .name = "attentionGradient",
        .local_bytes = attention_gradient_local,
        .tasks = attention_tasks,
        .run = attention_gradient_run,
    },
};
