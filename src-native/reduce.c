/*
 * Reductions along one axis, and means with variances. Sums are taken in blocks of at most 128 rows, each row vectors of
 * columns, and blocks are added up: no chain of additions is long. Uses rows.c and move.c, which kernels.c includes before.
 */
#include "kernel.h"
#include "simd.h"
#include "vmath.h"

#define REDUCE_TASK 32768 /* elements that are worth a task */
#define REDUCE_TASKS 64
#define REDUCE_COLUMNS 512 /* columns that are reduced together */
#define REDUCE_BLOCK 128   /* rows of a block */
#define REDUCE_GROUP 8     /* rows that are joined before they reach the sums */
#define REDUCE_FOLD 64     /* few columns are reduced as several rows in one, of about this width */

typedef enum {
  REDUCE_SUM,
  REDUCE_MAX,
  REDUCE_MIN,
  REDUCE_SQUARES,
  REDUCE_LOG_SUM_EXP,
  REDUCE_ARG_MAX,
  REDUCE_ARG_MIN
} ReduceKind;

/* How [outer, length, inner] is cut: ranges of outer, of length, and of inner. */
typedef struct {
  int64_t outer, length, inner;
  int64_t planes, parts, strips;
} ReduceCut;

static ReduceCut reduce_cut(int64_t outer, int64_t length, int64_t inner) {
  ReduceCut cut = {outer, length, inner, 0, 0, 0};
  int64_t size = outer * length * inner, tasks = (size + REDUCE_TASK - 1) / REDUCE_TASK;
  if (tasks > REDUCE_TASKS) tasks = REDUCE_TASKS;
  if (tasks < 1) tasks = 1;
  if (outer == 0 || inner == 0) return cut;
  cut.planes = outer < tasks ? outer : tasks;
  int64_t more = (tasks + cut.planes - 1) / cut.planes, parts = length / (inner == 1 ? 8192 : REDUCE_BLOCK);
  cut.parts = parts < more ? most(1, (int)parts) : more;
  more = (more + cut.parts - 1) / cut.parts;
  int64_t strips = (inner + 255) / 256;
  cut.strips = strips < more ? strips : more;
  return cut;
}

/* What one task covers. */
typedef struct {
  int64_t plane, plane_end, row, row_end, column, column_end, part;
} ReduceRange;

static ReduceRange reduce_range(const ReduceCut *cut, int task) {
  ReduceRange r;
  r.part = task / cut->strips % cut->parts;
  move_part(cut->outer, 1, task / (cut->strips * cut->parts), cut->planes, &r.plane, &r.plane_end);
  move_part(cut->length, 1, r.part, cut->parts, &r.row, &r.row_end);
  move_part(cut->inner, 64, task % cut->strips, cut->strips, &r.column, &r.column_end);
  return r;
}

/* a or b, whichever is greater; NaN where either is. */
INLINE vf reduce_greater(vf a, vf b) { return choose(a != a, a, vf_max(a, b)); }
INLINE vf reduce_smaller(vf a, vf b) { return choose(a != a, a, vf_min(a, b)); }

INLINE float reduce_neutral(const ReduceKind kind) {
  return kind == REDUCE_MAX || kind == REDUCE_ARG_MAX || kind == REDUCE_LOG_SUM_EXP ? -INFINITY
         : kind == REDUCE_MIN || kind == REDUCE_ARG_MIN                            ? INFINITY
                                                                                   : 0;
}
INLINE vf reduce_join(const ReduceKind kind, vf a, vf b) {
  return kind == REDUCE_MAX ? reduce_greater(a, b) : kind == REDUCE_MIN ? reduce_smaller(a, b) : a + b;
}
INLINE vf reduce_read(const ReduceKind kind, const float *x, int part) {
  vf v = part ? vf_load_part(x, part, reduce_neutral(kind)) : load(x);
  return kind == REDUCE_SQUARES ? v * v : v;
}

