/*
 * All kernels, compiled once for each instruction set: VL is the floats of its vectors, KERNELS its name (avx512, avx2,
 * neon). A file of kernels is entered here twice.
 */
#include "kernels.h"

/* Products and rows first: attention and convolutions are made of them. */
#include "gemm.c"
#include "rows.c"

#include "attention.c"
#include "conv.c"
#include "move.c"
#include "pointwise.c"
#include "pool.c"
#include "reduce.c"

#define JOIN(a, b) a##b
#define NAMED(prefix, name) JOIN(prefix, name)
#define LIST(kernels) {kernels, sizeof kernels / sizeof *kernels}

static const struct {
  const KernelType *kernels;
  size_t count;
} kernel_lists[] = {
    LIST(attention_kernels), LIST(conv_kernels), LIST(gemm_kernels),   LIST(move_kernels),
    LIST(pointwise_kernels), LIST(pool_kernels), LIST(reduce_kernels), LIST(rows_kernels),
};

const KernelType *NAMED(find_kernel_, KERNELS)(const char *name) {
  for (size_t i = 0; i < sizeof kernel_lists / sizeof *kernel_lists; i++) {
    for (size_t k = 0; k < kernel_lists[i].count; k++) {
      if (strcmp(kernel_lists[i].kernels[k].name, name) == 0) return &kernel_lists[i].kernels[k];
    }
  }
  return NULL;
}
