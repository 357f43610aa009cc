/*
 * A plan: kernel calls over one arena, in order. Calls that are joined compute rows each from the same rows of what the ones
 * before wrote; they run block by block, while the block's values are in the cache.
 */
#ifndef PRETEXT_PLAN_H
#define PRETEXT_PLAN_H

#include <stdbool.h>

#include "kernel.h"

typedef struct Plan Plan;

typedef struct {
  /* Memory was refused; else the code is not a plan. */
  bool memory;
  char message[160];
} PlanError;

/*
 * Checks `code` and takes the memory. For each call, `code` holds: index into `kernels`, 1 where it is joined with the
 * next call (else 0), how many parameters follow, these. All of it is copied. NULL, and why, where it cannot be run.
 */
Plan *plan_new(const KernelType *const *kernels, int kernel_count, const int32_t *code, size_t words,
               uint64_t arena_length, int threads, PlanError *error);
void plan_free(Plan *plan);

void plan_run(Plan *plan);

/* The arena: 4-byte elements, 0 at first. */
float *plan_arena(Plan *plan);
uint64_t plan_arena_length(const Plan *plan);
/* Bytes of memory beside the arena and the plan itself. */
uint64_t plan_scratch_bytes(const Plan *plan);

int plan_calls(const Plan *plan);
/* From now on, the time of each call is added up; what was added before is forgotten. */
void plan_profile(Plan *plan, bool on);
bool plan_is_profiled(const Plan *plan);
/* Nanoseconds of each call, of joined calls the share of the time they took together. */
int64_t plan_spent(const Plan *plan, int call);

#endif
