/*
 * Vectors of VL floats by the compiler's vector extensions: the same source for AVX-512 (VL 16), AVX2 (8) and NEON (4).
 * Every file of kernels is part of one unit (kernels.c) that is compiled once for each instruction set.
 */
#ifndef PRETEXT_SIMD_H
#define PRETEXT_SIMD_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifndef VL
#error "VL, the floats of a vector, is given by the build"
#endif

typedef float vf __attribute__((vector_size(4 * VL)));
typedef int32_t vi __attribute__((vector_size(4 * VL)));
/* The same at any address. */
typedef float vfu __attribute__((vector_size(4 * VL), aligned(4), may_alias));

#ifdef __clang__
/* GCC's choice of lanes of two vectors; clang turns the loop into the same instruction where the lanes are constants. */
#define __builtin_shuffle(a, b, ...)                                                                                 \
  ({                                                                                                                 \
    __typeof__(a) from_ = (a), other_ = (b), picked_;                                                                \
    __typeof__(__VA_ARGS__) lanes_ = __VA_ARGS__;                                                                    \
    enum { COUNT_ = sizeof lanes_ / sizeof(int32_t) };                                                               \
    _Pragma("unroll") for (int i_ = 0; i_ < COUNT_; i_++)                                                            \
        picked_[i_] = lanes_[i_] < COUNT_ ? from_[lanes_[i_]] : other_[lanes_[i_] - COUNT_];                         \
    picked_;                                                                                                         \
  })
#endif

#define INLINE static inline __attribute__((always_inline))

INLINE vf load(const float *from) { return *(const vfu *)from; }
INLINE void store(float *to, vf v) { *(vfu *)to = v; }
/* Minus, since x + 0 is an addition to the compiler: -0 would become 0. */
INLINE vf all(float x) { return x - (vf){}; }

/* The first `count` of VL floats; the others are 0. */
#if VL == 8 && defined(__AVX2__)
#include <immintrin.h>
INLINE __m256i first_lanes(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
INLINE vf load_part(const float *from, int count) { return (vf)_mm256_maskload_ps(from, first_lanes(count)); }
/* By halves: four times as fast as a masked store on AMD's Zen 3. */
INLINE void store_part(float *to, vf v, int count) {
  __m128 part = _mm256_castps256_ps128((__m256)v);
  if (count & 8) {
    store(to, v);
    return;
  }
  if (count & 4) {
    _mm_storeu_ps(to, part);
    part = _mm256_extractf128_ps((__m256)v, 1), to += 4;
  }
  if (count & 2) {
    _mm_storel_pi((__m64 *)to, part);
    part = _mm_movehl_ps(part, part), to += 2;
  }
  if (count & 1) _mm_store_ss(to, part);
}
#else
INLINE vf load_part(const float *from, int count) {
  float part[VL] = {0};
  memcpy(part, from, (size_t)count * sizeof(float));
  return load(part);
}
INLINE void store_part(float *to, vf v, int count) {
  float part[VL];
  store(part, v);
  memcpy(to, part, (size_t)count * sizeof(float));
}
#endif

INLINE vf choose(vi mask, vf yes, vf no) { return (vf)((mask & (vi)yes) | (~mask & (vi)no)); }
INLINE vf vmax(vf a, vf b) { return choose(a > b, a, b); }
INLINE vf vmin(vf a, vf b) { return choose(a < b, a, b); }

INLINE float sum_of(vf v) {
  float part[VL], total = 0;
  store(part, v);
  for (int i = 0; i < VL; i++) total += part[i];
  return total;
}

#endif
