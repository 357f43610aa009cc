/*
 * exp, log, erf, tanh, sin and cos of a vector: at most 2 units in the last place (erf: 1e-7), denormal numbers, infinities
 * and NaN included. Coefficients are minimax fits of this file's own (iteratively reweighted least squares).
 */
#ifndef PRETEXT_VMATH_H
#define PRETEXT_VMATH_H

#include "simd.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

/* A comparison's mask chooses: on AVX-512 in one instruction, where GCC does not find it by itself. */
#if defined(__AVX512F__) && VL == 16
#define VMATH_CHOOSE(a, op, b, yes, no) \
  ((vf)_mm512_mask_blend_ps(_mm512_cmp_ps_mask((__m512)(a), (__m512)(b), VMATH_##op), (__m512)(no), (__m512)(yes)))
#define VMATH_LT _CMP_LT_OQ
#define VMATH_GT _CMP_GT_OQ
#else
#define VMATH_CHOOSE(a, op, b, yes, no) choose((a)VMATH_##op(b), yes, no)
#define VMATH_LT <
#define VMATH_GT >
#endif

/* a < b ? yes : no and a > b ? yes : no, `no` where either is NaN. */
INLINE vf vf_below(vf a, vf b, vf yes, vf no) { return VMATH_CHOOSE(a, LT, b, yes, no); }
INLINE vf vf_above(vf a, vf b, vf yes, vf no) { return VMATH_CHOOSE(a, GT, b, yes, no); }
/* a > b ? a : b and a < b ? a : b: `b` where either is NaN. */
INLINE vf vf_max(vf a, vf b) {
#if defined(__AVX512F__) && VL == 16
  return (vf)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__) && VL == 8
  return (vf)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return vmax(a, b);
#endif
}
INLINE vf vf_min(vf a, vf b) {
#if defined(__AVX512F__) && VL == 16
  return (vf)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__) && VL == 8
  return (vf)_mm256_min_ps((__m256)a, (__m256)b);
#else
  return vmin(a, b);
#endif
}

/* x within [low, high]; NaN stays. */
INLINE vf vf_clamp(vf x, float low, float high) { return vf_min(all(high), vf_max(all(low), x)); }

/* The first `count` (1 .. VL - 1) of VL floats, the others `other`; nothing beyond is touched. */
INLINE vf vf_load_part(const float *from, int count, float other) {
#if defined(__AVX512F__) && VL == 16
  return (vf)_mm512_mask_loadu_ps(_mm512_set1_ps(other), (__mmask16)((1u << count) - 1), from);
#elif defined(__AVX2__) && VL == 8
  return (vf)_mm256_blendv_ps(_mm256_set1_ps(other), (__m256)load_part(from, count), (__m256)first_lanes(count));
#else
  float part[VL];
  for (int i = 0; i < VL; i++) part[i] = i < count ? from[i] : other;
  return load(part);
#endif
}
INLINE void vf_store_part(float *to, vf v, int count) {
#if defined(__AVX512F__) && VL == 16
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)v);
#else
  store_part(to, v, count);
#endif
}

typedef float vmath_four __attribute__((vector_size(16)));
typedef int32_t vmath_words __attribute__((vector_size(16)));

/* Sum and maximum of the elements, pairwise. */
INLINE float vf_total(vf v) {
  vmath_four part[VL / 4], sum;
  memcpy(part, &v, sizeof v);
#if VL == 16
  sum = (part[0] + part[1]) + (part[2] + part[3]);
#elif VL == 8
  sum = part[0] + part[1];
#else
  sum = part[0];
#endif
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}
INLINE float vf_greatest(vf v) {
  vmath_four part[VL / 4], most = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
  memcpy(part, &v, sizeof v);
  for (int i = 0; i < VL / 4; i++) {
    most = (vmath_four)(((part[i] > most) & (vmath_words)part[i]) | (~(part[i] > most) & (vmath_words)most));
  }
  float a = most[0] > most[1] ? most[0] : most[1];
  float b = most[2] > most[3] ? most[2] : most[3];
  return a > b ? a : b;
}

INLINE vf vf_abs(vf x) { return (vf)((vi)x & 0x7fffffff); }
/* The size of the first, the sign of the second. */
INLINE vf vf_signed(vf size, vf sign) { return (vf)((vi)size | ((vi)sign & (int32_t)0x80000000)); }

/* 1.5 * 2^23: added to a number below 2^22 in size, its whole part lies in the low bits. */
#define VMATH_ROUND 12582912.0f

