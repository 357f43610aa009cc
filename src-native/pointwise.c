/*
 * Fused element-wise programs: a small vector machine that runs each instruction over a block of elements, so that what
 * lies between the instructions stays in the first cache. Leaves and outputs that are dense over a block are read and
 * written where they lie; vectors and numbers that repeat are laid out once; other strides are copied element by element.
 *
 * pointwise computes outputs alone; pointwiseReduce sums and maxima as well (and outputs, if any). Parameters of both:
 *   0 R outer axes (0 to 6), 1 n inner length, 2 L leaves, 3 O outputs, 4 D reductions, 5 I instructions, 6 registers in all,
 *   R outer lengths,
 *   for each leaf: offset, inner stride, R outer strides (in elements; 0 repeats),
 *   for each output: offset, register, inner stride, R outer strides,
 *   for each reduction: kind, offset, register, factor (bits; the result times this),
 *   for each instruction: opcode, destination register, a, b, c.
 * Registers 0 to L - 1 are the leaves. An output may be a leaf's own memory with the same strides; no other overlap is
 * allowed. With R = 0 the n elements are one row, which the runtime cuts into pieces of POINTWISE_PIECE.
 *
 * Reductions: 0 sum over the rows -> [n]; 1 sum over the inner axis -> [rows]; 2 sum of everything -> [1]; 3 maximum and
 * 4 minimum of the inner axis -> [rows] (NaN where one is NaN).
 *
 * Instructions (f: floats, bool: float 0 or 1, i: int32; comparisons give bool):
 *    0 CONST word a        14 RECIPROCAL   28 SOFTPLUS log(1 + e^a)   42 IEQUAL     (i, i -> bool)
 *    1 MOVE                15 SQUARE       29 GREATER                 43 IGREATER   (i, i -> bool)
 *    2 ADD                 16 EXP          30 GREATER_EQUAL           44 ILESS      (i, i -> bool)
 *    3 SUB                 17 LOG          31 LESS                    45 I2F
 *    4 MUL                 18 ERF          32 LESS_EQUAL              46 F2I        (towards 0)
 *    5 DIV                 19 TANH         33 EQUAL                   47 F2BOOL     (a != 0)
 *    6 MAX (NaN stays)     20 SIN          34 NOT_EQUAL               48 I2BOOL
 *    7 MIN (NaN stays)     21 COS          35 AND                     49 GELU_CDF   (1 + erf(a / sqrt 2)) / 2
 *    8 FMA a * b + c       22 POW          36 OR                      51 IDIV       (floor; by 0: 0)
 *    9 FNMA c - a * b      23 FLOOR        37 NOT                     52 IMOD       (sign of b; by 0: 0)
 *   10 NEG                 24 CEIL         38 SELECT a ? b : c        53 ISNAN
 *   11 ABS                 25 ROUND (even) 39 IADD
 *   12 SIGN                26 RELU         40 ISUB
 *   13 SQRT                27 SIGMOID      41 IMUL
 */
#include "kernel.h"
#include "simd.h"
#include "vmath.h"

#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

/* Elements of the rows that a program without outer axes is cut into. */
#define POINTWISE_PIECE 2048
/* Elements of a block at most. */
#ifndef POINTWISE_BLOCK
#define POINTWISE_BLOCK 512
#endif
#define POINTWISE_AXES 7
/* Floats from one register to the next: not a power of two, so that not all lie in the same sets of the cache. */
#define POINTWISE_REGISTER (POINTWISE_BLOCK + 32)
/* Rows (or blocks of rows) that are summed by columns before their sum is added to that of all. */
#define POINTWISE_CHAIN 128
/* Floats of a leaf from which on its blocks are fetched ahead; a sixteenth of it where nothing is written between. */
#define POINTWISE_FETCHED (1 << 22)
/* Tasks of a reduction at most, and the elements that one has at least. */
#define POINTWISE_TASKS 64
#define POINTWISE_TASK_ELEMENTS 16384

/* ---- Instructions ---- */

/* One instruction (or two in one) over n elements, a multiple of VL; d may be a, b, c or e. */
typedef void PointwiseStep(float *d, const float *a, const float *b, const float *c, const float *e, int n);

typedef uint32_t pw_words __attribute__((vector_size(4 * VL)));

INLINE vf pw_bool(vi mask) { return (vf)(mask & (vi)all(1)); }
INLINE vf pw_int(vi x) { return (vf)x; }
INLINE vf pw_max(vf a, vf b) { return choose((a > b) | (a != a), a, b); }
INLINE vf pw_min(vf a, vf b) { return choose((a < b) | (a != a), a, b); }

#define PW_LANES(function)                                                                                     \
  float lanes[VL];                                                                                             \
  store(lanes, a);                                                                                             \
  for (int lane = 0; lane < VL; lane++) lanes[lane] = function(lanes[lane]);                                   \
  return load(lanes)

#if defined(__AVX512F__) && VL == 16
INLINE vf pw_sqrt(vf a) { return (vf)_mm512_sqrt_ps((__m512)a); }
INLINE vf pw_floor(vf a) { return (vf)_mm512_roundscale_ps((__m512)a, 9); }
INLINE vf pw_ceil(vf a) { return (vf)_mm512_roundscale_ps((__m512)a, 10); }
INLINE vf pw_round(vf a) { return (vf)_mm512_roundscale_ps((__m512)a, 8); }
#elif defined(__AVX__) && VL == 8
INLINE vf pw_sqrt(vf a) { return (vf)_mm256_sqrt_ps((__m256)a); }
INLINE vf pw_floor(vf a) { return (vf)_mm256_round_ps((__m256)a, 9); }
INLINE vf pw_ceil(vf a) { return (vf)_mm256_round_ps((__m256)a, 10); }
INLINE vf pw_round(vf a) { return (vf)_mm256_round_ps((__m256)a, 8); }
#elif defined(__aarch64__) && VL == 4
INLINE vf pw_sqrt(vf a) { return (vf)vsqrtq_f32((float32x4_t)a); }
INLINE vf pw_floor(vf a) { return (vf)vrndmq_f32((float32x4_t)a); }
INLINE vf pw_ceil(vf a) { return (vf)vrndpq_f32((float32x4_t)a); }
INLINE vf pw_round(vf a) { return (vf)vrndnq_f32((float32x4_t)a); }
#else
INLINE vf pw_sqrt(vf a) { PW_LANES(sqrtf); }
INLINE vf pw_floor(vf a) { PW_LANES(floorf); }
INLINE vf pw_ceil(vf a) { PW_LANES(ceilf); }
INLINE vf pw_round(vf a) { PW_LANES(rintf); }
#endif

INLINE vf pw_sign(vf a) {
  vf sign = choose(a == 0.0f, all(0), vf_signed(all(1), a));
  return choose(a != a, a, sign);
}
/* max(a, 0) + log(1 + e), e = e^-|a|; what is lost in 1 + e comes back as the quotient e / ((1 + e) - 1). */
INLINE vf pw_softplus(vf a) {
  vf e = vf_exp(-vf_abs(a));
  vf u = e + 1.0f, exact = u - 1.0f;
  vf log1p = choose(exact == 0.0f, e, vf_log(u) * (e / exact));
  return choose(a > 0.0f, a, choose(a != a, a, all(0))) + log1p;
}
INLINE vf pw_relu(vf a) {
#if defined(__AVX512F__) && VL == 16
  return (vf)_mm512_max_ps((__m512)all(0), (__m512)a); /* the second where either is NaN */
#elif defined(__AVX__) && VL == 8
  return (vf)_mm256_max_ps((__m256)all(0), (__m256)a);
#else
  return choose((a > 0.0f) | (a != a), a, all(0));
#endif
}

