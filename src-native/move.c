/*
 * Kernels that move values and change none: copies between any layouts, gathers, scatters, one-hot. Elements of 4 bytes
 * are moved as floats, whatever they hold.
 */
#include "kernel.h"
#include "simd.h"
#include "vmath.h"

INLINE void move_row(float *y, const float *x, int64_t count) {
  int64_t i = 0;
  for (; i + 4 * VL <= count; i += 4 * VL) {
    vf a = load(x + i), b = load(x + i + VL), c = load(x + i + 2 * VL), d = load(x + i + 3 * VL);
    store(y + i, a);
    store(y + i + VL, b);
    store(y + i + 2 * VL, c);
    store(y + i + 3 * VL, d);
  }
  for (; i + VL <= count; i += VL) store(y + i, load(x + i));
  if (i < count) vf_store_part(y + i, vf_load_part(x + i, (int)(count - i), 0), (int)(count - i));
}

INLINE void move_fill(float *y, float x, int64_t count) {
  vf v = all(0);
  for (int lane = 0; lane < VL; lane++) v[lane] = x;
  int64_t i = 0;
  for (; i + VL <= count; i += VL) store(y + i, v);
  if (i < count) vf_store_part(y + i, v, (int)(count - i));
}

/* The part `task` of `tasks` of a length, in units: first and the one after the last. */
INLINE void move_part(int64_t length, int64_t unit, int64_t task, int64_t tasks, int64_t *first, int64_t *last) {
  int64_t units = (length + unit - 1) / unit;
  *first = units * task / tasks * unit;
  *last = units * (task + 1) / tasks * unit;
  if (*last > length) *last = length;
}

#define MOVE_RANK 8
#define MOVE_TILE 16
#define MOVE_TASK 32768 /* elements that are worth a task */

/* How the rows and elements of one plane, the last two axes, are moved. */
typedef enum {
  MOVE_ROWS,    /* both contiguous */
  MOVE_REPEAT,  /* one element of x fills a row of y */
  MOVE_REVERSE, /* backwards through x */
  MOVE_TILES,   /* x is contiguous along rows, y along elements: transposed tile by tile */
  MOVE_STRIDED
} MoveWay;

typedef struct {
  int rank; /* at least 2 */
  int64_t length[MOVE_RANK + 1], xs[MOVE_RANK + 1], ys[MOVE_RANK + 1];
  MoveWay way;
  int64_t outer;                          /* planes */
  int64_t planes, rows, elements;         /* into how many parts planes, rows and elements are cut */
  int64_t row_unit;
} Move;

INLINE int64_t move_size(int64_t a) { return a < 0 ? -a : a; }

INLINE void move_swap(Move *m, int a, int b) {
  int64_t length = m->length[a], xs = m->xs[a], ys = m->ys[a];
  m->length[a] = m->length[b], m->xs[a] = m->xs[b], m->ys[a] = m->ys[b];
  m->length[b] = length, m->xs[b] = xs, m->ys[b] = ys;
}

