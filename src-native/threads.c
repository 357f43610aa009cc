#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* How long a thread looks out for the next phase before it sleeps; waking it takes about as long. */
#define PATIENCE_NS 50000

/* Of a thread's stack: kernels keep tiles on it. */
#define STACK_BYTES (4 << 20)

/* Of the cache, or more: what one thread writes often lies apart from what others read. */
#define LINE 64

/* In place of tasks: no run is going on. */
#define IDLE UINT32_MAX

struct Team {
  /*
   * Number of the current phase since the team began, in the upper half; how many of its tasks nobody has taken, in the
   * lower, or IDLE. Both in one word, so that a thread that comes late cannot take a task of a phase that is over.
   */
  _Alignas(LINE) _Atomic uint64_t ticket;
  _Alignas(LINE) _Atomic int ended;
  _Alignas(LINE) _Atomic int sleepers;
  _Atomic bool stopped;
  /* Written between phases, by the thread that goes on. */
  const Work *work;
  int phase, tasks;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* The caller included; `wanted` until the first run has begun them. */
  int threads, wanted;
  struct Member {
    Team *team;
    int thread;
    pthread_t id;
  } member[];
};

int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#if defined(__x86_64__)
#include <xmmintrin.h>
typedef unsigned Floats;
/* Flush to zero and denormals are zero. */
static Floats subnormals_off(void) {
  unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
}
static void floats_restore(Floats before) { _mm_setcsr(before); }
static inline void pause_core(void) { _mm_pause(); }
#elif defined(__aarch64__)
typedef uint64_t Floats;
static Floats subnormals_off(void) {
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | (uint64_t)1 << 24));
  return before;
}
static void floats_restore(Floats before) { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }
static inline void pause_core(void) { __asm__ volatile("yield"); }
#else
#error "the native engine is for x64 and arm64"
#endif

static void publish(Team *team, uint32_t tasks) {
  uint64_t phase = (atomic_load_explicit(&team->ticket, memory_order_relaxed) >> 32) + 1;
  atomic_store(&team->ticket, phase << 32 | tasks);
  if (atomic_load(&team->sleepers) == 0) return;
  pthread_mutex_lock(&team->lock);
  pthread_cond_broadcast(&team->changed);
  pthread_mutex_unlock(&team->lock);
}

/* Ends the current phase and begins the next; phases of one task are done at once. */
static void go_on(Team *team, int thread) {
  const Work *work = team->work;
  for (;;) {
    if (team->phase >= 0) work->ended(work->self, team->phase);
    if (++team->phase == work->phases) break;
    int tasks = work->tasks(work->self, team->phase);
    if (tasks > 1 && team->threads > 1) {
      team->tasks = tasks;
      atomic_store_explicit(&team->ended, 0, memory_order_relaxed);
      publish(team, (uint32_t)tasks);
      return;
    }
    for (int task = 0; task < tasks; task++) work->run(work->self, team->phase, task, thread);
  }
  publish(team, IDLE);
}

/* Looks out for another ticket as long as a run is going on, letting other programs have the core, and then sleeps. */
static void wait_for_change(Team *team, uint64_t seen) {
  int64_t until = (uint32_t)seen == IDLE ? 0 : nanoseconds() + PATIENCE_NS;
  while (nanoseconds() < until) {
    for (int i = 0; i < 32; i++) {
      if (atomic_load_explicit(&team->ticket, memory_order_relaxed) != seen) return;
      pause_core();
    }
    sched_yield();
  }
  pthread_mutex_lock(&team->lock);
  atomic_fetch_add(&team->sleepers, 1);
  while (atomic_load(&team->ticket) == seen) pthread_cond_wait(&team->changed, &team->lock);
  atomic_fetch_sub(&team->sleepers, 1);
  pthread_mutex_unlock(&team->lock);
}

/* Does one task, or waits where the ticket has none. */
static void take(Team *team, int thread, uint64_t ticket) {
  uint32_t left = (uint32_t)ticket;
  if (left == 0 || left == IDLE) {
    wait_for_change(team, ticket);
    return;
  }
  if (!atomic_compare_exchange_strong(&team->ticket, &ticket, ticket - 1)) return;
  /* The phase cannot end, nor these change, while this task is not done. */
  const Work *work = team->work;
  int tasks = team->tasks;
  work->run(work->self, team->phase, tasks - (int)left, thread);
  if (atomic_fetch_add(&team->ended, 1) + 1 == tasks) go_on(team, thread);
}

static void *live(void *argument) {
  const struct Member *member = argument;
  Team *team = member->team;
  subnormals_off();
  for (;;) {
    uint64_t ticket = atomic_load(&team->ticket);
    /* Read after the ticket: whoever stops the team changes that last. */
    if (atomic_load(&team->stopped)) return NULL;
    take(team, member->thread, ticket);
  }
}

Team *team_new(int threads) {
  size_t bytes = sizeof(Team) + (size_t)threads * sizeof(struct Member);
  Team *team = aligned_alloc(LINE, (bytes + LINE - 1) / LINE * LINE);
  if (team == NULL) return NULL;
  *team = (Team){.ticket = IDLE, .threads = 1, .wanted = threads};
  pthread_mutex_init(&team->lock, NULL);
  pthread_cond_init(&team->changed, NULL);
  return team;
}

/* As many threads as the system gives; none of them has a task yet. */
static void begin_threads(Team *team) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  for (int i = 1; i < team->wanted; i++) {
    team->member[i] = (struct Member){.team = team, .thread = i};
    if (pthread_create(&team->member[i].id, &attributes, live, &team->member[i]) != 0) break;
    team->threads++;
  }
  team->wanted = team->threads;
  pthread_attr_destroy(&attributes);
}

void team_run(Team *team, const Work *work) {
  if (team->threads < team->wanted) begin_threads(team);
  Floats before = subnormals_off();
  team->work = work;
  team->phase = -1;
  /* Wakes the others before there is work for them. */
  publish(team, 0);
  go_on(team, 0);
  for (uint64_t ticket; (uint32_t)(ticket = atomic_load(&team->ticket)) != IDLE;) take(team, 0, ticket);
  floats_restore(before);
}

void team_free(Team *team) {
  if (team == NULL) return;
  atomic_store(&team->stopped, true);
  publish(team, IDLE);
  for (int i = 1; i < team->threads; i++) pthread_join(team->member[i].id, NULL);
  pthread_cond_destroy(&team->changed);
  pthread_mutex_destroy(&team->lock);
  free(team);
}
