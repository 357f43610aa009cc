/*
 * All kernels, compiled once for each instruction set: VL is the floats of its vectors, KERNELS its name (avx512, avx2,
 * neon). A kernel is added by its file here, twice.
 */
#include "kernels.h"

#include "simd.h"

#define JOIN(a, b) a##b
#define NAMED(prefix, name) JOIN(prefix, name)

#include "vmath.h"

#include "gemm.c"
#define GEMM_HERE
#if __has_include("conv.c")
#include "conv.c"
#define CONV_HERE
#endif
#if __has_include("rows.c")
#include "rows.c"
#define ROWS_HERE
#endif
#if __has_include("attention.c")
#include "attention.c"
#define ATTENTION_HERE
#endif
#if __has_include("move.c")
#include "move.c"
#define MOVE_HERE
#endif
#if __has_include("reduce.c")
#include "reduce.c"
#define REDUCE_HERE
#endif
#if __has_include("pool.c")
#include "pool.c"
#define POOL_HERE
#endif
#if __has_include("pointwise.c")
#include "pointwise.c"
#define POINTWISE_HERE
#endif

#define LIST(kernels) {kernels, sizeof kernels / sizeof *kernels}

static const struct {
  const KernelType *kernels;
  size_t count;
} kernel_lists[] = {
#ifdef GEMM_HERE
    LIST(gemm_kernels),
#endif
#ifdef CONV_HERE
    LIST(conv_kernels),
#endif
#ifdef ROWS_HERE
    LIST(rows_kernels),
#endif
#ifdef ATTENTION_HERE
    LIST(attention_kernels),
#endif
#ifdef MOVE_HERE
    LIST(move_kernels),
#endif
#ifdef REDUCE_HERE
    LIST(reduce_kernels),
#endif
#ifdef POOL_HERE
    LIST(pool_kernels),
#endif
#ifdef POINTWISE_HERE
    LIST(pointwise_kernels),
#endif
    {NULL, 0},
};

const KernelType *NAMED(find_kernel_, KERNELS)(const char *name) {
  for (size_t i = 0; i < sizeof kernel_lists / sizeof *kernel_lists; i++) {
    for (size_t k = 0; k < kernel_lists[i].count; k++) {
      if (strcmp(kernel_lists[i].kernels[k].name, name) == 0) return &kernel_lists[i].kernels[k];
    }
  }
  return NULL;
}