/* y * 2^n for n that came from adding VMATH_ROUND; the result and its factor 2^n are normal numbers. */
INLINE vf vmath_scale(vf y, vf rounded) {
#if defined(__AVX512F__) && VL == 16
  return (vf)_mm512_scalef_ps((__m512)y, (__m512)(rounded - VMATH_ROUND));
#else
  return (vf)((vi)y + ((vi)rounded << 23));
#endif
}

/* e^r for |r| <= log 2 / 2, to 3e-9. */
INLINE vf vmath_exp_rest(vf r) {
  vf q = all(0.00138144661f);
  q = q * r + 0.00836878084f;
  q = q * r + 0.0416683927f;
  q = q * r + 0.166665196f;
  q = q * r + 0.49999994f;
  q = q * r + 1.0f;
  return q * r + 1.0f;
}

/* e^r and n (in the low bits of `rounded`) with x = n log 2 + r. */
INLINE vf vmath_exp_parts(vf x, vf *rounded) {
  *rounded = x * 1.44269504f + VMATH_ROUND;
  vf n = *rounded - VMATH_ROUND;
  vf r = x - n * 0.693145752f; /* log 2 to 16 bits, so that the product is exact */
  return vmath_exp_rest(r - n * 1.42860677e-06f);
}

INLINE vf vf_exp(vf x) {
  vf rounded;
  vf y = vmath_exp_parts(vf_clamp(x, -104.0f, 89.0f), &rounded);
#if defined(__AVX512F__) && VL == 16
  return vmath_scale(y, rounded);
#else
  vi n = (vi)rounded - (vi)all(VMATH_ROUND);
  /* Two factors, so that results beyond the normal numbers are rounded once. */
  vi half = n >> 1;
  return y * (vf)((half + 127) << 23) * (vf)((n - half + 127) << 23);
#endif
}

/* e^x for x in [-87, 88] alone, where the result is a normal number; NaN stays NaN. */
INLINE vf vf_exp_near(vf x) {
  vf rounded;
  vf y = vmath_exp_parts(x, &rounded);
  return vmath_scale(y, rounded);
}

/* e^x for x <= 0, 0 below -87: to 1e-7 + 3e-9 |x| of the result, as a softmax needs it. */
INLINE vf vf_exp_down(vf x) {
  vf within = vf_max(all(-88.0f), x);
  vf rounded = within * 1.44269504f + VMATH_ROUND, n = rounded - VMATH_ROUND;
  vf y = vmath_exp_rest(within - n * 0.693147182f);
#if defined(__AVX512F__) && VL == 16
  /* Lanes that are 0 are left out: results that are no normal numbers cost a hundred cycles. */
  __mmask16 some = _mm512_cmp_ps_mask((__m512)x, _mm512_set1_ps(-87.0f), _CMP_NLT_UQ);
  return (vf)_mm512_maskz_scalef_ps(some, (__m512)y, (__m512)n);
#else
  return vf_below(x, all(-87.0f), all(0), vmath_scale(y, rounded));
#endif
}

/* log x = e log 2 + log(1 + f) with 1 + f in [sqrt(1/2), sqrt 2); log(1 + f) = f - f^2 / 2 + f^3 p(f), to 1e-9. */
INLINE vf vf_log(vf x) {
  vf tiny = all(1.17549435e-38f);
  vf y = vf_below(x, tiny, x * 8388608.0f, x); /* denormal numbers */
  vf shift = vf_below(x, tiny, all(-23.0f), all(0));
  vi e = ((vi)y - 0x3f3504f3) >> 23;
  vf f = (vf)((vi)y - (e << 23)) - 1.0f;
  vf n = __builtin_convertvector(e, vf) + shift;
  vf p = all(0.0674659908f);
  p = p * f - 0.116796538f;
  p = p * f + 0.118903235f;
  p = p * f - 0.124051355f;
  p = p * f + 0.142192245f;
  p = p * f - 0.166680068f;
  p = p * f + 0.200021341f;
  p = p * f - 0.250000089f;
  p = p * f + 0.333333135f;
  vf square = f * f;
  vf small = p * f * square + n * 1.42860677e-06f;
  vf result = n * 0.693145752f + (f + (small - 0.5f * square));
  vf infinity = all(INFINITY);
  result = vf_below(x, infinity, result, x); /* infinity and NaN as they are */
  result = vf_above(x, all(0), result, vf_below(x, all(0), all(NAN), x + result));
  /* x = 0 came through the branch for denormal numbers with a finite result. */
  return choose(x == 0.0f, all(-INFINITY), result);
}