/* Functions of several vectors at a time: their chains of instructions depend on each other less than one long one. */
#define PW_GROUP 4
#define PW_EACH _Pragma("GCC unroll 4") for (int k = 0; k < count; k++)

/* low where x is below it, high where above; NaN stays. */
INLINE vf pw_clamp(vf x, float low, float high) {
#if defined(__AVX512F__) && VL == 16
  return (vf)_mm512_min_ps((__m512)all(high), _mm512_max_ps((__m512)all(low), (__m512)x));
#elif defined(__AVX__) && VL == 8
  return (vf)_mm256_min_ps((__m256)all(high), _mm256_max_ps((__m256)all(low), (__m256)x));
#else
  return vf_clamp(x, low, high);
#endif
}

/* y * 2^whole for whole numbers from -151 to 129, rounded once where the result is below the normal numbers. */
INLINE vf pw_scale(vf y, vf whole) {
#if defined(__AVX512F__) && VL == 16
  return (vf)_mm512_scalef_ps((__m512)y, (__m512)whole);
#else
  vi n = __builtin_convertvector(whole, vi), half = n >> 1;
  return y * (vf)((half + 127) << 23) * (vf)((n - half + 127) << 23);
#endif
}

/* x = e^x, as vf_exp. */
INLINE void pw_exp(vf *x, int count) {
  vf n[PW_GROUP], r[PW_GROUP], q[PW_GROUP];
  PW_EACH x[k] = pw_clamp(x[k], -104.0f, 89.0f);
  PW_EACH n[k] = (x[k] * 1.44269504f + VMATH_ROUND) - VMATH_ROUND;
  PW_EACH r[k] = x[k] - n[k] * 0.693145752f;
  PW_EACH r[k] = r[k] - n[k] * 1.42860677e-06f;
  PW_EACH q[k] = 0.00138144661f * r[k] + 0.00836878084f;
  PW_EACH q[k] = q[k] * r[k] + 0.0416683927f;
  PW_EACH q[k] = q[k] * r[k] + 0.166665196f;
  PW_EACH q[k] = q[k] * r[k] + 0.49999994f;
  PW_EACH q[k] = (q[k] * r[k] * r[k] + r[k]) + 1.0f;
  PW_EACH x[k] = pw_scale(q[k], n[k]);
}

INLINE void pw_sigmoid(vf *x, int count) {
  PW_EACH x[k] = -x[k];
  pw_exp(x, count);
  PW_EACH x[k] = 1.0f / (1.0f + x[k]);
}

/*
 * The normal distribution function: 2^h(|x|) is what is beyond |x|, with h a fit to log2 of it on [0, 7] (2e-8; relatively
 * 2e-4 at the far end, where 0.5 + 0.5 erf has lost all digits); beyond 7 it is 1e-12.
 */
INLINE void pw_cdf(vf *x, int count) {
  vf b[PW_GROUP], h[PW_GROUP], n[PW_GROUP], q[PW_GROUP];
  PW_EACH b[k] = pw_clamp(vf_abs(x[k]), 0, 7.0f);
  PW_EACH h[k] = 1.31118995e-07f * b[k] - 3.49270931e-06f;
  PW_EACH h[k] = h[k] * b[k] + 3.60715894e-05f;
  PW_EACH h[k] = h[k] * b[k] - 0.000155047164f;
  PW_EACH h[k] = h[k] * b[k] - 0.000224849195f;
  PW_EACH h[k] = h[k] * b[k] + 0.00718080346f;
  PW_EACH h[k] = h[k] * b[k] - 0.0525740869f;
  PW_EACH h[k] = h[k] * b[k] - 0.459184319f;
  PW_EACH h[k] = h[k] * b[k] - 1.15110791f;
  PW_EACH h[k] = h[k] * b[k] - 1.0f;
  PW_EACH n[k] = (h[k] + VMATH_ROUND) - VMATH_ROUND;
  PW_EACH h[k] = h[k] - n[k];
  PW_EACH q[k] = 0.00015476298f * h[k] + 0.00134002697f;
  PW_EACH q[k] = q[k] * h[k] + 0.00961800385f;
  PW_EACH q[k] = q[k] * h[k] + 0.055503279f;
  PW_EACH q[k] = q[k] * h[k] + 0.240226507f;
  PW_EACH q[k] = q[k] * h[k] + 0.693147182f;
  PW_EACH q[k] = q[k] * h[k] + 1.0f;
  PW_EACH q[k] = pw_scale(q[k], n[k]);
  PW_EACH x[k] = vf_above(x[k], all(0), 1.0f - q[k], q[k]);
}

INLINE vf pw_pow(vf a, vf b) {
  float base[VL], exponent[VL];
  store(base, a);
  store(exponent, b);
  for (int lane = 0; lane < VL; lane++) base[lane] = powf(base[lane], exponent[lane]);
  return load(base);
}

/* Quotient rounded down and its remainder, as NumPy's: by 0 both are 0. */
static inline int32_t pw_quotient(int32_t a, int32_t b) {
  if (b == 0) return 0;
  if (b == -1) return (int32_t)(0u - (uint32_t)a);
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}
static inline int32_t pw_remainder(int32_t a, int32_t b) {
  if (b == 0 || b == -1) return 0;
  int32_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
INLINE vi pw_idiv(vi a, vi b) {
  vi result;
  for (int lane = 0; lane < VL; lane++) result[lane] = pw_quotient(a[lane], b[lane]);
  return result;
}
INLINE vi pw_imod(vi a, vi b) {
  vi result;
  for (int lane = 0; lane < VL; lane++) result[lane] = pw_remainder(a[lane], b[lane]);
  return result;
}

#define PW_STEP1(name, result)                                                                                 \
  static void pw_step_##name(float *d, const float *pa, const float *pb, const float *pc,                      \
                               const float *pe, int n) {                                                       \
    (void)pb, (void)pc, (void)pe;                                                                              \
    _Pragma("GCC unroll 4") for (int i = 0; i < n; i += VL) {                                                  \
      vf a = load(pa + i);                                                                                     \
      store(d + i, result);                                                                                    \
    }                                                                                                          \
  }
#define PW_STEP2(name, result)                                                                                 \
  static void pw_step_##name(float *d, const float *pa, const float *pb, const float *pc,                      \
                               const float *pe, int n) {                                                       \
    (void)pc, (void)pe;                                                                                        \
    _Pragma("GCC unroll 4") for (int i = 0; i < n; i += VL) {                                                  \
      vf a = load(pa + i), b = load(pb + i);                                                                   \
      store(d + i, result);                                                                                    \
    }                                                                                                          \
  }
#define PW_STEP3(name, result)                                                                                 \
  static void pw_step_##name(float *d, const float *pa, const float *pb, const float *pc,                      \
                               const float *pe, int n) {                                                       \
    (void)pe;                                                                                                  \
    _Pragma("GCC unroll 4") for (int i = 0; i < n; i += VL) {                                                  \
      vf a = load(pa + i), b = load(pb + i), c = load(pc + i);                                                 \
      store(d + i, result);                                                                                    \
    }                                                                                                          \
  }

/* A function of a group of vectors; its result times e where `times`. */
#define PW_GROUPED(name, function, times)                                                                      \
  static void pw_step_##name(float *d, const float *a, const float *b, const float *c, const float *e,         \
                             int n) {                                                                          \
    (void)b, (void)c, (void)e;                                                                                 \
    int i = 0;                                                                                                 \
    for (; i + PW_GROUP * VL <= n; i += PW_GROUP * VL) {                                                       \
      vf x[PW_GROUP] = {load(a + i), load(a + i + VL), load(a + i + 2 * VL), load(a + i + 3 * VL)};            \
      function(x, PW_GROUP);                                                                                   \
      for (int k = 0; k < PW_GROUP; k++) store(d + i + k * VL, times ? x[k] * load(e + i + k * VL) : x[k]);    \
    }                                                                                                          \
    for (; i < n; i += VL) {                                                                                   \
      vf x[1] = {load(a + i)};                                                                                 \
      function(x, 1);                                                                                          \
      store(d + i, times ? x[0] * load(e + i) : x[0]);                                                         \
    }                                                                                                          \
  }
