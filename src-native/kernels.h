/* The kernels as module.c sees them: one set for each instruction set that was compiled. */
#ifndef PRETEXT_KERNELS_H
#define PRETEXT_KERNELS_H

#include "kernel.h"

/* NULL where there is no kernel of that name. */
typedef const KernelType *FindKernel(const char *name);

FindKernel find_kernel_avx512, find_kernel_avx2, find_kernel_neon;

#endif