/* REDUCE_GROUP rows joined in pairs. */
INLINE vf reduce_group(const ReduceKind kind, const float *x, int64_t stride, int part) {
  vf v[REDUCE_GROUP];
  for (int r = 0; r < REDUCE_GROUP; r++) v[r] = reduce_read(kind, x + r * stride, part);
  for (int half = REDUCE_GROUP / 2; half > 0; half /= 2) {
    for (int r = 0; r < half; r++) v[r] = reduce_join(kind, v[r], v[r + half]);
  }
  return v[0];
}

/* Sum, maximum, minimum or sum of squares of each column: to[c] for c < columns <= REDUCE_COLUMNS. */
INLINE void reduce_columns_of(const ReduceKind kind, const float *x, int64_t rows, int64_t stride, int columns, float *to) {
  float block[REDUCE_COLUMNS + VL];
  vf neutral = all(reduce_neutral(kind));
  int whole = columns / VL * VL, part = columns - whole;
  for (int c = 0; c < columns; c += VL) store(to + c, neutral);
  for (int64_t first = 0; first < rows; first += REDUCE_BLOCK) {
    int64_t last = first + REDUCE_BLOCK < rows ? first + REDUCE_BLOCK : rows, r = first;
    for (int c = 0; c < columns; c += VL) store(block + c, neutral);
    for (; r + REDUCE_GROUP <= last; r += REDUCE_GROUP) {
      const float *from = x + r * stride;
      for (int c = 0; c < whole; c += VL) {
        store(block + c, reduce_join(kind, load(block + c), reduce_group(kind, from + c, stride, 0)));
      }
      if (part) store(block + whole, reduce_join(kind, load(block + whole), reduce_group(kind, from + whole, stride, part)));
    }
    for (; r < last; r++) {
      const float *from = x + r * stride;
      for (int c = 0; c < whole; c += VL) {
        store(block + c, reduce_join(kind, load(block + c), reduce_read(kind, from + c, 0)));
      }
      if (part) store(block + whole, reduce_join(kind, load(block + whole), reduce_read(kind, from + whole, part)));
    }
    for (int c = 0; c < columns; c += VL) store(to + c, reduce_join(kind, load(to + c), load(block + c)));
  }
}

INLINE float reduce_one(const ReduceKind kind, float a, float b) {
  return reduce_join(kind, all(a), all(b))[0];
}

/* The same; few columns whose rows follow one another are taken as fewer, wider rows. */
INLINE void reduce_columns(const ReduceKind kind, const float *x, int64_t rows, int64_t stride, int columns, float *to) {
  int fold = REDUCE_FOLD / columns;
  if (stride != columns || fold < 2 || rows < fold) {
    reduce_columns_of(kind, x, rows, stride, columns, to);
    return;
  }
  float wide[REDUCE_COLUMNS + VL], rest[REDUCE_COLUMNS + VL];
  int64_t folded = rows / fold;
  reduce_columns_of(kind, x, folded, (int64_t)fold * columns, fold * columns, wide);
  reduce_columns_of(kind, x + folded * fold * columns, rows - folded * fold, stride, columns, rest);
  for (int c = 0; c < columns; c++) {
    float result = rest[c];
    for (int k = 0; k < fold; k++) result = reduce_one(kind, result, wide[k * columns + c]);
    to[c] = result;
  }
}

/* Of all lanes and what is in `result`. */
INLINE float reduce_lanes(const ReduceKind kind, vf v) {
  if (kind == REDUCE_SUM || kind == REDUCE_SQUARES) return vf_total(v);
  float result = v[0];
  for (int i = 1; i < VL; i++) {
    if (v[i] != v[i] || (kind == REDUCE_MAX ? v[i] > result : v[i] < result)) result = v[i];
  }
  return result;
}

