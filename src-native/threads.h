/*
 * A team of threads that works through phases of tasks. Any thread takes the next task of a phase; whichever ends the last
 * one goes on to the next phase, so that a thread the system has put aside delays only the task it holds.
 */
#ifndef PRETEXT_THREADS_H
#define PRETEXT_THREADS_H

#include <stdint.h>

typedef struct {
  void *self;
  int phases;
  int (*tasks)(void *self, int phase);
  /* Threads count from 0, the caller of team_run. */
  void (*run)(void *self, int phase, int task, int thread);
  /* By one thread, after the last task of a phase and before the first of the next. */
  void (*ended)(void *self, int phase);
} Work;

typedef struct Team Team;

/* NULL where memory ran out. The first run begins the threads, fewer than asked for where the system gives no more. */
Team *team_new(int threads);
/* One run at a time; between runs the threads sleep. Subnormal numbers are 0 in it, on every thread. */
void team_run(Team *team, const Work *work);
void team_free(Team *team);

/* Nanoseconds of a clock that only goes forward. */
int64_t nanoseconds(void);

#endif
