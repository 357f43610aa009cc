#include "plan.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "memory.h"
#include "threads.h"

/*
 * Memory that a block of rows may touch, so that it stays in a core's second-level cache; more where all blocks read more
 * than that again and again, as packed weights are (scratch that they share).
 */
#define BLOCK_BYTES (512 << 10)
/* Less is not worth a task. */
#define LEAST_BLOCK_BYTES (16 << 10)
/* Rows of a tile of a matrix product: what a block has beyond a multiple of it costs as much as a whole tile. */
#define TILE_ROWS 6
#define BLOCKS_PER_THREAD 4

/* Phases that a kernel may have before they count as nonsense. */
#define MOST_PHASES 1024
/* Scratch of one call that no computer has; sums of such sizes stay small enough to count. */
#define MOST_SCRATCH ((int64_t)1 << 44)

#define LINE 64

/* A step of the run: all tasks of one phase of one call, or all blocks of rows of some calls. */
typedef struct {
  int call, calls;
  /* Of the call; unused where `rows` is not 0. */
  int phase;
  int rows;
  int tasks;
} Step;

typedef struct {
  const KernelType *kernel;
  int joined;
  /* How many of its phases are cut into tasks of its own; its rows come after them. */
  int phases;
  int rows;
  int64_t shared_at;
} Shape;

struct Plan {
  int32_t *code;
  int calls, steps;
  Shape *shape;
  Call *call;
  Step *step;
  Memory arena, shared, local;
  uint64_t arena_length;
  size_t shared_bytes, local_bytes;
  int threads;
  Team *team;
  bool profiled;
  int64_t since;
  int64_t *spent;
  /* Of all threads together in the current step. */
  _Atomic int64_t *busy;
};

static bool fail(PlanError *error, bool memory, const char *format, ...) {
  va_list values;
  va_start(values, format);
  error->memory = memory;
  vsnprintf(error->message, sizeof error->message, format, values);
  va_end(values);
  return false;
}

static bool no_memory(PlanError *error, uint64_t bytes) {
  return fail(error, true, "failed to allocate %llu bytes", (unsigned long long)bytes);
}

/* First pass: how many calls there are, and whether each is whole. */
static bool count_calls(Plan *plan, int kernel_count, size_t words, PlanError *error) {
  const int32_t *code = plan->code;
  for (size_t at = 0; at < words; plan->calls++) {
    if (words - at < 3) return fail(error, false, "the plan ends within call %d", plan->calls);
    if (code[at] < 0 || code[at] >= kernel_count) {
      return fail(error, false, "call %d names kernel %d of %d", plan->calls, code[at], kernel_count);
    }
    if (code[at + 1] != 0 && code[at + 1] != 1) {
      return fail(error, false, "call %d is joined by %d, neither 0 nor 1", plan->calls, code[at + 1]);
    }
    if (code[at + 2] < 0 || (size_t)code[at + 2] > words - at - 3) {
      return fail(error, false, "call %d has %d parameters, more than the plan holds", plan->calls, code[at + 2]);
    }
    at += 3 + (size_t)code[at + 2];
  }
  return true;
}

static bool check_bytes(int64_t bytes, int call, const KernelType *kernel, PlanError *error) {
  if (bytes > MOST_SCRATCH) return no_memory(error, (uint64_t)bytes);
  if (bytes >= 0) return true;
  return fail(error, false, "call %d (%s) asks for %lld bytes of scratch", call, kernel->name, (long long)bytes);
}

/* What the kernels say of each call; how many steps there will be, and how much scratch. */
static bool describe_calls(Plan *plan, const KernelType *const *kernels, PlanError *error) {
  size_t group_bytes = 0;
  const int32_t *p = plan->code;
  for (int i = 0; i < plan->calls; i++) {
    const KernelType *kernel = kernels[p[0]];
    Shape *shape = &plan->shape[i];
    *shape = (Shape){.kernel = kernel, .joined = p[1]};
    int parameters = p[2];
    p += 3;
    plan->call[i].p = p;
    int phases = kernel->phases == NULL ? 1 : kernel->phases(p);
    if (phases < 1 || phases > MOST_PHASES) return fail(error, false, "call %d (%s) has %d phases", i, kernel->name, phases);
    shape->phases = kernel->rows == NULL ? phases : phases - 1;
    shape->rows = kernel->rows == NULL ? 0 : kernel->rows(p);
    if (shape->rows < 0) return fail(error, false, "call %d (%s) has %d rows", i, kernel->name, shape->rows);
    int64_t shared = kernel->shared_bytes == NULL ? 0 : kernel->shared_bytes(p);
    int64_t local = kernel->local_bytes == NULL ? 0 : kernel->local_bytes(p);
    if (!check_bytes(shared, i, kernel, error) || !check_bytes(local, i, kernel, error)) return false;
    bool continues = i > 0 && plan->shape[i - 1].joined;
    if (continues && (kernel->rows == NULL || plan->shape[i - 1].rows != shape->rows)) {
      return fail(error, false, "call %d (%s) is joined with the one before, but has other rows", i, kernel->name);
    }
    if (shape->joined && kernel->rows == NULL) {
      return fail(error, false, "call %d (%s) is joined, but has no rows", i, kernel->name);
    }
    if (!continues) group_bytes = 0;
    shape->shared_at = (int64_t)group_bytes;
    group_bytes += rounded((size_t)shared, LINE);
    if (group_bytes > plan->shared_bytes) plan->shared_bytes = group_bytes;
    if (rounded((size_t)local, LINE) > plan->local_bytes) plan->local_bytes = rounded((size_t)local, LINE);
    plan->steps += shape->phases + (kernel->rows != NULL && !shape->joined);
    p += parameters;
  }
  if (plan->calls > 0 && plan->shape[plan->calls - 1].joined) {
    return fail(error, false, "the last call is joined with none");
  }
  return true;
}