/* An instruction's result v, used at once. */
#define PW_PAIR(name, operand_b, operand_c, operand_e, first, result)                                          \
  static void pw_step_##name(float *d, const float *pa, const float *pb, const float *pc,                      \
                             const float *pe, int n) {                                                         \
    _Pragma("GCC unroll 4") for (int i = 0; i < n; i += VL) {                                                  \
      vf a = load(pa + i), b = load(operand_b + i), c = load(operand_c + i), e = load(operand_e + i);          \
      vf v = first;                                                                                            \
      (void)pb, (void)pc, (void)pe, (void)b, (void)c, (void)e;                                                 \
      store(d + i, result);                                                                                    \
    }                                                                                                          \
  }

PW_STEP1(copy, a)
PW_STEP2(add, a + b)
PW_STEP2(sub, a - b)
PW_STEP2(mul, a * b)
PW_STEP2(div, a / b)
PW_STEP2(max, pw_max(a, b))
PW_STEP2(min, pw_min(a, b))
PW_STEP3(fma, a * b + c)
PW_STEP3(fnma, c - a * b)
PW_STEP1(neg, -a)
PW_STEP1(abs, vf_abs(a))
PW_STEP1(sign, pw_sign(a))
PW_STEP1(sqrt, pw_sqrt(a))
PW_STEP1(reciprocal, 1.0f / a)
PW_STEP1(square, a * a)
PW_STEP1(cube, a * a * a)
PW_GROUPED(exp, pw_exp, 0)
PW_STEP1(log, vf_log(a))
PW_STEP1(erf, vf_erf(a))
PW_STEP1(tanh, vf_tanh(a))
PW_STEP1(sin, vf_sin(a))
PW_STEP1(cos, vf_cos(a))
PW_STEP2(pow, pw_pow(a, b))
PW_STEP1(floor, pw_floor(a))
PW_STEP1(ceil, pw_ceil(a))
PW_STEP1(round, pw_round(a))
PW_STEP1(relu, pw_relu(a))
PW_GROUPED(sigmoid, pw_sigmoid, 0)
PW_STEP1(softplus, pw_softplus(a))
PW_STEP2(greater, pw_bool(a > b))
PW_STEP2(greater_equal, pw_bool(a >= b))
PW_STEP2(less, pw_bool(a < b))
PW_STEP2(less_equal, pw_bool(a <= b))
PW_STEP2(equal, pw_bool(a == b))
PW_STEP2(not_equal, pw_bool(a != b))
PW_STEP2(and, (vf)((vi)a & (vi)b))
PW_STEP2(or, (vf)((vi)a | (vi)b))
PW_STEP1(not, pw_bool(a == 0.0f))
PW_STEP3(select, choose(a != 0.0f, b, c))
PW_STEP2(iadd, (vf)((pw_words)a + (pw_words)b))
PW_STEP2(isub, (vf)((pw_words)a - (pw_words)b))
PW_STEP2(imul, (vf)((pw_words)a * (pw_words)b))
PW_STEP2(iequal, pw_bool((vi)a == (vi)b))
PW_STEP2(igreater, pw_bool((vi)a > (vi)b))
PW_STEP2(iless, pw_bool((vi)a < (vi)b))
PW_STEP1(i2f, __builtin_convertvector((vi)a, vf))
PW_STEP1(f2i, pw_int(__builtin_convertvector(a, vi)))
PW_STEP1(f2bool, pw_bool(a != 0.0f))
PW_STEP1(i2bool, pw_bool((vi)a != 0))
PW_GROUPED(cdf, pw_cdf, 0)
PW_STEP2(idiv, pw_int(pw_idiv((vi)a, (vi)b)))
PW_STEP2(imod, pw_int(pw_imod((vi)a, (vi)b)))
PW_STEP1(isnan, pw_bool(a != a))
PW_GROUPED(exp_mul, pw_exp, 1)
PW_GROUPED(cdf_mul, pw_cdf, 1)
PW_GROUPED(sigmoid_mul, pw_sigmoid, 1)
PW_PAIR(add_mul, pb, pa, pe, a + b, v * e)
PW_PAIR(sub_mul, pb, pa, pe, a - b, v * e)
PW_PAIR(mul_mul, pb, pa, pe, a * b, v * e)
PW_PAIR(square_mul, pa, pa, pe, a * a, v * e)
PW_PAIR(fma_mul, pb, pc, pe, a * b + c, v * e)
PW_PAIR(fnma_mul, pb, pc, pe, c - a * b, v * e)
PW_PAIR(add_add, pb, pa, pe, a + b, v + e)
PW_PAIR(sub_add, pb, pa, pe, a - b, v + e)
PW_PAIR(fma_add, pb, pc, pe, a * b + c, v + e)
PW_PAIR(fnma_add, pb, pc, pe, c - a * b, v + e)
PW_PAIR(add_relu, pb, pa, pa, a + b, pw_relu(v))
PW_PAIR(fma_relu, pb, pc, pa, a * b + c, pw_relu(v))
PW_PAIR(fnma_relu, pb, pc, pa, c - a * b, pw_relu(v))

enum { PW_CONST = 0, PW_MOVE = 1, PW_SQRT = 13, PW_RECIPROCAL = 14, PW_SQUARE = 15, PW_POW = 22, PW_CUBE = 54, PW_OPS };

static const struct {
  PointwiseStep *step;
  int operands;
} pw_ops[PW_OPS] = {
    {NULL, 0}, {NULL, 1}, {pw_step_add, 2}, {pw_step_sub, 2}, {pw_step_mul, 2}, {pw_step_div, 2},
    {pw_step_max, 2}, {pw_step_min, 2}, {pw_step_fma, 3}, {pw_step_fnma, 3}, {pw_step_neg, 1}, {pw_step_abs, 1},
    {pw_step_sign, 1}, {pw_step_sqrt, 1}, {pw_step_reciprocal, 1}, {pw_step_square, 1}, {pw_step_exp, 1},
    {pw_step_log, 1}, {pw_step_erf, 1}, {pw_step_tanh, 1}, {pw_step_sin, 1}, {pw_step_cos, 1}, {pw_step_pow, 2},
    {pw_step_floor, 1}, {pw_step_ceil, 1}, {pw_step_round, 1}, {pw_step_relu, 1}, {pw_step_sigmoid, 1},
    {pw_step_softplus, 1}, {pw_step_greater, 2}, {pw_step_greater_equal, 2}, {pw_step_less, 2},
    {pw_step_less_equal, 2}, {pw_step_equal, 2}, {pw_step_not_equal, 2}, {pw_step_and, 2}, {pw_step_or, 2},
    {pw_step_not, 1}, {pw_step_select, 3}, {pw_step_iadd, 2}, {pw_step_isub, 2}, {pw_step_imul, 2},
    {pw_step_iequal, 2}, {pw_step_igreater, 2}, {pw_step_iless, 2}, {pw_step_i2f, 1}, {pw_step_f2i, 1},
    {pw_step_f2bool, 1}, {pw_step_i2bool, 1}, {pw_step_cdf, 1}, {NULL, 0}, {pw_step_idiv, 2}, {pw_step_imod, 2},
    {pw_step_isnan, 1}, {pw_step_cube, 1},
};

/*
 * Instructions whose result only the next one reads, done in one. Products followed by a sum are not among them: they would
 * be rounded once, not twice, and a program's results depend on no more than what it says.
 */