/* The axes of a copy in the order of y's memory, those in one piece joined; and how the work is cut. */
static Move move_of(const int32_t *p) {
  Move m = {.rank = 0};
  int rank = p[0];
  int64_t size = 1;
  for (int i = 0; i < rank; i++) {
    int64_t length = p[3 + i];
    size *= length;
    if (length == 1) continue;
    int at = m.rank++;
    m.length[at] = length, m.xs[at] = p[3 + rank + i], m.ys[at] = p[3 + 2 * rank + i];
    for (; at > 0 && move_size(m.ys[at - 1]) < move_size(m.ys[at]); at--) move_swap(&m, at - 1, at);
  }
  int joined = 0;
  for (int i = 1; i < m.rank; i++) {
    int64_t length = m.length[i];
    if (m.xs[joined] == m.xs[i] * length && m.ys[joined] == m.ys[i] * length) {
      m.length[joined] *= length, m.xs[joined] = m.xs[i], m.ys[joined] = m.ys[i];
    } else {
      joined++;
      m.length[joined] = length, m.xs[joined] = m.xs[i], m.ys[joined] = m.ys[i];
    }
  }
  m.rank = m.rank == 0 ? 0 : joined + 1;
  for (; m.rank < 2; m.rank++) {
    for (int i = m.rank; i > 0; i--) m.length[i] = m.length[i - 1], m.xs[i] = m.xs[i - 1], m.ys[i] = m.ys[i - 1];
    m.length[0] = 1, m.xs[0] = 0, m.ys[0] = 0;
  }
  int last = m.rank - 1;
  m.row_unit = 1;
  m.way = MOVE_STRIDED;
  if (m.ys[last] == 1 || m.length[last] == 1) {
    if (m.xs[last] == 1 || m.length[last] == 1) m.way = MOVE_ROWS;
    else if (m.xs[last] == 0) m.way = MOVE_REPEAT;
    else if (m.xs[last] == -1) m.way = MOVE_REVERSE;
    else {
      for (int i = 0; i < last; i++) {
        if (m.xs[i] != 1) continue;
        /* To the place before the last; the others keep their order. */
        for (int at = i; at < last - 1; at++) move_swap(&m, at, at + 1);
        if (m.length[last] >= 4 && m.length[last - 1] >= 4) {
          m.way = MOVE_TILES;
          m.row_unit = MOVE_TILE;
        }
        break;
      }
    }
  }
  /* The longer loop is the inner one. */
  if (m.way == MOVE_STRIDED && m.length[last] < 16 && m.length[last - 1] > m.length[last]) move_swap(&m, last - 1, last);
  m.outer = 1;
  for (int i = 0; i < last - 1; i++) m.outer *= m.length[i];
  int64_t tasks = (size + MOVE_TASK - 1) / MOVE_TASK;
  if (tasks > 64) tasks = 64;
  int64_t rows = (m.length[last - 1] + m.row_unit - 1) / m.row_unit, elements = (m.length[last] + 63) / 64;
  m.planes = m.outer < tasks ? m.outer : tasks;
  if (size == 0 || m.planes == 0) {
    m.planes = m.rows = m.elements = 0;
    return m;
  }
  int64_t more = (tasks + m.planes - 1) / m.planes;
  m.rows = rows < more ? rows : more;
  more = (more + m.rows - 1) / m.rows;
  m.elements = elements < more ? elements : more;
  return m;
}

typedef float move_four __attribute__((vector_size(16)));
typedef float move_four_u __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t move_pick __attribute__((vector_size(16)));

/* y[j][i] = x[i][j] for 4 x 4. */
INLINE void move_4x4(const float *x, int64_t xs, float *y, int64_t ys) {
  move_four a = *(const move_four_u *)x, b = *(const move_four_u *)(x + xs);
  move_four c = *(const move_four_u *)(x + 2 * xs), d = *(const move_four_u *)(x + 3 * xs);
  move_four ab = __builtin_shuffle(a, b, (move_pick){0, 4, 1, 5}), AB = __builtin_shuffle(a, b, (move_pick){2, 6, 3, 7});
  move_four cd = __builtin_shuffle(c, d, (move_pick){0, 4, 1, 5}), CD = __builtin_shuffle(c, d, (move_pick){2, 6, 3, 7});
  *(move_four_u *)y = __builtin_shuffle(ab, cd, (move_pick){0, 1, 4, 5});
  *(move_four_u *)(y + ys) = __builtin_shuffle(ab, cd, (move_pick){2, 3, 6, 7});
  *(move_four_u *)(y + 2 * ys) = __builtin_shuffle(AB, CD, (move_pick){0, 1, 4, 5});
  *(move_four_u *)(y + 3 * ys) = __builtin_shuffle(AB, CD, (move_pick){2, 3, 6, 7});
}

/* y[j * ys + i] = x[j + i * xs] for `rows` j and `count` i. */
static void move_transpose(const float *x, int64_t xs, float *y, int64_t ys, int64_t rows, int64_t count) {
  int64_t whole_rows = rows & ~(int64_t)3, whole = count & ~(int64_t)3;
  for (int64_t i0 = 0; i0 < whole; i0 += MOVE_TILE) {
    int64_t end = i0 + MOVE_TILE < whole ? i0 + MOVE_TILE : whole;
    for (int64_t j = 0; j < whole_rows; j += 4) {
      for (int64_t i = i0; i < end; i += 4) move_4x4(x + j + i * xs, xs, y + j * ys + i, ys);
    }
  }
  for (int64_t j = 0; j < rows; j++) {
    for (int64_t i = j < whole_rows ? whole : 0; i < count; i++) y[j * ys + i] = x[j + i * xs];
  }
}