/* Below 1 by a polynomial in x^2 (4e-8), above as 1 - e^g(|x|), where g approaches log(1 - erf) (1.5e-8). */
INLINE vf vf_erf(vf x) {
  vf a = vf_abs(x);
  vf t = x * x;
  vf p = all(7.85385419e-05f);
  p = p * t - 0.000801019138f;
  p = p * t + 0.00518832728f;
  p = p * t - 0.026853811f;
  p = p * t + 0.112835854f;
  p = p * t - 0.37612626f;
  p = p * t + 0.128379166f;
  vf near = p * x + x;
  vf b = vf_above(a, all(4.0f), all(4.0f), a); /* erf 4 is 1 in float */
  vf g = all(-0.00115041924f);
  g = g * b + 0.0147780981f;
  g = g * b - 0.088634111f;
  g = g * b - 0.65448904f;
  g = g * b - 1.11743844f;
  g = g * b - 0.00267171976f;
  /* e^g needs fewer terms here: it is below 0.16, and counts beside 1. */
  vf rounded = g * 1.44269504f + VMATH_ROUND;
  vf r = g - (rounded - VMATH_ROUND) * 0.693147182f;
  vf q = all(0.00831247773f);
  q = q * r + 0.0418905504f;
  q = q * r + 0.166671157f;
  q = q * r + 0.499992281f;
  q = q * r + 1.0f;
  q = q * r + 1.0f;
  vf far = vf_signed(1.0f - vmath_scale(q, rounded), x);
  return vf_above(a, all(1.0f), far, near);
}

/* Below 0.625 by a polynomial in x^2 (7e-9), above as 1 - 2 / (e^2x + 1). */
INLINE vf vf_tanh(vf x) {
  vf a = vf_abs(x);
  vf t = x * x;
  vf p = all(-0.00551515585f);
  p = p * t + 0.0204694122f;
  p = p * t - 0.0536880195f;
  p = p * t + 0.133308306f;
  p = p * t - 0.333332598f;
  vf near = p * t * x + x;
  vf b = vf_above(a, all(10.0f), all(10.0f), a); /* tanh 10 is 1 in float */
  vf far = 1.0f - 2.0f / (vf_exp_near(b + b) + 1.0f);
  return vf_above(a, all(0.625f), vf_signed(far, x), near);
}

/* Beyond this size the C library reduces x; without fused products as soon as x has to be reduced at all. */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define VMATH_FAR 30000.0f
#else
#define VMATH_FAR 0.78f
#endif

/* Quarter turns of x (in the low bits of `whole`) and what remains, within pi / 4. */
INLINE vf vmath_quarter(vf x, vf *whole) {
  *whole = x * 0.636619772f + VMATH_ROUND;
  vf n = *whole - VMATH_ROUND;
  vf r = x - n * 1.57079637f;
  r = r - n * -4.37113883e-08f;
  return r - n * -1.71512451e-15f;
}

/* sin(x + quarters * pi / 2) for the r and whole of x: r + r^3 s(r^2), or 1 - r^2 / 2 + r^4 c(r^2). */
INLINE vf vmath_wave(vf r, vi quarter) {
  vf t = r * r;
  vf s = all(-0.000195146305f);
  s = s * t + 0.00833215564f;
  s = s * t - 0.166666552f;
  s = s * t * r + r;
  vf c = all(2.44324128e-05f);
  c = c * t - 0.00138873095f;
  c = c * t + 0.0416666456f;
  c = c * t * t + (1.0f - 0.5f * t);
  vf y = choose((quarter & 1) == 0, s, c);
  return (vf)((vi)y ^ ((quarter & 2) << 30));
}

/* 1 where an element is beyond what vmath_quarter reduces (infinity and NaN too). */
INLINE int vmath_any_far(vf x) {
  float part[VL];
  store(part, vf_abs(x));
  int far = 0;
  for (int i = 0; i < VL; i++) far |= !(part[i] <= VMATH_FAR);
  return far;
}

INLINE vf vf_sin(vf x) {
  vf whole;
  vf r = vmath_quarter(x, &whole);
  vf y = vmath_wave(r, (vi)whole);
  y = choose(x == 0.0f, x, y); /* -0 stays -0 */
  if (vmath_any_far(x)) {
    float from[VL], to[VL];
    store(from, x);
    store(to, y);
    for (int i = 0; i < VL; i++) {
      if (!(fabsf(from[i]) <= VMATH_FAR)) to[i] = sinf(from[i]);
    }
    y = load(to);
  }
  return y;
}

INLINE vf vf_cos(vf x) {
  vf whole;
  vf r = vmath_quarter(x, &whole);
  vf y = vmath_wave(r, (vi)whole + 1);
  if (vmath_any_far(x)) {
    float from[VL], to[VL];
    store(from, x);
    store(to, y);
    for (int i = 0; i < VL; i++) {
      if (!(fabsf(from[i]) <= VMATH_FAR)) to[i] = cosf(from[i]);
    }
    y = load(to);
  }
  return y;
}

#endif