/* Sum, maximum, minimum or sum of squares of a row. */
INLINE float reduce_row(const ReduceKind kind, const float *x, int64_t length) {
  vf neutral = all(reduce_neutral(kind)), total = neutral;
  for (int64_t first = 0; first < length; first += 8192) {
    int64_t last = first + 8192 < length ? first + 8192 : length, i = first;
    vf a = neutral, b = a, c = a, d = a;
    for (; i + 4 * VL <= last; i += 4 * VL) {
      a = reduce_join(kind, a, reduce_read(kind, x + i, 0));
      b = reduce_join(kind, b, reduce_read(kind, x + i + VL, 0));
      c = reduce_join(kind, c, reduce_read(kind, x + i + 2 * VL, 0));
      d = reduce_join(kind, d, reduce_read(kind, x + i + 3 * VL, 0));
    }
    for (; i + VL <= last; i += VL) a = reduce_join(kind, a, reduce_read(kind, x + i, 0));
    if (i < last) b = reduce_join(kind, b, reduce_read(kind, x + i, (int)(last - i)));
    total = reduce_join(kind, total, reduce_join(kind, reduce_join(kind, a, b), reduce_join(kind, c, d)));
  }
  return reduce_lanes(kind, total);
}

/* Whether a value takes the place of the best so far: better, or the first NaN. */
INLINE vi reduce_beats(const ReduceKind kind, vf x, vf best) {
  return (kind == REDUCE_ARG_MAX ? x > best : x < best) | ((x != x) & (best == best));
}

/* The best of each column and its row, counted from `start`; `places` holds int32. The first row stands at the outset. */
INLINE void reduce_arg_columns(const ReduceKind kind, const float *x, int64_t rows, int64_t stride, int columns,
                               int32_t start, float *to, float *places) {
  for (int c = 0; c < columns; c += VL) {
    int part = columns - c < VL ? columns - c : 0;
    vf best = reduce_read(REDUCE_SUM, x + c, part);
    vi place = (vi){} + start;
    for (int64_t r = 1; r < rows; r++) {
      vf v = reduce_read(REDUCE_SUM, x + r * stride + c, part);
      vi better = reduce_beats(kind, v, best);
      best = choose(better, v, best);
      place = (better & ((vi){} + (start + (int32_t)r))) | (~better & place);
    }
    store(to + c, best);
    store(places + c, (vf)place);
  }
}

INLINE void reduce_arg_row(const ReduceKind kind, const float *x, int64_t length, int32_t start, float *to, int32_t *place) {
  float best = x[0];
  int32_t at = 0;
  int64_t i = 1;
  if (length >= 4 * VL) {
    vi lane, places;
    for (int k = 0; k < VL; k++) lane[k] = k;
    places = lane;
    vf found = load(x);
    for (i = VL; i + VL <= length; i += VL) {
      vf v = load(x + i);
      vi better = reduce_beats(kind, v, found);
      found = choose(better, v, found);
      places = (better & (lane + (int32_t)i)) | (~better & places);
    }
    best = found[0], at = places[0];
    for (int k = 1; k < VL; k++) {
      float v = found[k];
      int better = kind == REDUCE_ARG_MAX ? v > best : v < best;
      int equal = v == best || (v != v && best != best);
      if (better || (v != v && best == best) || (equal && places[k] < at)) best = v, at = places[k];
    }
  }
  for (; i < length && best == best; i++) {
    if (x[i] != x[i] || (kind == REDUCE_ARG_MAX ? x[i] > best : x[i] < best)) best = x[i], at = (int32_t)i;
  }
  *to = best;
  *place = at + start;
}