static const struct {
  int first, second; /* the second is symmetric */
  PointwiseStep *step;
} pw_pairs[] = {
    {2, 4, pw_step_add_mul},    {3, 4, pw_step_sub_mul},    {4, 4, pw_step_mul_mul},
    {15, 4, pw_step_square_mul}, {8, 4, pw_step_fma_mul},   {9, 4, pw_step_fnma_mul},
    {2, 2, pw_step_add_add},    {3, 2, pw_step_sub_add},    {8, 2, pw_step_fma_add},
    {9, 2, pw_step_fnma_add},   {2, 26, pw_step_add_relu},  {8, 26, pw_step_fma_relu},
    {9, 26, pw_step_fnma_relu}, {16, 4, pw_step_exp_mul},   {49, 4, pw_step_cdf_mul},
    {27, 4, pw_step_sigmoid_mul},
};

static PointwiseStep *pw_pair(int first, int second) {
  for (size_t i = 0; i < sizeof pw_pairs / sizeof *pw_pairs; i++) {
    if (pw_pairs[i].first == first && pw_pairs[i].second == second) return pw_pairs[i].step;
  }
  return NULL;
}

/* ---- Parameters and how a call is cut ---- */

typedef struct {
  int outer, n, leaves, outputs, reductions, instructions, registers;
  const int32_t *lengths, *leaf, *output, *reduction, *instruction;
  int64_t rows;
} PointwiseShape;

static PointwiseShape pw_shape(const int32_t *p) {
  PointwiseShape s = {p[0], p[1], p[2], p[3], p[4], p[5], p[6], p + 7, NULL, NULL, NULL, NULL, 1};
  s.leaf = s.lengths + s.outer;
  s.output = s.leaf + s.leaves * (2 + s.outer);
  s.reduction = s.output + s.outputs * (3 + s.outer);
  s.instruction = s.reduction + 4 * s.reductions;
  for (int i = 0; i < s.outer; i++) s.rows *= s.lengths[i];
  return s;
}

/* Reductions as they are computed: those to one number are one kind whatever made them so. */
typedef enum { PW_COLUMNS, PW_ROW_SUM, PW_SUM, PW_ROW_MAX, PW_ROW_MIN, PW_MAX, PW_MIN } PointwiseKind;

static PointwiseKind pw_kind(const PointwiseShape *s, int reduction) {
  int kind = s->reduction[4 * reduction];
  if (kind == 0) return s->n == 1 ? PW_SUM : PW_COLUMNS;
  if (kind == 1) return s->rows == 1 ? PW_SUM : PW_ROW_SUM;
  if (kind == 3) return s->rows == 1 ? PW_MAX : PW_ROW_MAX;
  if (kind == 4) return s->rows == 1 ? PW_MIN : PW_ROW_MIN;
  return PW_SUM;
}
static int pw_of_rows(PointwiseKind kind) { return kind == PW_ROW_SUM || kind == PW_ROW_MAX || kind == PW_ROW_MIN; }

/* Tasks of a reduction: pieces of all elements where rows do not matter, else chunks of rows times chunks of columns. */
typedef struct {
  int by_rows, whole_rows; /* whether rows matter; whether one task has all columns of a row because a result needs them */
  int row_chunks, column_chunks, width;
  int64_t chunk; /* rows, or elements */
} PointwiseCut;

static PointwiseCut pw_cut(const PointwiseShape *s) {
  PointwiseCut cut = {0, 0, 1, 1, s->n, 0};
  int columns = 0;
  for (int i = 0; i < s->reductions; i++) {
    PointwiseKind kind = pw_kind(s, i);
    if (kind == PW_COLUMNS) columns = 1;
    if (pw_of_rows(kind)) cut.whole_rows = 1;
  }
  cut.by_rows = columns || cut.whole_rows;
  int64_t elements = s->rows * s->n, wanted = elements / POINTWISE_TASK_ELEMENTS;
  int tasks = wanted < 1 ? 1 : wanted > POINTWISE_TASKS ? POINTWISE_TASKS : (int)wanted;
  if (!cut.by_rows) {
    cut.chunk = (elements + tasks - 1) / tasks;
    cut.chunk = (cut.chunk + POINTWISE_PIECE - 1) / POINTWISE_PIECE * POINTWISE_PIECE;
    cut.row_chunks = cut.chunk == 0 ? 1 : (int)((elements + cut.chunk - 1) / cut.chunk);
    return cut;
  }
  if (columns) tasks = least(tasks, POINTWISE_TASKS / 2);
  int64_t chunks = s->rows < tasks ? s->rows : tasks;
  if (!cut.whole_rows && s->n >= 1024) {
    if (chunks > s->rows / 32) chunks = s->rows / 32 < 1 ? 1 : s->rows / 32;
    cut.column_chunks = most(1, least(up(tasks, (int)chunks), s->n / 512));
    cut.width = up(up(s->n, cut.column_chunks), 128) * 128;
    cut.column_chunks = up(s->n, cut.width);
  }
  if (chunks < 1) chunks = 1;
  cut.chunk = (s->rows + chunks - 1) / chunks;
  cut.row_chunks = cut.chunk == 0 ? 1 : (int)((s->rows + cut.chunk - 1) / cut.chunk);
  return cut;
}

/* ---- The machine ---- */

/* How a leaf or output lies over a block: dense; a row that repeats; one number a row (or one alone); anything else. */
typedef enum { PW_DENSE, PW_REPEATED, PW_SPREAD, PW_STRIDED } PointwiseLayout;

typedef struct {
  float *base, *row;      /* of all, and of the first row of the segment */
  const float *low, *end; /* the memory that it spans */
  float *buffer;          /* its block where it is not used in place */
  const float *laid_out;  /* what the buffer holds, where it repeats */
  int64_t strides[POINTWISE_AXES], inner, step;
  PointwiseLayout layout;
  int fetched; /* whether what follows is asked for early, because it is too much for the caches */
  int source; /* of an output: the block that it is copied from, or -1: computed in place */
} PointwiseOperand;

typedef struct {
  PointwiseKind kind;
  int source, chained;
  float *to, *near, *far, factor, extreme;
  double total;
} PointwiseReduction;

typedef struct {
  PointwiseStep *step;
  int d, a, b, c, e;
} PointwiseInstruction;

typedef struct {
  PointwiseOperand *operands; /* leaves, then outputs */
  PointwiseReduction *reductions;
  PointwiseInstruction *steps;
  float **blocks; /* where the block of each leaf, output, constant and register is */
  int leaves, outputs, reduction_count, step_count;
  int axes, n, lines, stack, piece; /* rows of a segment; rows of a block; elements of a block within a row */
  int64_t lengths[POINTWISE_AXES];
  int64_t first_row; /* of the segment */
  int low, high;     /* columns of the task */
} Pointwise;

#define PW_ALIGNED(bytes) (((int64_t)(bytes) + 63) & ~(int64_t)63)

static int64_t pw_blocks(const PointwiseShape *s) {
  return (int64_t)s->leaves + 2 * s->outputs + s->registers + s->instructions;
}
static int pw_near_length(int n) { return most(n, POINTWISE_BLOCK) + VL; }

static int64_t pointwise_local(const int32_t *p) {
  PointwiseShape s = pw_shape(p);
  int constants = 0, columns = 0;
  for (int i = 0; i < s.instructions; i++) constants += s.instruction[5 * i] == PW_CONST;
  for (int i = 0; i < s.reductions; i++) columns += pw_kind(&s, i) == PW_COLUMNS;
  PointwiseCut cut = pw_cut(&s);
  int values = s.leaves + s.instructions + s.outputs;
  return PW_ALIGNED(sizeof(Pointwise)) + PW_ALIGNED((s.leaves + s.outputs) * sizeof(PointwiseOperand)) +
         PW_ALIGNED(s.reductions * sizeof(PointwiseReduction)) +
         PW_ALIGNED((s.instructions + s.outputs) * sizeof(PointwiseInstruction)) + PW_ALIGNED(pw_blocks(&s) * sizeof(float *)) +
         PW_ALIGNED((2 * values + 2 * s.registers + 2 * s.outputs + 3 * (s.instructions + s.outputs)) * sizeof(int)) +
         (int64_t)(s.leaves + 2 * s.outputs + s.registers + constants) * POINTWISE_REGISTER * 4 +
         columns * PW_ALIGNED(pw_near_length(cut.width) * sizeof(float));
}

