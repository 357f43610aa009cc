/*
 * What every kernel of the native engine is: a name, parameters as 32-bit words, and functions that say how its work is cut
 * into tasks. A plan (src-main/native) is a list of such calls over one arena; threads.c runs the tasks of one phase in any
 * order on all threads, and waits for all of them before the next phase begins.
 *
 * Results do not depend on the number of threads: how work is cut follows from the shapes alone, and sums over tasks are
 * added in the order of the tasks.
 */
#ifndef PRETEXT_KERNEL_H
#define PRETEXT_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  const int32_t *p; /* parameters, in the order that each kernel's comment gives */
  float *arena;     /* all values of the plan; offsets count in floats */
  char *shared;     /* scratch of this call, 64-byte aligned, shared_bytes long; kept from phase to phase */
} Call;

/* An offset that names no value. */
#define NONE (-1)

/* The value whose offset is parameter `slot`; NULL where there is none. Offsets are unsigned: 16 GiB of floats. */
static inline float *value(const Call *c, int slot) {
  return c->p[slot] == NONE ? NULL : c->arena + (uint32_t)c->p[slot];
}

/* A parameter that holds the bits of a float. */
static inline float number(const int32_t *p, int slot) {
  float f;
  memcpy(&f, p + slot, sizeof f);
  return f;
}

typedef struct {
  const char *name;
  /* Phases one after another; NULL: one. */
  int (*phases)(const int32_t *p);
  /* Bytes of scratch that all tasks share; NULL: none. */
  int64_t (*shared_bytes)(const int32_t *p);
  /* Bytes of scratch of each thread, 64-byte aligned, holding nothing when a task begins; NULL: none. */
  int64_t (*local_bytes)(const int32_t *p);
  /* Independent tasks of a phase; as many as keep 2 to 16 threads evenly busy, none shorter than about 10 microseconds. */
  int (*tasks)(const int32_t *p, int phase);
  void (*run)(const Call *c, int phase, int task, char *local);
  /*
   * Kernels whose last phase computes rows of the result each from the same rows of what it reads: the runtime cuts the
   * rows itself, and several such kernels in a row may run block by block while their values are in the cache. `tasks`
   * and `run` are then for the phases before the last. NULL: not such a kernel.
   */
  int (*rows)(const int32_t *p);
  void (*range)(const Call *c, int first, int last, char *local);
  /* Bytes of memory that one row touches, for the size of blocks; NULL where `rows` is. */
  int (*row_bytes)(const int32_t *p);
} KernelType;

static inline int least(int a, int b) { return a < b ? a : b; }
static inline int most(int a, int b) { return a > b ? a : b; }
static inline int up(int a, int b) { return (a + b - 1) / b; }

#endif