/* Greatest of each column, and the sum of e^(x - greatest). */
INLINE void reduce_exp_columns(const float *x, int64_t rows, int64_t stride, int columns, float *to, float *sums) {
  reduce_columns(REDUCE_MAX, x, rows, stride, columns, to);
  for (int c = 0; c < columns; c += VL) {
    int part = columns - c < VL ? columns - c : 0;
    vf centre = load(to + c), sum = all(0);
    centre = choose(vf_abs(centre) == INFINITY, all(0), centre);
    for (int64_t first = 0; first < rows; first += REDUCE_BLOCK) {
      int64_t last = first + REDUCE_BLOCK < rows ? first + REDUCE_BLOCK : rows;
      vf block = all(0);
      for (int64_t r = first; r < last; r++) {
        block += vf_exp_down(reduce_read(REDUCE_SUM, x + r * stride + c, part) - centre);
      }
      sum += block;
    }
    store(sums + c, sum);
  }
}

INLINE void reduce_exp_row(const float *x, int64_t length, float *to, float *sum) {
  float centre = *to = reduce_row(REDUCE_MAX, x, length), total = 0;
  if (isinf(centre)) centre = 0;
  for (int64_t first = 0; first < length; first += 8192) {
    total += rows_exp_sum(x + first, length - first < 8192 ? (int)(length - first) : 8192, centre);
  }
  *sum = total;
}

/* The state of each column: `a`, and for three kinds `b`: sums of e^(x - a), or int32 places. */
static void reduce_state(ReduceKind kind, const float *x, int64_t rows, int64_t stride, int columns, int64_t start,
                         float *a, float *b) {
  if (stride == 1) {
    int32_t place = 0;
    switch (kind) {
      case REDUCE_SUM: *a = reduce_row(REDUCE_SUM, x, rows); break;
      case REDUCE_MAX: *a = reduce_row(REDUCE_MAX, x, rows); break;
      case REDUCE_MIN: *a = reduce_row(REDUCE_MIN, x, rows); break;
      case REDUCE_SQUARES: *a = reduce_row(REDUCE_SQUARES, x, rows); break;
      case REDUCE_LOG_SUM_EXP: reduce_exp_row(x, rows, a, b); break;
      case REDUCE_ARG_MAX: reduce_arg_row(REDUCE_ARG_MAX, x, rows, (int32_t)start, a, &place); break;
      default: reduce_arg_row(REDUCE_ARG_MIN, x, rows, (int32_t)start, a, &place);
    }
    if (kind >= REDUCE_ARG_MAX) memcpy(b, &place, sizeof place);
    return;
  }
  switch (kind) {
    case REDUCE_SUM: reduce_columns(REDUCE_SUM, x, rows, stride, columns, a); break;
    case REDUCE_MAX: reduce_columns(REDUCE_MAX, x, rows, stride, columns, a); break;
    case REDUCE_MIN: reduce_columns(REDUCE_MIN, x, rows, stride, columns, a); break;
    case REDUCE_SQUARES: reduce_columns(REDUCE_SQUARES, x, rows, stride, columns, a); break;
    case REDUCE_LOG_SUM_EXP: reduce_exp_columns(x, rows, stride, columns, a, b); break;
    case REDUCE_ARG_MAX: reduce_arg_columns(REDUCE_ARG_MAX, x, rows, stride, columns, (int32_t)start, a, b); break;
    default: reduce_arg_columns(REDUCE_ARG_MIN, x, rows, stride, columns, (int32_t)start, a, b);
  }
}

/* Joins the state of a later part to what is in a and b. */
static void reduce_merge(ReduceKind kind, float *a, float *b, const float *a2, const float *b2, int columns) {
  for (int c = 0; c < columns; c++) {
    switch (kind) {
      case REDUCE_SUM:
      case REDUCE_SQUARES: a[c] += a2[c]; break;
      case REDUCE_MAX: a[c] = a2[c] != a2[c] || a2[c] > a[c] ? a2[c] : a[c]; break;
      case REDUCE_MIN: a[c] = a2[c] != a2[c] || a2[c] < a[c] ? a2[c] : a[c]; break;
      case REDUCE_LOG_SUM_EXP: {
        float greatest = a2[c] != a2[c] || a2[c] > a[c] ? a2[c] : a[c];
        float centre = isinf(greatest) ? 0 : greatest;
        b[c] = (a[c] == -INFINITY ? 0 : b[c] * expf(a[c] - centre)) + (a2[c] == -INFINITY ? 0 : b2[c] * expf(a2[c] - centre));
        a[c] = greatest;
        break;
      }
      default:
        if (a[c] == a[c] && (a2[c] != a2[c] || (kind == REDUCE_ARG_MAX ? a2[c] > a[c] : a2[c] < a[c]))) {
          a[c] = a2[c];
          memcpy(b + c, b2 + c, sizeof *b);
        }
    }
  }
}