static void *pw_take(char **local, int64_t bytes) {
  void *taken = *local;
  *local += PW_ALIGNED(bytes);
  return taken;
}

/* An operand's place and its strides over the axes that remain. */
static void pw_place(PointwiseOperand *x, const Call *call, int32_t offset, const int64_t *lengths, int axes) {
  x->base = call->arena + (uint32_t)offset;
  const float *low = x->base, *end = x->base + 1;
  for (int i = 0; i < axes; i++) {
    int64_t reach = (lengths[i] - 1) * x->strides[i];
    if (reach > 0) end += reach;
    else low += reach;
  }
  x->low = low;
  x->end = end;
  x->laid_out = NULL;
}

/* Drops axes of length 1 and joins those that all operands walk through as one; the inner axis stays where rows matter. */
static void pw_join_axes(Pointwise *m, int operands, int keep_inner) {
  int kept = 0;
  for (int i = 0; i < m->axes; i++) {
    int inner = keep_inner && i == m->axes - 1;
    if (m->lengths[i] == 1 && !inner) continue;
    int join = kept > 0 && !inner && m->lengths[kept - 1] * m->lengths[i] < INT32_MAX / 2;
    for (int x = 0; x < operands && join; x++) {
      const int64_t *strides = m->operands[x].strides;
      join = strides[kept - 1] == strides[i] * m->lengths[i];
    }
    int to = join ? kept - 1 : kept++;
    m->lengths[to] = join ? m->lengths[to] * m->lengths[i] : m->lengths[i];
    for (int x = 0; x < operands; x++) m->operands[x].strides[to] = m->operands[x].strides[i];
  }
  if (kept == 0) {
    m->lengths[kept++] = 1;
    for (int x = 0; x < operands; x++) m->operands[x].strides[0] = 1;
  }
  m->axes = kept;
}

/* How many rows a block has, or how many elements of one row; and how operands lie over such blocks. */
static void pw_block_shape(Pointwise *m, int operands) {
  int64_t n = m->lengths[m->axes - 1];
  m->n = (int)n;
  m->lines = m->axes > 1 ? (int)m->lengths[m->axes - 2] : 1;
  m->stack = 1;
  m->piece = POINTWISE_BLOCK;
  if (n > POINTWISE_BLOCK) {
    int pieces = (int)((n + POINTWISE_BLOCK - 1) / POINTWISE_BLOCK);
    m->piece = up((int)((n + pieces - 1) / pieces), VL) * VL;
  } else if (n > 0 && m->lines > 1) {
    int even = 1;
    while (even * n % VL) even *= 2;
    m->stack = POINTWISE_BLOCK / (int)n;
    if (m->stack >= even) m->stack = m->stack / even * even;
  }
  for (int i = 0; i < operands; i++) {
    PointwiseOperand *x = &m->operands[i];
    x->inner = n == 1 ? 1 : x->strides[m->axes - 1];
    x->step = m->axes > 1 ? x->strides[m->axes - 2] : 0;
    x->layout = PW_STRIDED;
    x->fetched = x->end - x->low >= (m->outputs > 0 ? POINTWISE_FETCHED : POINTWISE_FETCHED / 16);
    if (x->inner == 1) {
      if (m->stack == 1 || x->step == n) x->layout = PW_DENSE;
      else if (x->step == 0) x->layout = PW_REPEATED;
    } else if (x->inner == 0) {
      x->layout = PW_SPREAD;
    }
  }
}

/* Any 32-bit word in all places: an addition would change some of them. */
static void pw_fill(float *to, const void *word, int count) {
  int32_t bits;
  memcpy(&bits, word, sizeof bits);
  vf v = (vf)((vi){} + bits);
  for (int i = 0; i < count; i += VL) store(to + i, v);
}

/* Whether an output's memory is that of a leaf. */
static int pw_same_memory(const PointwiseOperand *x, const PointwiseOperand *leaf) {
  return x->low < leaf->end && leaf->low < x->end;
}

/*
 * Reads the program: every instruction gets a block of its own for its result while that is needed; moves vanish, constants
 * are laid out once, results that nobody needs are not computed. What ends as a dense output is computed in place, unless
 * a leaf in the same memory is still needed then.
 */