/* Rows of a block, about: results do not depend on it. */
static int64_t block_rows(int rows, int64_t row_bytes, int64_t shared_bytes, int threads) {
  int64_t bytes = row_bytes > 0 ? row_bytes : 1;
  int64_t fit = (shared_bytes > BLOCK_BYTES ? shared_bytes : BLOCK_BYTES) / bytes;
  int64_t even = rows / ((int64_t)threads * BLOCKS_PER_THREAD);
  int64_t floor = LEAST_BLOCK_BYTES / bytes;
  int64_t block = fit < even ? fit : even;
  if (block < floor) block = floor;
  return block < TILE_ROWS ? TILE_ROWS : block;
}

/*
 * Blocks that rows are cut into, evenly: as many for every thread, since one block more would keep one thread busy while the
 * others wait; of the next few such numbers the one that fills its tiles best.
 */
static int block_count(int rows, int64_t block, int threads) {
  int64_t least_count = (rows + block - 1) / block;
  if (least_count <= threads) return (int)least_count;
  int64_t count = (least_count + threads - 1) / threads * threads, best = count, least_waste = INT64_MAX;
  for (int64_t more = 0; more < 3 && count <= rows; more++, count += threads) {
    int64_t tiles = (rows + count * TILE_ROWS - 1) / (count * TILE_ROWS);
    int64_t waste = tiles * TILE_ROWS * count - rows;
    if (waste < least_waste) best = count, least_waste = waste;
  }
  return best < rows ? (int)best : rows;
}

/* The calls from `first` on that are joined: the phases before their rows, then the rows of all of them. */
static int add_group(Plan *plan, int first, int step, PlanError *error) {
  int last = first;
  while (plan->shape[last].joined) last++;
  int64_t row_bytes = 0, shared_bytes = 0;
  for (int i = first; i <= last; i++) {
    const KernelType *kernel = plan->shape[i].kernel;
    for (int phase = 0; phase < plan->shape[i].phases; phase++) {
      int tasks = kernel->tasks(plan->call[i].p, phase);
      if (tasks < 0) {
        fail(error, false, "call %d (%s) has %d tasks", i, kernel->name, tasks);
        return -1;
      }
      plan->step[step++] = (Step){.call = i, .calls = 1, .phase = phase, .tasks = tasks};
    }
    if (kernel->row_bytes != NULL) row_bytes += kernel->row_bytes(plan->call[i].p);
    if (kernel->shared_bytes != NULL) shared_bytes += kernel->shared_bytes(plan->call[i].p);
  }
  if (plan->shape[first].kernel->rows == NULL) return step;
  int rows = plan->shape[first].rows;
  int64_t block = block_rows(rows, row_bytes, shared_bytes, plan->threads);
  int tasks = rows == 0 ? 0 : block_count(rows, block, plan->threads);
  plan->step[step++] = (Step){.call = first, .calls = last - first + 1, .rows = rows, .tasks = tasks};
  return step;
}

static bool add_steps(Plan *plan, PlanError *error) {
  int step = 0;
  for (int i = 0; i < plan->calls; i++) {
    bool continues = i > 0 && plan->shape[i - 1].joined;
    if (!continues && (step = add_group(plan, i, step, error)) < 0) return false;
  }
  return true;
}

static bool take_lists(Plan *plan, PlanError *error) {
  size_t calls = (size_t)plan->calls + 1;
  plan->shape = calloc(calls, sizeof *plan->shape);
  plan->call = calloc(calls, sizeof *plan->call);
  plan->spent = calloc(calls, sizeof *plan->spent);
  plan->busy = calloc(calls, sizeof *plan->busy);
  if (plan->shape != NULL && plan->call != NULL && plan->spent != NULL && plan->busy != NULL) return true;
  return no_memory(error, calls * (sizeof(Shape) + sizeof(Call)));
}