static void reduce_finish(ReduceKind kind, const float *a, const float *b, float factor, int columns, float *y) {
  if (kind >= REDUCE_ARG_MAX) {
    memcpy(y, b, (size_t)columns * sizeof *y);
  } else if (kind == REDUCE_LOG_SUM_EXP) {
    for (int c = 0; c < columns; c++) y[c] = (isinf(a[c]) ? a[c] : a[c] + logf(b[c])) * factor;
  } else {
    for (int c = 0; c < columns; c++) y[c] = a[c] * factor;
  }
}

/*
 * reduce: y[o, i] = factor * (reduction over k of x[o, k, i]); for places of extremes, int32, there is no factor, and the
 * first of equals counts, or the first NaN.
 * 0 kind (0 sum, 1 maximum, 2 minimum, 3 sum of squares, 4 log of the sum of e^x, 5 place of the maximum, 6 of the
 * minimum), 1 outer, 2 length (not 0 for places), 3 inner, 4 x [outer, length, inner], 5 y [outer, inner], 6 factor (bits).
 * Phase 1 joins the states of parts of the length (shared: [outer, parts, 2, inner]), where there are several.
 */
static ReduceCut reduce_cut_of(const int32_t *p) { return reduce_cut(p[1], p[2], p[3]); }
static int reduce_phases(const int32_t *p) { return reduce_cut_of(p).parts > 1 ? 2 : 1; }
static int64_t reduce_shared(const int32_t *p) {
  ReduceCut cut = reduce_cut_of(p);
  return cut.parts > 1 ? cut.outer * cut.parts * 2 * cut.inner * (int64_t)sizeof(float) : 0;
}
static int reduce_tasks(const int32_t *p, int phase) {
  ReduceCut cut = reduce_cut_of(p);
  if (phase == 0) return (int)(cut.planes * cut.parts * cut.strips);
  int64_t tasks = cut.outer * cut.parts * cut.inner / REDUCE_TASK, units = (cut.outer * cut.inner + 63) / 64;
  return most(1, (int)(tasks < units ? tasks < 16 ? tasks : 16 : units < 16 ? units : 16));
}

/* Joins parts for elements first to last of y. */
static void reduce_join_parts(const Call *call, const ReduceCut *cut, int64_t first, int64_t last) {
  float a[REDUCE_COLUMNS], b[REDUCE_COLUMNS], *y = value(call, 5);
  const float *shared = (const float *)call->shared;
  ReduceKind kind = (ReduceKind)call->p[0];
  for (int64_t at = first; at < last;) {
    int64_t plane = at / cut->inner, column = at % cut->inner, columns = cut->inner - column;
    if (columns > last - at) columns = last - at;
    if (columns > REDUCE_COLUMNS) columns = REDUCE_COLUMNS;
    const float *state = shared + plane * cut->parts * 2 * cut->inner + column;
    memcpy(a, state, (size_t)columns * sizeof *a);
    if (kind >= REDUCE_LOG_SUM_EXP) memcpy(b, state + cut->inner, (size_t)columns * sizeof *b);
    for (int64_t part = 1; part < cut->parts; part++) {
      const float *next = state + part * 2 * cut->inner;
      reduce_merge(kind, a, b, next, next + cut->inner, (int)columns);
    }
    reduce_finish(kind, a, b, number(call->p, 6), (int)columns, y + at);
    at += columns;
  }
}