static Pointwise *pw_prepare(const Call *call, const PointwiseShape *s, int keep_inner, char *local) {
  Pointwise *m = pw_take(&local, sizeof *m);
  int operands = s->leaves + s->outputs, leaves = s->leaves;
  m->operands = pw_take(&local, operands * (int64_t)sizeof *m->operands);
  m->reductions = pw_take(&local, s->reductions * (int64_t)sizeof *m->reductions);
  m->steps = pw_take(&local, (s->instructions + s->outputs) * (int64_t)sizeof *m->steps);
  m->blocks = pw_take(&local, pw_blocks(s) * (int64_t)sizeof *m->blocks);
  m->leaves = leaves;
  m->outputs = s->outputs;
  m->reduction_count = s->reductions;

  m->axes = s->outer + 1;
  for (int i = 0; i < s->outer; i++) m->lengths[i] = s->lengths[i];
  m->lengths[s->outer] = s->n;
  for (int i = 0; i < operands; i++) {
    const int32_t *words = i < leaves ? s->leaf + i * (2 + s->outer) : s->output + (i - leaves) * (3 + s->outer);
    const int32_t *strides = words + (i < leaves ? 1 : 2);
    PointwiseOperand *x = &m->operands[i];
    for (int k = 0; k < s->outer; k++) x->strides[k] = strides[1 + k];
    x->strides[s->outer] = strides[0];
    pw_place(x, call, words[0], m->lengths, m->axes);
  }
  pw_join_axes(m, operands, keep_inner);
  pw_block_shape(m, operands);

  /* Values: leaves, then the result of each instruction, then copies of leaves that an output would overwrite. */
  int count = s->instructions, values = leaves + s->instructions + s->outputs;
  int64_t numbers = 2 * values + 2 * s->registers + 2 * s->outputs + 3 * (count + s->outputs);
  int *words = pw_take(&local, numbers * (int64_t)sizeof(int));
  int *last = words, *place = last + values, *holds = place + values, *free_blocks = holds + s->registers;
  int *ends = free_blocks + s->registers + s->outputs, *sources = ends + s->outputs;
  enum { NEVER = -1, FREED = -2 };
  for (int i = 0; i < values; i++) last[i] = NEVER, place[i] = -1;
  for (int i = 0; i < s->registers; i++) holds[i] = i < leaves ? i : 0;
  for (int t = 0; t < count; t++) {
    const int32_t *w = s->instruction + 5 * t;
    int *source = sources + 3 * t;
    for (int i = 0; i < pw_ops[w[0]].operands; i++) source[i] = holds[w[2 + i]];
    int moved = w[0] == PW_MOVE;
    if (w[0] == PW_POW && source[1] >= leaves && s->instruction[5 * (source[1] - leaves)] == PW_CONST) {
      moved = number(s->instruction, 5 * (source[1] - leaves) + 2) == 1.0f;
    }
    holds[w[1]] = moved ? source[0] : leaves + t;
  }
  /* A leaf that is an output elsewhere, while another output lies over the leaf, is copied first. */
  int copies = 0;
  for (int o = 0; o < s->outputs; o++) {
    int value = holds[s->output[o * (3 + s->outer) + 1]];
    if (value < leaves) {
      int overwritten = 0;
      for (int k = 0; k < s->outputs; k++) {
        overwritten |= k != o && pw_same_memory(&m->operands[leaves + k], &m->operands[value]);
      }
      if (overwritten) {
        sources[3 * (count + copies)] = value;
        value = leaves + count + copies++;
      }
    }
    ends[o] = value;
    last[value] = count;
  }
  for (int i = 0; i < s->reductions; i++) last[holds[s->reduction[4 * i + 2]]] = count;
  for (int t = count - 1; t >= 0; t--) {
    const int32_t *w = s->instruction + 5 * t;
    if (last[leaves + t] == NEVER) continue;
    for (int i = 0; i < pw_ops[w[0]].operands; i++) {
      int source = sources[3 * t + i];
      if (last[source] == NEVER) last[source] = t;
    }
  }

  for (int i = 0; i < operands; i++) m->operands[i].buffer = pw_take(&local, POINTWISE_REGISTER * 4);
  for (int i = 0; i < leaves; i++) {
    place[i] = i;
    m->blocks[i] = m->operands[i].buffer;
  }
  for (int o = 0; o < s->outputs; o++) {
    PointwiseOperand *x = &m->operands[leaves + o];
    int value = ends[o], safe = x->layout == PW_DENSE && value >= leaves && value < leaves + count && place[value] < 0 &&
                                s->instruction[5 * (value - leaves)] != PW_CONST;
    for (int i = 0; i < leaves && safe; i++) safe = last[i] <= value - leaves || !pw_same_memory(x, &m->operands[i]);
    if (safe) place[value] = leaves + o;
    m->blocks[leaves + o] = x->buffer;
    x->source = safe ? -1 : 0;
  }
  int next = operands, free_count = 0;
  m->step_count = 0;
  for (int i = 0; i < copies; i++) {
    place[leaves + count + i] = next;
    m->blocks[next] = pw_take(&local, POINTWISE_REGISTER * 4);
    m->steps[m->step_count++] = (PointwiseInstruction){pw_step_copy, next, sources[3 * (count + i)], 0, 0, 0};
    next++;
  }
  int constants = next;
  for (int t = 0; t < count; t++) {
    const int32_t *w = s->instruction + 5 * t;
    if (w[0] != PW_CONST || last[leaves + t] == NEVER) continue;
    place[leaves + t] = next;
    m->blocks[next] = pw_take(&local, POINTWISE_REGISTER * 4);
    pw_fill(m->blocks[next++], w + 2, POINTWISE_BLOCK);
  }
  int registers = next;
  for (int t = 0; t < count; t++) {
    const int32_t *w = s->instruction + 5 * t;
    int value = leaves + t, op = w[0], used = pw_ops[op].operands, from = t;
    if (last[value] == NEVER || op == PW_MOVE || op == PW_CONST) continue;
    const int *source = sources + 3 * t;
    if (op == PW_POW && place[source[1]] >= constants && place[source[1]] < registers) {
      float exponent = number(s->instruction, 5 * (source[1] - leaves) + 2);
      if (exponent == 2.0f) op = PW_SQUARE;
      if (exponent == 3.0f) op = PW_CUBE;
      if (exponent == 0.5f) op = PW_SQRT;
      if (exponent == -1.0f) op = PW_RECIPROCAL;
    }
    PointwiseStep *step = pw_ops[op].step;
    int reads[4] = {0, 0, 0, 0}, read[4] = {-1, -1, -1, -1};
    for (int i = 0; i < used; i++) read[i] = source[i];
    /* Together with the instruction that alone needs the result, where that comes next. */
    int after = last[value];
    if (after < count && place[value] < 0) {
      int idle = 1;
      for (int k = t + 1; k < after && idle; k++) {
        int other = s->instruction[5 * k];
        idle = last[leaves + k] == NEVER || other == PW_MOVE || other == PW_CONST;
      }
      int second = s->instruction[5 * after];
      const int *operands_after = sources + 3 * after;
      int twice = pw_ops[second].operands == 2 && operands_after[0] == operands_after[1];
      PointwiseStep *pair = idle && !twice ? pw_pair(op, second) : NULL;
      if (pair != NULL) {
        if (pw_ops[second].operands == 2) read[3] = operands_after[operands_after[0] == value];
        step = pair;
        t = after;
        value = leaves + t;
      }
    }
    for (int i = 0; i < 4; i++) {
      if (read[i] < 0) continue;
      reads[i] = place[read[i]];
      if (last[read[i]] < from || last[read[i]] > t) continue;
      last[read[i]] = FREED;
      if (reads[i] >= registers) free_blocks[free_count++] = reads[i];
    }
    if (place[value] < 0) {
      if (free_count > 0) {
        place[value] = free_blocks[--free_count];
      } else {
        place[value] = next;
        m->blocks[next++] = pw_take(&local, POINTWISE_REGISTER * 4);
      }
    }
    m->steps[m->step_count++] = (PointwiseInstruction){step, place[value], reads[0], reads[1], reads[2], reads[3]};
  }
  for (int o = 0; o < s->outputs; o++) {
    PointwiseOperand *x = &m->operands[leaves + o];
    if (x->source == 0) x->source = place[ends[o]];
  }
  for (int i = 0; i < s->reductions; i++) {
    m->reductions[i].source = place[holds[s->reduction[4 * i + 2]]];
    m->reductions[i].near = NULL;
  }
  m->low = 0;
  m->high = m->n;
  return m;
}

/* ---- A block ---- */

/* The rows `line` to line + lines of the segment, w elements of each from j on, as they lie in an operand; m = lines * w. */
static float *pw_read(PointwiseOperand *x, int n, int stack, int line, int lines, int j, int w, int m, int padded) {
  float *from = x->row + line * x->step;
  float *to = x->buffer;
  if (x->layout == PW_DENSE) {
    from += j;
    if (x->fetched) {
      for (int i = 0; i < padded; i += 16) __builtin_prefetch(from + 2 * POINTWISE_BLOCK + i, 0, 2);
    }
    if (m == padded || from + padded <= x->end) return from;
    memcpy(to, from, (size_t)m * sizeof(float));
    return to;
  }
  if (x->layout == PW_REPEATED) {
    if (x->laid_out != from) {
      for (int i = 0; i < stack; i++) memcpy(to + i * n, from, (size_t)n * sizeof(float));
      x->laid_out = from;
    }
    return to + j;
  }
  if (x->layout == PW_SPREAD) {
    if (x->step == 0 || stack == 1) {
      if (x->laid_out != from) pw_fill(to, from, POINTWISE_BLOCK);
      x->laid_out = from;
      return to;
    }
    for (int r = 0; r < lines; r++) pw_fill(to + r * w, from + r * x->step, w);
    return to;
  }
  from += j * x->inner;
  for (int r = 0; r < lines; r++, from += x->step) {
    float *row = to + r * w;
    if (x->inner == 1) memcpy(row, from, (size_t)w * sizeof(float));
    else for (int i = 0; i < w; i++) row[i] = from[i * x->inner];
  }
  return to;
}

static void pw_write(const PointwiseOperand *x, const float *block, int line, int lines, int j, int w, int m) {
  float *to = x->row + line * x->step + j * x->inner;
  if (x->layout == PW_DENSE) {
    memcpy(to, block, (size_t)m * sizeof(float));
    return;
  }
  for (int r = 0; r < lines; r++, to += x->step, block += w) {
    if (x->inner == 1) memcpy(to, block, (size_t)w * sizeof(float));
    else for (int i = 0; i < w; i++) to[i * x->inner] = block[i];
  }
}