static bool take_memory(Plan *plan, PlanError *error) {
  uint64_t bytes = plan->arena_length * sizeof(float);
  if (!memory_take(&plan->arena, bytes)) return no_memory(error, bytes);
  if (!memory_take(&plan->shared, plan->shared_bytes)) return no_memory(error, plan->shared_bytes);
  bytes = plan->local_bytes * (uint64_t)plan->threads;
  if (!memory_take(&plan->local, bytes)) return no_memory(error, bytes);
  plan->team = team_new(plan->threads);
  if (plan->team == NULL) return no_memory(error, (uint64_t)plan->threads * LINE);
  for (int i = 0; i < plan->calls; i++) {
    plan->call[i].arena = (float *)plan->arena.start;
    plan->call[i].shared = plan->shared.start + plan->shape[i].shared_at;
  }
  return true;
}

static bool build(Plan *plan, const KernelType *const *kernels, int kernel_count, const int32_t *code, size_t words,
                  PlanError *error) {
  /* A kernel may read some parameters more than it was given; what it reads then are zeros. */
  enum { SPARE = 64 };
  plan->code = calloc(words + SPARE, sizeof *plan->code);
  if (plan->code == NULL) return no_memory(error, (words + SPARE) * sizeof *plan->code);
  if (words > 0) memcpy(plan->code, code, words * sizeof *code);
  if (!count_calls(plan, kernel_count, words, error) || !take_lists(plan, error)) return false;
  if (!describe_calls(plan, kernels, error)) return false;
  plan->step = calloc((size_t)plan->steps + 1, sizeof *plan->step);
  if (plan->step == NULL) return no_memory(error, (uint64_t)plan->steps * sizeof *plan->step);
  return add_steps(plan, error) && take_memory(plan, error);
}

Plan *plan_new(const KernelType *const *kernels, int kernel_count, const int32_t *code, size_t words,
               uint64_t arena_length, int threads, PlanError *error) {
  Plan *plan = calloc(1, sizeof *plan);
  if (plan == NULL) {
    no_memory(error, sizeof *plan);
    return NULL;
  }
  plan->arena_length = arena_length;
  plan->threads = threads;
  if (build(plan, kernels, kernel_count, code, words, error)) return plan;
  plan_free(plan);
  return NULL;
}

void plan_free(Plan *plan) {
  if (plan == NULL) return;
  team_free(plan->team);
  memory_free(&plan->arena);
  memory_free(&plan->shared);
  memory_free(&plan->local);
  free(plan->code);
  free(plan->shape);
  free(plan->call);
  free(plan->step);
  free(plan->spent);
  free((void *)plan->busy);
  free(plan);
}

static int step_tasks(void *self, int step) { return ((Plan *)self)->step[step].tasks; }

static void run_task(void *self, int at, int task, int thread) {
  Plan *plan = self;
  const Step *step = &plan->step[at];
  char *local = plan->local.start + plan->local_bytes * (size_t)thread;
  if (step->rows == 0) {
    plan->shape[step->call].kernel->run(&plan->call[step->call], step->phase, task, local);
    return;
  }
  int first = (int)((int64_t)step->rows * task / step->tasks);
  int last = (int)((int64_t)step->rows * (task + 1) / step->tasks);
  for (int i = step->call; i < step->call + step->calls; i++) {
    int64_t before = plan->profiled ? nanoseconds() : 0;
    plan->shape[i].kernel->range(&plan->call[i], first, last, local);
    if (plan->profiled) atomic_fetch_add_explicit(&plan->busy[i], nanoseconds() - before, memory_order_relaxed);
  }
}

static void end_step(void *self, int at) {
  Plan *plan = self;
  if (!plan->profiled) return;
  const Step *step = &plan->step[at];
  int64_t now = nanoseconds();
  double time = (double)(now - plan->since), busy = 0;
  plan->since = now;
  for (int i = step->call; i < step->call + step->calls; i++) busy += (double)plan->busy[i];
  for (int i = step->call; i < step->call + step->calls; i++) {
    double share = busy > 0 ? (double)plan->busy[i] / busy : 1.0 / step->calls;
    plan->spent[i] += (int64_t)(time * share);
    plan->busy[i] = 0;
  }
}

void plan_run(Plan *plan) {
  plan->since = plan->profiled ? nanoseconds() : 0;
  team_run(plan->team, &(Work){plan, plan->steps, step_tasks, run_task, end_step});
}

float *plan_arena(Plan *plan) { return (float *)plan->arena.start; }

uint64_t plan_arena_length(const Plan *plan) { return plan->arena_length; }

uint64_t plan_scratch_bytes(const Plan *plan) {
  return plan->shared_bytes + plan->local_bytes * (uint64_t)plan->threads;
}

int plan_calls(const Plan *plan) { return plan->calls; }

void plan_profile(Plan *plan, bool on) {
  plan->profiled = on;
  memset(plan->spent, 0, (size_t)plan->calls * sizeof *plan->spent);
}

bool plan_is_profiled(const Plan *plan) { return plan->profiled; }

int64_t plan_spent(const Plan *plan, int call) { return plan->spent[call]; }