static void reduce_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  const int32_t *p = call->p;
  ReduceCut cut = reduce_cut_of(p);
  if (phase == 1) {
    int64_t first, last;
    move_part(cut.outer * cut.inner, 64, task, reduce_tasks(p, 1), &first, &last);
    reduce_join_parts(call, &cut, first, last);
    return;
  }
  ReduceRange r = reduce_range(&cut, task);
  const float *x = value(call, 4);
  float *y = value(call, 5), a[REDUCE_COLUMNS + VL], b[REDUCE_COLUMNS + VL];
  ReduceKind kind = (ReduceKind)p[0];
  for (int64_t plane = r.plane; plane < r.plane_end; plane++) {
    for (int64_t column = r.column; column < r.column_end; column += REDUCE_COLUMNS) {
      int columns = r.column_end - column < REDUCE_COLUMNS ? (int)(r.column_end - column) : REDUCE_COLUMNS;
      const float *from = x + (plane * cut.length + r.row) * cut.inner + column;
      reduce_state(kind, from, r.row_end - r.row, cut.inner, columns, r.row, a, b);
      if (cut.parts == 1) {
        reduce_finish(kind, a, b, number(p, 6), columns, y + plane * cut.inner + column);
      } else {
        float *state = (float *)call->shared + (plane * cut.parts + r.part) * 2 * cut.inner + column;
        memcpy(state, a, (size_t)columns * sizeof *a);
        if (kind >= REDUCE_LOG_SUM_EXP) memcpy(state + cut.inner, b, (size_t)columns * sizeof *b);
      }
    }
  }
}

/*
 * Mean and sum of squared differences from it, of each column: blocks of rows, each in two passes, joined by the formula
 * of Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).
 */
INLINE void moments_columns_of(const float *x, int64_t rows, int64_t stride, int columns, float *mean, float *spread) {
  float centre[REDUCE_COLUMNS + VL], sums[REDUCE_COLUMNS + VL];
  int whole = columns / VL * VL, part = columns - whole;
  for (int c = 0; c < columns; c += VL) {
    store(mean + c, all(0));
    store(spread + c, all(0));
  }
  /* A block lies in the first or second cache for its second pass. */
  int64_t block = columns <= 64 ? REDUCE_BLOCK : 64;
  for (int64_t first = 0; first < rows; first += block) {
    int64_t count = first + block < rows ? block : rows - first, r = 0;
    const float *from = x + first * stride;
    reduce_columns_of(REDUCE_SUM, from, count, stride, columns, centre);
    for (int c = 0; c < columns; c += VL) {
      store(centre + c, load(centre + c) / (float)count);
      store(sums + c, all(0));
    }
    for (; r + 4 <= count; r += 4, from += 4 * stride) {
      for (int c = 0; c < whole; c += VL) {
        vf m = load(centre + c), p = load(from + c) - m, q = load(from + stride + c) - m;
        vf s = load(from + 2 * stride + c) - m, t = load(from + 3 * stride + c) - m;
        store(sums + c, load(sums + c) + ((p * p + q * q) + (s * s + t * t)));
      }
      for (int k = 0; k < 4 && part; k++) {
        vf d = vf_load_part(from + k * stride + whole, part, 0) - load(centre + whole);
        store(sums + whole, load(sums + whole) + d * d);
      }
    }
    for (; r < count; r++, from += stride) {
      for (int c = 0; c < whole; c += VL) {
        vf d = load(from + c) - load(centre + c);
        store(sums + c, load(sums + c) + d * d);
      }
      if (part) {
        vf d = vf_load_part(from + whole, part, 0) - load(centre + whole);
        store(sums + whole, load(sums + whole) + d * d);
      }
    }
    float share = (float)count / (float)(first + count), weight = (float)first * share;
    for (int c = 0; c < columns; c += VL) {
      vf m = load(mean + c), d = load(centre + c) - m;
      store(mean + c, m + d * share);
      store(spread + c, load(spread + c) + load(sums + c) + d * d * weight);
    }
  }
}