static float pw_row_sum(const float *x, int n) {
  vf a = all(0), b = all(0), c = all(0), d = all(0);
  int i = 0;
  for (; i + 4 * VL <= n; i += 4 * VL) {
    a += load(x + i);
    b += load(x + i + VL);
    c += load(x + i + 2 * VL);
    d += load(x + i + 3 * VL);
  }
  for (; i + VL <= n; i += VL) a += load(x + i);
  if (i < n) b += vf_load_part(x + i, n - i, 0);
  return vf_total((a + b) + (c + d));
}

INLINE float pw_greater(float a, float b) { return a > b || a != a ? a : b; }

/* Maximum of a row and of `so_far` after a change of sign (0 or the sign bit: then the minimum's); NaN where one is NaN. */
INLINE float pw_row_greatest(const float *x, int n, int32_t sign, float so_far) {
  vf best = all(-INFINITY);
  int i = 0;
  for (; i + VL <= n; i += VL) best = pw_max(best, (vf)((vi)load(x + i) ^ sign));
  if (i < n) best = pw_max(best, (vf)((vi)vf_load_part(x + i, n - i, x[i]) ^ sign));
  vmath_four part[VL / 4], four;
  memcpy(part, &best, sizeof best);
  four = part[0];
  for (int k = 1; k < VL / 4; k++) {
    vmath_words mask = (part[k] > four) | (part[k] != part[k]);
    four = (vmath_four)((mask & (vmath_words)part[k]) | (~mask & (vmath_words)four));
  }
  return pw_greater(pw_greater(pw_greater(four[0], four[1]), pw_greater(four[2], four[3])), so_far);
}

static float pw_row_extreme(const float *x, int n, int minimum, float so_far) {
  return minimum ? -pw_row_greatest(x, n, INT32_MIN, -so_far) : pw_row_greatest(x, n, 0, so_far);
}

/* Adds the sums of the last rows to those of all. */
static void pw_flush(const Pointwise *m, PointwiseReduction *r, int tiled) {
  int width = m->high - m->low;
  for (int k = 0; k < (tiled ? m->stack : 1); k++) {
    for (int i = 0; i < width; i++) r->far[i] += r->near[k * width + i];
  }
  memset(r->near, 0, (size_t)width * (size_t)(tiled ? m->stack : 1) * sizeof(float));
  r->chained = 0;
}

static void pw_add_columns(const Pointwise *m, PointwiseReduction *r, const float *v, int lines, int j, int w) {
  int n = m->n, i = 0;
  if (m->stack > 1 && n % VL == 0) {
    for (; i < n; i += VL) {
      vf a = load(r->near + i);
      for (int k = 0; k < lines; k++) a += load(v + k * n + i);
      store(r->near + i, a);
    }
    r->chained += lines;
    if (r->chained >= POINTWISE_CHAIN) pw_flush(m, r, 0);
    return;
  }
  int count = lines * w;
  float *to = m->stack > 1 ? r->near : r->near + (j - m->low);
  for (; i + VL <= count; i += VL) store(to + i, load(to + i) + load(v + i));
  for (; i < count; i++) to[i] += v[i];
  if (m->stack > 1 || j + w == m->high) {
    if (++r->chained >= POINTWISE_CHAIN) pw_flush(m, r, m->stack > 1);
  }
}

static float pw_identity(PointwiseKind kind) {
  if (kind == PW_MAX || kind == PW_ROW_MAX) return -INFINITY;
  if (kind == PW_MIN || kind == PW_ROW_MIN) return INFINITY;
  return 0;
}

static void pw_reduce(const Pointwise *m, PointwiseReduction *r, int line, int lines, int j, int w) {
  const float *v = m->blocks[r->source];
  int minimum = r->kind == PW_MIN || r->kind == PW_ROW_MIN;
  if (r->kind == PW_COLUMNS) {
    pw_add_columns(m, r, v, lines, j, w);
  } else if (r->kind == PW_SUM) {
    r->total += pw_row_sum(v, lines * w);
  } else if (r->kind == PW_MAX || r->kind == PW_MIN) {
    r->extreme = pw_row_extreme(v, lines * w, minimum, r->extreme);
  } else {
    float *to = r->to + m->first_row + line;
    for (int k = 0; k < lines; k++, v += w) {
      if (r->kind == PW_ROW_SUM) {
        r->total = (j == 0 ? 0 : r->total) + pw_row_sum(v, w);
        if (j + w == m->n) to[k] = (float)r->total * r->factor;
      } else {
        r->extreme = pw_row_extreme(v, w, minimum, j == 0 ? pw_identity(r->kind) : r->extreme);
        if (j + w == m->n) to[k] = r->extreme * r->factor;
      }
    }
  }
}

static void pw_block(Pointwise *m, int line, int lines, int j, int w) {
  int count = lines * w, padded = up(count, VL) * VL, leaves = m->leaves;
  float **blocks = m->blocks;
  for (int i = 0; i < leaves; i++) {
    blocks[i] = pw_read(&m->operands[i], m->n, m->stack, line, lines, j, w, count, padded);
  }
  for (int o = leaves; o < leaves + m->outputs; o++) {
    PointwiseOperand *x = &m->operands[o];
    if (x->source < 0) blocks[o] = count == padded ? x->row + line * x->step + j : x->buffer;
  }
  const PointwiseInstruction *step = m->steps, *end = step + m->step_count;
  for (; step < end; step++) {
    const float *a = blocks[step->a], *b = blocks[step->b], *c = blocks[step->c], *e = blocks[step->e];
    step->step(blocks[step->d], a, b, c, e, padded);
  }
  for (int i = 0; i < m->reduction_count; i++) pw_reduce(m, &m->reductions[i], line, lines, j, w);
  /* Outputs that are leaves elsewhere first: another output may lie over the leaf. */
  for (int pass = 0; pass < 2; pass++) {
    for (int o = leaves; o < leaves + m->outputs; o++) {
      const PointwiseOperand *x = &m->operands[o];
      int source = x->source < 0 ? o : x->source;
      if ((source < leaves) == pass || (x->source < 0 && count == padded)) continue;
      pw_write(x, blocks[source], line, lines, j, w, count);
    }
  }
}

/* ---- Ranges ---- */

/* Goes to a row: where each operand's row begins. */
static void pw_go(Pointwise *m, int64_t row) {
  m->first_row = row;
  int64_t at[POINTWISE_AXES];
  for (int axis = m->axes - 2; axis >= 0; axis--) {
    at[axis] = row % m->lengths[axis];
    row /= m->lengths[axis];
  }
  for (int i = 0; i < m->leaves + m->outputs; i++) {
    PointwiseOperand *x = &m->operands[i];
    int64_t offset = 0;
    for (int axis = 0; axis < m->axes - 1; axis++) offset += at[axis] * x->strides[axis];
    x->row = x->base + offset;
  }
}

static void pw_row_part(Pointwise *m, int line, int from, int to) {
  for (int j = from; j < to; j += m->piece) pw_block(m, line, 1, j, least(m->piece, to - j));
}

/* Elements from `first` on to `last`, as they are counted row by row. */
static void pw_elements(Pointwise *m, int64_t first, int64_t last) {
  int64_t n = m->n;
  while (first < last) {
    int64_t row = first / n, j = first % n;
    pw_go(m, row);
    if (j > 0 || last - first < n) {
      int64_t to = last - first < n - j ? j + last - first : n;
      pw_row_part(m, 0, (int)j, (int)to);
      first += to - j;
      continue;
    }
    int64_t left = (last - first) / n, rest = m->lines - row % m->lines;
    int lines = (int)(left < rest ? left : rest);
    if (m->stack > 1) {
      for (int line = 0; line < lines; line += m->stack) pw_block(m, line, least(m->stack, lines - line), 0, m->n);
    } else {
      for (int line = 0; line < lines; line++) pw_row_part(m, line, 0, m->n);
    }
    first += lines * n;
  }
}