static void move_plane(const Move *m, const float *x, float *y, int64_t rows, int64_t count) {
  int64_t xr = m->xs[m->rank - 2], yr = m->ys[m->rank - 2], xe = m->xs[m->rank - 1], ye = m->ys[m->rank - 1];
  switch (m->way) {
    case MOVE_ROWS:
      for (int64_t j = 0; j < rows; j++) move_row(y + j * yr, x + j * xr, count);
      break;
    case MOVE_REPEAT:
      for (int64_t j = 0; j < rows; j++) move_fill(y + j * yr, x[j * xr], count);
      break;
    case MOVE_REVERSE:
      for (int64_t j = 0; j < rows; j++) {
        const float *from = x + j * xr;
        float *to = y + j * yr;
        for (int64_t i = 0; i < count; i++) to[i] = from[-i];
      }
      break;
    case MOVE_TILES:
      move_transpose(x, xe, y, yr, rows, count);
      break;
    default:
      for (int64_t j = 0; j < rows; j++) {
        for (int64_t i = 0; i < count; i++) y[j * yr + i * ye] = x[j * xr + i * xe];
      }
  }
}

/*
 * copy: y[i, j, ...] = x[i, j, ...] with a stride for each axis on both sides; a stride of x is 0 where x is repeated and
 * negative where it is read backwards. x and y do not overlap.
 * 0 rank (<= 8), 1 x, 2 y, then for each axis: length; stride of x; stride of y ([rank] each, in this order).
 */
static int copy_tasks(const int32_t *p, int phase) {
  (void)phase;
  Move m = move_of(p);
  return (int)(m.planes * m.rows * m.elements);
}

static void copy_run(const Call *call, int phase, int task, char *local) {
  (void)phase, (void)local;
  Move m = move_of(call->p);
  int64_t first, last, row, row_end, element, element_end, at[MOVE_RANK + 1];
  move_part(m.outer, 1, task / (m.rows * m.elements), m.planes, &first, &last);
  move_part(m.length[m.rank - 2], m.row_unit, task / m.elements % m.rows, m.rows, &row, &row_end);
  move_part(m.length[m.rank - 1], 64, task % m.elements, m.elements, &element, &element_end);
  const float *x = value(call, 1) + row * m.xs[m.rank - 2] + element * m.xs[m.rank - 1];
  float *y = value(call, 2) + row * m.ys[m.rank - 2] + element * m.ys[m.rank - 1];
  int64_t rest = first;
  for (int i = m.rank - 3; i >= 0; i--) {
    at[i] = rest % m.length[i];
    rest /= m.length[i];
    x += at[i] * m.xs[i];
    y += at[i] * m.ys[i];
  }
  for (int64_t plane = first; plane < last; plane++) {
    move_plane(&m, x, y, row_end - row, element_end - element);
    for (int i = m.rank - 3; i >= 0; i--) {
      x += m.xs[i], y += m.ys[i];
      if (++at[i] < m.length[i]) break;
      x -= m.length[i] * m.xs[i], y -= m.length[i] * m.ys[i];
      at[i] = 0;
    }
  }
}

/* Tasks over `count` things of `size` elements each, and the part of one task. */
INLINE int64_t move_tasks(int64_t count, int64_t size) {
  int64_t tasks = (count * size + MOVE_TASK - 1) / MOVE_TASK;
  if (tasks > 64) tasks = 64;
  return tasks < count ? tasks : count;
}

/* fill: each element of y is the same word. 0 count, 1 y, 2 word. */
static int fill_tasks(const int32_t *p, int phase) {
  (void)phase;
  return (int)move_tasks((p[0] + 63) / 64, 64);
}

static void fill_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  int64_t first, last;
  move_part(call->p[0], 64, task, fill_tasks(call->p, phase), &first, &last);
  move_fill(value(call, 1) + first, number(call->p, 2), last - first);
}