/* The joined mean and spread of `count` more values. */
INLINE void moments_merge(float *mean, float *spread, int64_t before, float mean2, float spread2, int64_t count) {
  float d = mean2 - *mean, share = (float)count / (float)(before + count);
  *mean += d * share;
  *spread += spread2 + d * d * (float)before * share;
}

/* Mean and sum of squared differences of a row. */
static void moments_row(const float *x, int64_t length, float *mean, float *spread) {
  *mean = *spread = 0;
  for (int64_t first = 0; first < length; first += 4096) {
    int count = length - first < 4096 ? (int)(length - first) : 4096;
    float centre = rows_sum(x + first, count) / (float)count;
    moments_merge(mean, spread, first, centre, rows_spread(x + first, count, centre), count);
  }
}

/* Of columns; few whose rows follow one another are taken as fewer, wider rows. */
static void moments_columns(const float *x, int64_t rows, int64_t stride, int columns, float *mean, float *spread) {
  int fold = REDUCE_FOLD / columns;
  if (stride == 1) {
    moments_row(x, rows, mean, spread);
    return;
  }
  if (stride != columns || fold < 2 || rows < 2 * fold) {
    moments_columns_of(x, rows, stride, columns, mean, spread);
    return;
  }
  float means[REDUCE_COLUMNS + VL], spreads[REDUCE_COLUMNS + VL], means2[REDUCE_COLUMNS + VL], spreads2[REDUCE_COLUMNS + VL];
  int64_t folded = rows / fold, rest = rows - folded * fold;
  moments_columns_of(x, folded, (int64_t)fold * columns, fold * columns, means, spreads);
  moments_columns_of(x + folded * fold * columns, rest, stride, columns, means2, spreads2);
  for (int c = 0; c < columns; c++) {
    mean[c] = means[c], spread[c] = spreads[c];
    for (int k = 1; k < fold; k++) {
      moments_merge(mean + c, spread + c, folded * k, means[k * columns + c], spreads[k * columns + c], folded);
    }
    if (rest > 0) moments_merge(mean + c, spread + c, folded * fold, means2[c], spreads2[c], rest);
  }
}

/* Joins the parts (shared: [outer, parts, 2, inner]) of elements first to last of mean and variance. */
static void moments_join_parts(const Call *call, const ReduceCut *cut, int64_t first, int64_t last) {
  float *mean = value(call, 3), *variance = value(call, 4);
  const float *shared = (const float *)call->shared;
  for (int64_t at = first; at < last; at++) {
    const float *state = shared + at / cut->inner * cut->parts * 2 * cut->inner + at % cut->inner;
    float m = state[0], s = state[cut->inner];
    for (int64_t part = 1; part < cut->parts; part++) {
      int64_t row, row_end;
      move_part(cut->length, 1, part, cut->parts, &row, &row_end);
      const float *next = state + part * 2 * cut->inner;
      moments_merge(&m, &s, row, next[0], next[cut->inner], row_end - row);
    }
    mean[at] = m;
    variance[at] = s / (float)cut->length;
  }
}