static int pointwise_rows(const int32_t *p) {
  PointwiseShape s = pw_shape(p);
  return s.outer == 0 ? up(s.n, POINTWISE_PIECE) : (int)s.rows;
}

static int pointwise_row_bytes(const int32_t *p) {
  PointwiseShape s = pw_shape(p);
  int touched = s.outputs;
  for (int i = 0; i < s.leaves; i++) {
    const int32_t *strides = s.leaf + i * (2 + s.outer) + 1;
    int varies = 0;
    for (int k = s.outer == 0 ? 0 : 1; k <= s.outer; k++) varies |= strides[k] != 0;
    touched += varies && strides[0] != 0;
  }
  int64_t bytes = (int64_t)touched * 4 * (s.outer == 0 ? least(s.n, POINTWISE_PIECE) : s.n);
  return bytes > INT32_MAX ? INT32_MAX : (int)bytes;
}

static void pointwise_range(const Call *call, int first, int last, char *local) {
  PointwiseShape s = pw_shape(call->p);
  int64_t elements = s.rows * s.n, row = s.outer == 0 ? POINTWISE_PIECE : s.n;
  int64_t to = last * row < elements ? last * row : elements;
  if (elements == 0) return;
  pw_elements(pw_prepare(call, &s, 0, local), first * row, to);
}

/* ---- Reductions ---- */

/* Scratch of all tasks: for each reduction by columns its sums by chunks of rows, for each to one number that of each task. */
static int64_t pw_shared_size(const PointwiseShape *s, const PointwiseCut *cut, int reduction) {
  PointwiseKind kind = pw_kind(s, reduction);
  if (pw_of_rows(kind)) return 0;
  if (kind == PW_COLUMNS) return PW_ALIGNED((int64_t)cut->row_chunks * s->n * 4);
  return PW_ALIGNED((int64_t)cut->row_chunks * cut->column_chunks * 8);
}

static int64_t pointwise_shared(const int32_t *p) {
  PointwiseShape s = pw_shape(p);
  PointwiseCut cut = pw_cut(&s);
  int64_t bytes = 0;
  for (int i = 0; i < s.reductions; i++) bytes += pw_shared_size(&s, &cut, i);
  return bytes;
}

static int pointwise_phases(const int32_t *p) { return pointwise_shared(p) > 0 ? 2 : 1; }

static int pointwise_tasks(const int32_t *p, int phase) {
  PointwiseShape s = pw_shape(p);
  PointwiseCut cut = pw_cut(&s);
  if (phase == 0) return cut.row_chunks * cut.column_chunks;
  int alone = (int64_t)s.n * cut.row_chunks <= POINTWISE_TASK_ELEMENTS;
  return alone ? 1 : least(up(s.n, 256), POINTWISE_TASKS);
}

/* Phase 1: adds what the tasks found, in their order; each task some of the columns, the first what is one number too. */
static void pw_finish(const Call *call, const PointwiseShape *s, const PointwiseCut *cut, int task) {
  const char *shared = call->shared;
  int tasks = pointwise_tasks(call->p, 1), share = up(up(s->n, tasks), VL) * VL;
  int low = least(s->n, task * share), high = least(s->n, low + share);
  for (int i = 0; i < s->reductions; i++) {
    PointwiseKind kind = pw_kind(s, i);
    const int32_t *words = s->reduction + 4 * i;
    float *to = call->arena + (uint32_t)words[1], factor = number(words, 3);
    if (kind == PW_COLUMNS) {
      const float *part = (const float *)shared;
      for (int c = 0; c < cut->row_chunks; c++, part += s->n) {
        int end = c == cut->row_chunks - 1;
        for (int k = low; k < high; k++) to[k] = ((c == 0 ? 0 : to[k]) + part[k]) * (end ? factor : 1.0f);
      }
    } else if (!pw_of_rows(kind) && task == 0) {
      const double *part = (const double *)shared;
      double result = part[0];
      for (int c = 1; c < cut->row_chunks * cut->column_chunks; c++) {
        if (kind == PW_SUM) result += part[c];
        else if (result == result) {
          int better = kind == PW_MIN ? part[c] < result : part[c] > result;
          if (better || part[c] != part[c]) result = part[c];
        }
      }
      *to = (float)(result * factor);
    }
    shared += pw_shared_size(s, cut, i);
  }
}

static void pointwise_run(const Call *call, int phase, int task, char *local) {
  PointwiseShape s = pw_shape(call->p);
  PointwiseCut cut = pw_cut(&s);
  if (phase == 1) {
    pw_finish(call, &s, &cut, task);
    return;
  }
  Pointwise *m = pw_prepare(call, &s, cut.by_rows, local);
  char *shared = call->shared, *near = local + pointwise_local(call->p);
  int chunk = task / cut.column_chunks, column = task % cut.column_chunks;
  if (cut.by_rows) {
    m->low = least(s.n, column * cut.width);
    m->high = least(s.n, m->low + cut.width);
  }
  for (int i = 0; i < s.reductions; i++) {
    PointwiseReduction *r = &m->reductions[i];
    const int32_t *words = s.reduction + 4 * i;
    r->kind = pw_kind(&s, i);
    r->to = call->arena + (uint32_t)words[1];
    r->factor = number(words, 3);
    r->total = 0;
    r->extreme = pw_identity(r->kind);
    r->chained = 0;
    if (r->kind == PW_COLUMNS) {
      int length = pw_near_length(cut.width);
      near -= PW_ALIGNED(length * sizeof(float));
      r->near = (float *)near;
      memset(near, 0, (size_t)length * sizeof(float));
      r->far = (float *)shared + (int64_t)chunk * s.n + m->low;
      memset(r->far, 0, (size_t)(m->high - m->low) * sizeof(float));
    } else if (pw_of_rows(r->kind) && s.n == 0) {
      for (int64_t row = 0; row < s.rows; row++) r->to[row] = pw_identity(r->kind) * r->factor;
    }
    shared += pw_shared_size(&s, &cut, i);
  }
  int64_t elements = s.rows * s.n;
  if (elements > 0 && !cut.by_rows) {
    int64_t first = task * cut.chunk;
    pw_elements(m, first, first + cut.chunk < elements ? first + cut.chunk : elements);
  } else if (elements > 0) {
    int64_t first = chunk * cut.chunk, last = first + cut.chunk < s.rows ? first + cut.chunk : s.rows;
    if (cut.column_chunks == 1) {
      pw_elements(m, first * s.n, last * s.n);
    } else {
      for (int64_t row = first; row < last; row++) {
        pw_go(m, row);
        pw_row_part(m, 0, m->low, m->high);
      }
    }
  }
  shared = call->shared;
  for (int i = 0; i < s.reductions; i++) {
    PointwiseReduction *r = &m->reductions[i];
    if (r->kind == PW_COLUMNS) {
      pw_flush(m, r, m->stack > 1 && m->n % VL != 0);
    } else if (!pw_of_rows(r->kind)) {
      ((double *)shared)[task] = r->kind == PW_SUM ? r->total : r->extreme;
    }
    shared += pw_shared_size(&s, &cut, i);
  }
}

static const KernelType pointwise_kernels[] = {
    {
        .name = "pointwise",
        .rows = pointwise_rows,
        .range = pointwise_range,
        .row_bytes = pointwise_row_bytes,
        .local_bytes = pointwise_local,
    },
    {
        .name = "pointwiseReduce",
        .phases = pointwise_phases,
        .shared_bytes = pointwise_shared,
        .local_bytes = pointwise_local,
        .tasks = pointwise_tasks,
        .run = pointwise_run,
    },
};