/* An index of an axis: negative from the end, beyond the axis its nearest end. */
INLINE int64_t move_index(int32_t index, int64_t length) {
  int64_t at = index < 0 ? index + length : index;
  return at < 0 ? 0 : at >= length ? length - 1 : at;
}

/*
 * gatherRows: y[i] = table[indices[i]]; an index below 0 counts from the end, one beyond the table means its nearest row.
 * 0 rows of the table, 1 width, 2 count, 3 table [rows, width], 4 indices [count] int32, 5 y [count, width].
 */
static int gather_rows_tasks(const int32_t *p, int phase) {
  (void)phase;
  return (int)move_tasks(p[2], p[1]);
}

static void gather_rows_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  const int32_t *p = call->p, *indices = (const int32_t *)value(call, 4);
  int64_t rows = p[0], width = p[1], first, last;
  move_part(p[2], 1, task, gather_rows_tasks(p, phase), &first, &last);
  for (int64_t i = first; i < last; i++) {
    float *y = value(call, 5) + i * width;
    if (rows == 0) move_fill(y, 0, width);
    else move_row(y, value(call, 3) + move_index(indices[i], rows) * width, width);
  }
}

/*
 * scatterAddRows: y = 0, then y[indices[i]] += values[i] in the order of i; indices as in gatherRows.
 * 0 rows of y, 1 width, 2 count, 3 indices [count] int32, 4 values [count, width], 5 y [rows, width].
 * A task owns rows of y, or columns where y has few rows, and looks through all indices.
 */
INLINE int scatter_by_columns(const int32_t *p) { return p[0] < 16 && p[1] >= 64; }
static int scatter_add_rows_tasks(const int32_t *p, int phase) {
  (void)phase;
  int64_t tasks = move_tasks((int64_t)p[0] + p[2], p[1]);
  /* Looking through the indices must stay cheaper than adding. */
  int64_t limit = most(2, least(16, p[1] / 4));
  int64_t pieces = scatter_by_columns(p) ? p[1] / 64 : p[0];
  if (tasks > limit) tasks = limit;
  return (int)(tasks < pieces ? tasks : pieces);
}

static void scatter_add_rows_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  const int32_t *p = call->p, *indices = (const int32_t *)value(call, 3);
  int64_t rows = p[0], width = p[1], count = p[2], tasks = scatter_add_rows_tasks(p, phase);
  int64_t row = 0, row_end = rows, column = 0, column_end = width;
  if (scatter_by_columns(p)) move_part(width, 64, task, tasks, &column, &column_end);
  else move_part(rows, 1, task, tasks, &row, &row_end);
  float *y = value(call, 5);
  const float *values = value(call, 4);
  int64_t size = column_end - column;
  for (int64_t i = row; i < row_end; i++) move_fill(y + i * width + column, 0, size);
  for (int64_t i = 0; i < count; i++) {
    int64_t at = move_index(indices[i], rows);
    if (at < row || at >= row_end) continue;
    float *to = y + at * width + column;
    const float *from = values + i * width + column;
    int64_t k = 0;
    for (; k + VL <= size; k += VL) store(to + k, load(to + k) + load(from + k));
    for (; k < size; k++) to[k] += from[k];
  }
}

/*
 * takeAlongAxis: y[o, j, i] = x[o, indices[o, j, i], i]; indices as in gatherRows.
 * 0 outer, 1 length of the axis in x, 2 inner, 3 length of the axis in indices, 4 x [outer, length, inner],
 * 5 indices [outer, count, inner] int32, 6 y [outer, count, inner].
 */
static int take_tasks(const int32_t *p, int phase) {
  (void)phase;
  return (int)move_tasks((int64_t)p[0] * p[3] * p[2], 4);
}

static void take_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  const int32_t *p = call->p, *indices = (const int32_t *)value(call, 5);
  int64_t length = p[1], inner = p[2], count = p[3], first, last;
  move_part(p[0] * count * inner, 64, task, take_tasks(p, phase), &first, &last);
  float *y = value(call, 6);
  const float *values = value(call, 4);
  for (int64_t at = first; at < last;) {
    int64_t row = at / inner, i = at % inner, end = least((int)(inner - i), (int)(last - at));
    const float *x = values + row / count * length * inner + i;
    for (int64_t k = 0; k < end; k++) {
      y[at + k] = length == 0 ? 0 : x[move_index(indices[at + k], length) * inner + k];
    }
    at += end;
  }
}

