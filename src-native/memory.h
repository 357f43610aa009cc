/* Large blocks of memory straight from the system: zeros that take room only once they are touched. */
#ifndef PRETEXT_MEMORY_H
#define PRETEXT_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef struct {
  void *mapped;
  size_t mapped_bytes;
  /* At a multiple of LARGE_PAGE. */
  char *start;
} Memory;

#if defined(__SANITIZE_ADDRESS__)
#define EXACT 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EXACT 1
#endif
#endif

#define LARGE_PAGE ((size_t)2 << 20)

static inline size_t rounded(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

static inline void memory_free(Memory *memory) {
#ifdef EXACT
  free(memory->mapped);
#else
  if (memory->mapped != NULL) munmap(memory->mapped, memory->mapped_bytes);
#endif
  *memory = (Memory){0};
}

/* 0 where the system refuses. */
static inline int memory_take(Memory *memory, size_t bytes) {
  *memory = (Memory){0};
#ifdef EXACT
  /* The sanitizer sees what reaches beyond a block of its own. */
  if (posix_memalign(&memory->mapped, LARGE_PAGE, bytes) != 0) return 0;
  memory->start = memset(memory->mapped, 0, bytes);
  return 1;
#else
  size_t all = rounded(bytes, LARGE_PAGE) + LARGE_PAGE;
  if (all < bytes) return 0;
  void *mapped = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return 0;
  *memory = (Memory){mapped, all, (char *)rounded((size_t)(uintptr_t)mapped, LARGE_PAGE)};
#ifdef MADV_HUGEPAGE
  /*
   * Fewer misses of the address cache, and no two parts of a page on the same sets of the second cache by chance. A system
   * without large pages says no, and nothing is lost.
   */
  if (bytes >= LARGE_PAGE / 16) madvise(memory->start, rounded(bytes, LARGE_PAGE), MADV_HUGEPAGE);
#endif
  return 1;
#endif
}

#endif