static void moments_run_cut(const Call *call, const ReduceCut *cut, int phase, int task, int tasks) {
  if (phase == 1) {
    int64_t first, last;
    move_part(cut->outer * cut->inner, 64, task, tasks, &first, &last);
    moments_join_parts(call, cut, first, last);
    return;
  }
  ReduceRange r = reduce_range(cut, task);
  const float *x = value(call, 2);
  float *mean = value(call, 3), *variance = value(call, 4), a[REDUCE_COLUMNS + VL], b[REDUCE_COLUMNS + VL];
  for (int64_t plane = r.plane; plane < r.plane_end; plane++) {
    for (int64_t column = r.column; column < r.column_end; column += REDUCE_COLUMNS) {
      int columns = r.column_end - column < REDUCE_COLUMNS ? (int)(r.column_end - column) : REDUCE_COLUMNS;
      const float *from = x + (plane * cut->length + r.row) * cut->inner + column;
      moments_columns(from, r.row_end - r.row, cut->inner, columns, a, b);
      int64_t at = plane * cut->inner + column;
      if (cut->parts == 1) {
        memcpy(mean + at, a, (size_t)columns * sizeof *a);
        for (int c = 0; c < columns; c++) variance[at + c] = b[c] / (float)cut->length;
      } else {
        float *state = (float *)call->shared + (plane * cut->parts + r.part) * 2 * cut->inner + column;
        memcpy(state, a, (size_t)columns * sizeof *a);
        memcpy(state + cut->inner, b, (size_t)columns * sizeof *b);
      }
    }
  }
}

static int64_t moments_shared_of(const ReduceCut *cut) {
  return cut->parts > 1 ? cut->outer * cut->parts * 2 * cut->inner * (int64_t)sizeof(float) : 0;
}
static int moments_tasks_of(const ReduceCut *cut, int phase) {
  if (phase == 0) return (int)(cut->planes * cut->parts * cut->strips);
  int64_t tasks = cut->outer * cut->parts * cut->inner / 8192, units = (cut->outer * cut->inner + 63) / 64;
  return most(1, (int)(tasks < units ? tasks < 16 ? tasks : 16 : units < 16 ? units : 16));
}

/*
 * moments: mean and biased variance of each column. 0 rows (not 0), 1 columns, 2 x [rows, columns], 3 mean [columns],
 * 4 variance [columns].
 */
static ReduceCut moments_cut(const int32_t *p) { return reduce_cut(1, p[0], p[1]); }
static int moments_phases(const int32_t *p) { return moments_cut(p).parts > 1 ? 2 : 1; }
static int64_t moments_shared(const int32_t *p) {
  ReduceCut cut = moments_cut(p);
  return moments_shared_of(&cut);
}
static int moments_tasks(const int32_t *p, int phase) {
  ReduceCut cut = moments_cut(p);
  return moments_tasks_of(&cut, phase);
}
static void moments_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  ReduceCut cut = moments_cut(call->p);
  moments_run_cut(call, &cut, phase, task, moments_tasks(call->p, 1));
}

/*
 * momentsRows: mean and biased variance of each row. 0 rows, 1 length (not 0), 2 x [rows, length], 3 mean [rows],
 * 4 variance [rows].
 */
static ReduceCut moments_rows_cut(const int32_t *p) { return reduce_cut(p[0], p[1], 1); }
static int moments_rows_phases(const int32_t *p) { return moments_rows_cut(p).parts > 1 ? 2 : 1; }
static int64_t moments_rows_shared(const int32_t *p) {
  ReduceCut cut = moments_rows_cut(p);
  return moments_shared_of(&cut);
}
static int moments_rows_tasks(const int32_t *p, int phase) {
  ReduceCut cut = moments_rows_cut(p);
  return moments_tasks_of(&cut, phase);
}
static void moments_rows_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  ReduceCut cut = moments_rows_cut(call->p);
  moments_run_cut(call, &cut, phase, task, moments_rows_tasks(call->p, 1));
}

static const KernelType reduce_kernels[] = {
    {
        .name = "reduce",
        .phases = reduce_phases,
        .shared_bytes = reduce_shared,
        .tasks = reduce_tasks,
        .run = reduce_run,
    },
    {
        .name = "moments",
        .phases = moments_phases,
        .shared_bytes = moments_shared,
        .tasks = moments_tasks,
        .run = moments_run,
    },
    {
        .name = "momentsRows",
        .phases = moments_rows_phases,
        .shared_bytes = moments_rows_shared,
        .tasks = moments_rows_tasks,
        .run = moments_rows_run,
    },
};