/*
 * putAlongAxis: y = 0, then y[o, indices[o, j, i], i] += values[o, j, i] in the order of j; indices as in gatherRows.
 * 0 outer, 1 length of the axis in y, 2 inner, 3 length of the axis in indices, 4 indices [outer, count, inner] int32,
 * 5 values [outer, count, inner], 6 y [outer, length, inner].
 * A task owns some of the outer, or columns, or where there are few of both a range of the axis in y.
 */
typedef enum { PUT_OUTER, PUT_INNER, PUT_AXIS } PutCut;
INLINE PutCut put_cut(const int32_t *p) { return p[0] >= 8 ? PUT_OUTER : p[2] >= 128 ? PUT_INNER : PUT_AXIS; }
static int put_tasks(const int32_t *p, int phase) {
  (void)phase;
  int64_t size = (int64_t)p[0] * p[2] * most(p[1], p[3]);
  switch (put_cut(p)) {
    case PUT_OUTER: return (int)move_tasks(p[0], (size + p[0] - 1) / p[0] * 2);
    case PUT_INNER: return (int)move_tasks((p[2] + 15) / 16, (size + p[2] - 1) / p[2] * 32);
    default: return (int)(size == 0 ? 0 : size < 2 * MOVE_TASK ? 1 : least(4, p[1]));
  }
}

static void put_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  const int32_t *p = call->p, *indices = (const int32_t *)value(call, 4);
  int64_t length = p[1], inner = p[2], count = p[3], tasks = put_tasks(p, phase);
  int64_t o = 0, o_end = p[0], i = 0, i_end = inner, a = 0, a_end = length;
  switch (put_cut(p)) {
    case PUT_OUTER: move_part(p[0], 1, task, tasks, &o, &o_end); break;
    case PUT_INNER: move_part(inner, 16, task, tasks, &i, &i_end); break;
    default: move_part(length, 1, task, tasks, &a, &a_end);
  }
  for (; o < o_end; o++) {
    float *y = value(call, 6) + o * length * inner;
    for (int64_t k = a; k < a_end; k++) move_fill(y + k * inner + i, 0, i_end - i);
    for (int64_t j = 0; j < count && length > 0; j++) {
      int64_t row = (o * count + j) * inner;
      const float *values = value(call, 5) + row;
      for (int64_t k = i; k < i_end; k++) {
        int64_t at = move_index(indices[row + k], length);
        if (at >= a && at < a_end) y[at * inner + k] += values[k];
      }
    }
  }
}

/* oneHot: y[i, k] is 1 where k = indices[i], else 0. 0 count, 1 depth, 2 indices [count] int32, 3 y [count, depth]. */
static int one_hot_tasks(const int32_t *p, int phase) {
  (void)phase;
  return (int)move_tasks(p[0], p[1]);
}

static void one_hot_run(const Call *call, int phase, int task, char *local) {
  (void)local;
  const int32_t *p = call->p, *indices = (const int32_t *)value(call, 2);
  int64_t first, last, depth = p[1];
  move_part(p[0], 1, task, one_hot_tasks(p, phase), &first, &last);
  float *y = value(call, 3);
  move_fill(y + first * depth, 0, (last - first) * depth);
  for (int64_t i = first; i < last; i++) {
    if (indices[i] >= 0 && indices[i] < depth) y[i * depth + indices[i]] = 1;
  }
}

static const KernelType move_kernels[] = {
    {.name = "copy", .tasks = copy_tasks, .run = copy_run},
    {.name = "fill", .tasks = fill_tasks, .run = fill_run},
    {.name = "gatherRows", .tasks = gather_rows_tasks, .run = gather_rows_run},
    {.name = "scatterAddRows", .tasks = scatter_add_rows_tasks, .run = scatter_add_rows_run},
    {.name = "takeAlongAxis", .tasks = take_tasks, .run = take_run},
    {.name = "putAlongAxis", .tasks = put_tasks, .run = put_run},
    {.name = "oneHot", .tasks = one_hot_tasks, .run = one_hot_run},
};
