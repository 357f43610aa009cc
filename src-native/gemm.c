/*
 * Products of matrices. The innermost loop (gemm_micro) keeps a block of the result in registers: up to 6 rows by 4 vectors
 * (8 by 3, 12 by 2, 14 by 1), while the values of a are broadcast from where they are and the rows of b come from a panel
 * of at most 4 vectors, packed as [depth][panel width] so that it stays in the first cache while all rows of a pass by.
 * The layering is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (ACM TOMS, 2008).
 *
 * The sum over k of one element of the result is taken in the same order whatever block it falls into: cutting the rows
 * differently changes no bit.
 */
#include "kernel.h"
#include "simd.h"

#ifdef __AVX512F__
#include <immintrin.h>
#endif

#if VL == 8 /* 16 registers */
#define GEMM_VECTORS 2
#define GEMM_MOST_ROWS 12
#define GEMM_DEPTH 400 /* most of k in one panel: 25 KiB */
static const int gemm_block_rows[] = {12, 6};
#else /* 32 registers */
#define GEMM_VECTORS 4
#define GEMM_MOST_ROWS 14
#define GEMM_DEPTH 192 /* 48 KiB with 16 floats in a vector */
static const int gemm_block_rows[] = {14, 12, 8, 6};
#endif

#define GEMM_WIDTH (GEMM_VECTORS * VL) /* columns of the widest panel */
#define GEMM_CHUNK 240                 /* rows of a that pass by one panel before the next: they stay in the second cache */

#ifdef __clang__
#define GEMM_UNROLL _Pragma("unroll")
#define GEMM_UNROLL_4 _Pragma("unroll 4")
#else
#define GEMM_UNROLL _Pragma("GCC unroll 16")
#define GEMM_UNROLL_4 _Pragma("GCC unroll 4")
#endif

/* Where a panel's results go: c = alpha * product + d + bias; pointers are at the panel's first column. */
typedef struct {
  float *c;
  int64_t cRow;
  const float *d; /* may be c; NULL: none */
  int64_t dRow;
  const float *bias; /* NULL: none */
  float alpha;
  int tail; /* columns in the last vector of the panel, 1 to VL */
} GemmOut;

/* Memory that will be needed later, as rows of `lines` cache lines; `left` of them are still to be fetched. */
typedef struct {
  const char *at;
  int64_t step;
  int lines, left;
} GemmStream;
/* What to fetch into the second cache while a panel is computed, `pace` rows in every 16 steps of k. */
typedef struct {
  GemmStream streams[2];
  int pace;
} GemmAhead;

#ifdef __AVX512F__
INLINE vf gemm_get(const float *from, int count) {
  return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}
INLINE void gemm_put(float *to, vf v, int count) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)v);
}
#else
INLINE vf gemm_get(const float *from, int count) { return count == VL ? load(from) : load_part(from, count); }
INLINE void gemm_put(float *to, vf v, int count) {
  if (count == VL) store(to, v);
  else store_part(to, v, count);
}
#endif

INLINE vf gemm_all(float x) { return x - (vf){}; } /* no sum with +0, that would cost an instruction */

INLINE void gemm_fetch(GemmAhead *ahead) {
  for (int i = 0; i < ahead->pace; i++) {
    GemmStream *s = ahead->streams + (ahead->streams[0].left == 0);
    if (s->left == 0) return;
    for (int line = 0; line < s->lines; line++) __builtin_prefetch(s->at + 64 * line, 0, 2);
    s->at += s->step;
    s->left--;
  }
}
/* A stream of `rows` rows of `floats` floats each. */
INLINE GemmStream gemm_stream(const float *at, int64_t step, int floats, int rows) {
  return (GemmStream){(const char *)at, step * 4, (int)(((uintptr_t)at % 64 + 4 * (int64_t)floats + 63) / 64), rows};
}

/* `rows` by `vectors` elements of the result; both are constants wherever this is inlined. */
INLINE void gemm_micro(const int rows, const int vectors, int depth, const float *a, int64_t aRow, int64_t aCol,
                       const float *b, int64_t bRow, int64_t next, GemmAhead *ahead, const GemmOut *o, int m) {
  vf acc[GEMM_MOST_ROWS][GEMM_VECTORS];
  const char *third[(GEMM_MOST_ROWS + 2) / 3]; /* every third row: others are reached by adding aRow once or twice */
  int64_t rowStep = aRow * 4, step = aCol * 4, bStep = bRow * 4;
  GEMM_UNROLL for (int r = 0; r < rows; r++) {
    GEMM_UNROLL for (int v = 0; v < vectors; v++) acc[r][v] = (vf){};
    if (r % 3 == 0) third[r / 3] = (const char *)a + r * rowStep;
  }
  float *c = o->c + m * o->cRow;
  const char *from = (const char *)b;
  __asm__("" : "+r"(step), "+r"(bStep)); /* no second loop for steps of 1 */
  /* Meanwhile the rows of c here, and those of a that come next, move into the first cache. */
  GEMM_UNROLL for (int r = 0; r < rows; r++)
    GEMM_UNROLL for (int v = 0; v < vectors; v++) __builtin_prefetch(c + r * o->cRow + v * VL, 1);
/* One k of gemm_micro. */
#define GEMM_STEP                                                                                                     \
  {                                                                                                                   \
    vf row[GEMM_VECTORS];                                                                                             \
    GEMM_UNROLL for (int v = 0; v < vectors; v++) row[v] = load((const float *)from + v * VL);                        \
    GEMM_UNROLL for (int r = 0; r < rows; r++) {                                                                      \
      vf x = gemm_all(*(const float *)(third[r / 3] + (r % 3) * rowStep));                                            \
      GEMM_UNROLL for (int v = 0; v < vectors; v++) acc[r][v] += x * row[v];                                          \
    }                                                                                                                 \
    from += bStep;                                                                                                    \
    GEMM_UNROLL for (int r = 0; r < rows; r += 3) third[r / 3] += step;                                               \
  }
  int k = 0;
  for (; k + 16 <= depth; k += 16) {
    GEMM_UNROLL for (int r = 0; r < rows; r++) __builtin_prefetch(third[r / 3] + (r % 3) * rowStep + next);
    gemm_fetch(ahead);
    GEMM_UNROLL_4 for (int i = 0; i < 16; i++) GEMM_STEP
  }
  for (; k < depth; k++) GEMM_STEP
  vf alpha = gemm_all(o->alpha);
  if (o->d) {
    const float *d = o->d + m * o->dRow;
    GEMM_UNROLL for (int r = 0; r < rows; r++) {
      GEMM_UNROLL for (int v = 0; v < vectors - 1; v++) acc[r][v] = acc[r][v] * alpha + load(d + r * o->dRow + v * VL);
      acc[r][vectors - 1] = acc[r][vectors - 1] * alpha + gemm_get(d + r * o->dRow + (vectors - 1) * VL, o->tail);
    }
  } else {
    GEMM_UNROLL for (int r = 0; r < rows; r++)
      GEMM_UNROLL for (int v = 0; v < vectors; v++) acc[r][v] *= alpha;
  }
  if (o->bias) {
    GEMM_UNROLL for (int v = 0; v < vectors; v++) {
      vf bias = v < vectors - 1 ? load(o->bias + v * VL) : gemm_get(o->bias + v * VL, o->tail);
      GEMM_UNROLL for (int r = 0; r < rows; r++) acc[r][v] += bias;
    }
  }
  GEMM_UNROLL for (int r = 0; r < rows; r++) {
    GEMM_UNROLL for (int v = 0; v < vectors - 1; v++) store(c + r * o->cRow + v * VL, acc[r][v]);
    gemm_put(c + r * o->cRow + (vectors - 1) * VL, acc[r][vectors - 1], o->tail);
  }
}

typedef void GemmMicro(int depth, const float *a, int64_t aRow, int64_t aCol, const float *b, int64_t bRow,
                       int64_t next, GemmAhead *ahead, const GemmOut *o, int m);
#define GEMM_MICRO(R, V)                                                                                              \
  static void gemm_micro_##R##_##V(int depth, const float *a, int64_t aRow, int64_t aCol, const float *b,             \
                                   int64_t bRow, int64_t next, GemmAhead *ahead, const GemmOut *o, int m) {           \
    gemm_micro(R, V, depth, a, aRow, aCol, b, bRow, next, ahead, o, m);                                               \
  }
#define GEMM_6(V) GEMM_MICRO(1, V) GEMM_MICRO(2, V) GEMM_MICRO(3, V) GEMM_MICRO(4, V) GEMM_MICRO(5, V) GEMM_MICRO(6, V)
#define GEMM_8(V) GEMM_6(V) GEMM_MICRO(7, V) GEMM_MICRO(8, V)
#define GEMM_12(V) GEMM_8(V) GEMM_MICRO(9, V) GEMM_MICRO(10, V) GEMM_MICRO(11, V) GEMM_MICRO(12, V)
#define GEMM_NAMES_6(V)                                                                                               \
  gemm_micro_1_##V, gemm_micro_2_##V, gemm_micro_3_##V, gemm_micro_4_##V, gemm_micro_5_##V, gemm_micro_6_##V
#define GEMM_NAMES_8(V) GEMM_NAMES_6(V), gemm_micro_7_##V, gemm_micro_8_##V
#define GEMM_NAMES_12(V)                                                                                              \
  GEMM_NAMES_8(V), gemm_micro_9_##V, gemm_micro_10_##V, gemm_micro_11_##V, gemm_micro_12_##V
#if VL == 8
GEMM_12(1)
GEMM_6(2)
static GemmMicro *const gemm_micros[GEMM_VECTORS][GEMM_MOST_ROWS] = {{GEMM_NAMES_12(1)}, {GEMM_NAMES_6(2)}};
#else
GEMM_12(1)
GEMM_MICRO(13, 1)
GEMM_MICRO(14, 1)
GEMM_12(2)
GEMM_8(3)
GEMM_6(4)
static GemmMicro *const gemm_micros[GEMM_VECTORS][GEMM_MOST_ROWS] = {
    {GEMM_NAMES_12(1), gemm_micro_13_1, gemm_micro_14_1}, {GEMM_NAMES_12(2)}, {GEMM_NAMES_8(3)}, {GEMM_NAMES_6(4)}};
#endif

/* Part `i` of `parts` nearly equal ones begins here. */
INLINE int gemm_at(int total, int parts, int i) { return (int)((int64_t)total * i / parts); }

/* Panels that n columns are packed into, of nearly equal width in vectors, and the first vector of panel `i`. */
INLINE int gemm_panels(int n) { return up(up(n, VL), GEMM_VECTORS); }
INLINE int gemm_panel_at(int n, int i) { return gemm_at(up(n, VL), gemm_panels(n), i); }
/* Blocks that a sum over k is taken in. */
INLINE int gemm_blocks(int k) { return up(k, GEMM_DEPTH); }
/* Most of k in one panel where rows of a are read across, each step from a cache line of its own. */
#define GEMM_DEPTH_ACROSS 192

/*
 * The same where a and b are read for the first time: nothing has been fetched ahead for the first block, and so a long sum
 * begins with short ones. `deepest` is the most of k in one panel.
 */
INLINE int gemm_cold_blocks(int k, int deepest) { return k < 2 * deepest ? up(k, deepest) : 2 + up(k - 96, deepest); }
INLINE int gemm_cold_at(int k, int deepest, int i) {
  if (k < 2 * deepest) return gemm_at(k, up(k, deepest), i);
  return i < 2 ? 32 * i : 96 + gemm_at(k - 96, up(k - 96, deepest), i - 2);
}

/* All rows of a by one panel of b. */
static void gemm_panel(int rows, int vectors, int depth, const float *a, int64_t aRow, int64_t aCol, const float *b,
                       int64_t bRow, GemmAhead *ahead, const GemmOut *o, int m) {
  int blocks = up(rows, gemm_block_rows[vectors - 1]), steps = blocks * (depth / 16);
  ahead->pace = steps ? up(ahead->streams[0].left + ahead->streams[1].left, steps) : 0;
  for (int i = 0, at = 0; i < blocks; i++) {
    int end = gemm_at(rows, blocks, i + 1);
    gemm_micros[vectors - 1][end - at - 1](depth, a + at * aRow, aRow, aCol, b, bRow,
                                           end < rows ? (end - at) * aRow * 4 : 0, ahead, o, m + at);
    at = end;
  }
}

#if VL == 16
#define GEMM_LANES(F, h)                                                                                              \
  (vi) {                                                                                                              \
    F(0, h), F(1, h), F(2, h), F(3, h), F(4, h), F(5, h), F(6, h), F(7, h), F(8, h), F(9, h), F(10, h), F(11, h),     \
        F(12, h), F(13, h), F(14, h), F(15, h)                                                                        \
  }
#elif VL == 8
#define GEMM_LANES(F, h)                                                                                              \
  (vi) { F(0, h), F(1, h), F(2, h), F(3, h), F(4, h), F(5, h), F(6, h), F(7, h) }
#else
#define GEMM_LANES(F, h)                                                                                              \
  (vi) { F(0, h), F(1, h), F(2, h), F(3, h) }
#endif
#define GEMM_LOW(lane, h) (((lane) & (h)) ? VL + (lane) - (h) : (lane))
#define GEMM_HIGH(lane, h) (((lane) & (h)) ? VL + (lane) : (lane) + (h))
#define GEMM_SWAP(h)                                                                                                  \
  if (h < VL) {                                                                                                       \
    GEMM_UNROLL for (int i = 0; i < VL; i++) if (!(i & h)) {                                                          \
      vf low = __builtin_shuffle(v[i], v[i + (h < VL ? h : 0)], GEMM_LANES(GEMM_LOW, (h < VL ? h : 0)));              \
      v[i + (h < VL ? h : 0)] =                                                                                       \
          __builtin_shuffle(v[i], v[i + (h < VL ? h : 0)], GEMM_LANES(GEMM_HIGH, (h < VL ? h : 0)));                  \
      v[i] = low;                                                                                                     \
    }                                                                                                                 \
  }

/* v[i][j] becomes v[j][i]: blocks of 1, 2, 4, 8 lanes change places. */
INLINE void gemm_transpose(vf *v) {
  GEMM_SWAP(1)
  GEMM_SWAP(2)
  GEMM_SWAP(4)
  GEMM_SWAP(8)
}

INLINE void gemm_strip(const int vectors, int depth, const float *from, int64_t fromRow, float *to, int64_t toRow) {
  for (int k = 0; k < depth; k++, from += fromRow, to += toRow)
    GEMM_UNROLL for (int v = 0; v < vectors; v++) store(to + v * VL, load(from + v * VL));
}
/* Rows of whole vectors from one place to another, in strips of a few vectors. */
static void gemm_copy(int depth, int vectors, const float *from, int64_t fromRow, float *to, int64_t toRow) {
  for (; vectors >= 4; vectors -= 4, from += 4 * VL, to += 4 * VL) gemm_strip(4, depth, from, fromRow, to, toRow);
  if (vectors == 3) gemm_strip(3, depth, from, fromRow, to, toRow);
  if (vectors == 2) gemm_strip(2, depth, from, fromRow, to, toRow);
  if (vectors == 1) gemm_strip(1, depth, from, fromRow, to, toRow);
}

/* to[k*width + j] = b[k*bRow + j*bCol] for k < depth, j < n; 0 for n <= j < width, the panel's whole vectors. */
static void gemm_pack(int depth, int n, int width, const float *b, int64_t bRow, int64_t bCol, float *to) {
  if (bCol == 1) {
    gemm_copy(depth, n / VL, b, bRow, to, width);
    int j = n / VL * VL;
    if (j < n)
      for (int k = 0; k < depth; k++) store(to + k * width + j, gemm_get(b + k * bRow + j, n - j));
  } else if (bRow == 1) {
    for (int j = 0; j < width; j += VL) {
      int columns = least(VL, n - j), k = 0;
      const float *from = b + j * bCol;
      for (; k < depth; k += VL) {
        int count = least(VL, depth - k);
        vf v[VL];
        if (columns == VL && count == VL) {
          GEMM_UNROLL for (int i = 0; i < VL; i++) v[i] = load(from + i * bCol + k);
        } else {
          GEMM_UNROLL for (int i = 0; i < VL; i++) v[i] = i < columns ? gemm_get(from + i * bCol + k, count) : (vf){};
        }
        gemm_transpose(v);
        if (count == VL) {
          GEMM_UNROLL for (int i = 0; i < VL; i++) store(to + (k + i) * width + j, v[i]);
        } else {
          GEMM_UNROLL for (int i = 0; i < VL; i++) if (i < count) store(to + (k + i) * width + j, v[i]);
        }
      }
    }
  } else {
    for (int k = 0; k < depth; k++)
      for (int j = 0; j < width; j++) to[k * width + j] = j < n ? b[k * bRow + j * bCol] : 0;
  }
}

/* Where elements of a are: (m,k) at `at` + m*row + k*col. */
typedef struct {
  const float *at;
  int64_t row, col;
} GemmRows;

#if VL == 8
/* Floats of a packed row: an odd number of cache lines, so that rows do not fall on the same sets. */
INLINE int gemm_row_floats(int depth) { return (up(depth, 16) | 1) * 16; }
#define GEMM_FAR 128 /* steps along k longer than this cost more than a copy */
INLINE int gemm_is_far(int64_t aCol, int rows) {
  (void)rows;
  return aCol > GEMM_FAR;
}
/* A copy of a as [rows][depth]: each row is then read from end to end, which is what these processors fetch ahead best. */
static GemmRows gemm_pack_a(int depth, int rows, const float *a, int64_t aRow, int64_t aCol, float *to) {
  int width = gemm_row_floats(depth);
  gemm_pack(rows, depth, width, a, aRow, aCol, to);
  return (GemmRows){to, width, 1};
}
#else
#define GEMM_FAR 320 /* steps along k longer than this keep rows of a from the first cache */
INLINE int gemm_row_floats(int depth) { return depth; }
/* Steps along k over many pages cost more than a copy. */
INLINE int gemm_is_far(int64_t aCol, int rows) { return aCol != 1 && aCol > most(2 * rows, GEMM_FAR); }
/* A copy of a as [depth][rows]. */
static GemmRows gemm_pack_a(int depth, int rows, const float *a, int64_t aRow, int64_t aCol, float *to) {
  if (aRow == 1) {
    gemm_copy(depth, rows / VL, a, aCol, to, rows);
    int m = rows / VL * VL;
    if (m < rows)
      for (int k = 0; k < depth; k++) gemm_put(to + k * rows + m, gemm_get(a + k * aCol + m, rows - m), rows - m);
  } else {
    for (int k = 0; k < depth; k++)
      for (int m = 0; m < rows; m++) to[k * rows + m] = a[m * aRow + k * aCol];
  }
  return (GemmRows){to, 1, rows};
}
#endif

/* c = bias + d, for products over nothing. */
static void gemm_empty(int rows, int n, const GemmOut *o) {
  for (int m = 0; m < rows; m++)
    for (int j = 0; j < n; j++)
      o->c[m * o->cRow + j] = (o->d ? o->d[m * o->dRow + j] : 0) + (o->bias ? o->bias[j] : 0);
}

/* The same from the second block of k on: what is there already is added to. */
INLINE GemmOut gemm_next(GemmOut o) {
  o.d = o.c;
  o.dRow = o.cRow;
  o.bias = NULL;
  return o;
}
/* The same for the panel from column `at` on, that holds `n` columns. */
INLINE GemmOut gemm_shift(GemmOut o, int at, int n) {
  o.c += at;
  if (o.d) o.d += at;
  if (o.bias) o.bias += at;
  o.tail = (n - 1) % VL + 1;
  return o;
}

/*
 * Rows of `vectors` vectors, bRow floats apart, fall on all sets of the first cache (64 of lines of 64 bytes) alike and
 * are on lines of their own: a panel of them needs no packing.
 */
INLINE int gemm_spread(const float *b, int64_t bRow, int vectors) {
  int64_t lines = bRow / 16, places = 64;
  if ((uintptr_t)b % 64 || bRow % 16 || lines > 40) return 0;
  for (; places > 1 && lines % 2 == 0; lines /= 2) places /= 2;
  return places * vectors * VL / 16 >= 48;
}

/* The stream of `depth` rows by n columns of b, which is contiguous along one of both. */
static GemmStream gemm_source(const float *b, int64_t bRow, int64_t bCol, int depth, int n) {
  if (bCol == 1) return gemm_stream(b, bRow, n, depth);
  if (bRow == 1) return gemm_stream(b, bCol, depth, n);
  return (GemmStream){0};
}

/* Bytes of `local` for gemm_whole and gemm_serial. */
static int64_t gemm_serial_bytes(int M, int N, int K) {
  int depth = least(K, GEMM_DEPTH), rows = least(M, GEMM_CHUNK), width = least(up(N, VL) * VL, GEMM_WIDTH);
  return 4 * (int64_t)depth * width + up(4 * gemm_row_floats(depth) * rows, 64) * 64;
}

/* One product, all on this thread; `out` is at its first element. */
static void gemm_whole(int M, int N, int K, const float *a, int64_t aRow, int64_t aCol, const float *b, int64_t bRow,
                       int64_t bCol, GemmOut out, char *local) {
  if (K == 0) gemm_empty(M, N, &out);
  if (M == 0 || N == 0 || K == 0) return;
  float *panel = (float *)local, *packed = panel + (int64_t)least(K, GEMM_DEPTH) * least(up(N, VL) * VL, GEMM_WIDTH);
  int panels = gemm_panels(N), chunks = up(M, GEMM_CHUNK);
  int across = aCol != 1 && !(panels > 1 && gemm_is_far(aCol, up(M, chunks)));
  int deepest = across ? GEMM_DEPTH_ACROSS : GEMM_DEPTH, blocks = gemm_cold_blocks(K, deepest);
  for (int chunk = 0; chunk < chunks; chunk++) {
    int first = gemm_at(M, chunks, chunk), rows = gemm_at(M, chunks, chunk + 1) - first;
    GemmOut o = out;
    for (int block = 0; block < blocks; block++) {
      int k = gemm_cold_at(K, deepest, block), depth = gemm_cold_at(K, deepest, block + 1) - k;
      GemmRows from = {a + first * aRow + k * aCol, aRow, aCol};
      if (aCol != 1 && !across) from = gemm_pack_a(depth, rows, from.at, aRow, aCol, packed);
      for (int i = 0; i < panels; i++) {
        int begin = gemm_panel_at(N, i), vectors = gemm_panel_at(N, i + 1) - begin, at = begin * VL;
        int n = least(vectors * VL, N - at);
        GemmOut shifted = gemm_shift(o, at, n);
        const float *source = b + k * bRow + at * bCol;
        int whole = n == vectors * VL;
        GemmAhead ahead = {0};
        int later = k + depth, laterDepth = later < K ? gemm_cold_at(K, deepest, block + 2) - later : 0;
        if (i + 1 < panels) ahead.streams[0] = gemm_source(source + n * bCol, bRow, bCol, depth, least(n, N - at - n));
        else if (later < K) ahead.streams[0] = gemm_source(b + later * bRow, bRow, bCol, laterDepth, least(n, N));
        if (aCol != 1 && later < K) {
          int begin = gemm_at(laterDepth, panels, i);
          ahead.streams[1] = gemm_source(a + first * aRow + (later + begin) * aCol, aCol, aRow,
                                         gemm_at(laterDepth, panels, i + 1) - begin, rows);
        }
        if (bCol == 1 && whole && (rows <= 2 * gemm_block_rows[vectors - 1] || gemm_spread(source, bRow, vectors))) {
          gemm_panel(rows, vectors, depth, from.at, from.row, from.col, source, bRow, &ahead, &shifted, first);
        } else {
          gemm_pack(depth, n, vectors * VL, source, bRow, bCol, panel);
          gemm_panel(rows, vectors, depth, from.at, from.row, from.col, panel, vectors * VL, &ahead, &shifted, first);
        }
      }
      o = gemm_next(o);
    }
  }
}

/*
 * c[m*cRow+n] (+)= alpha * sum over k of a[m*aRow+k*aCol] b[k*bRow+n*bCol], all on this thread, for kernels that need a
 * product inside. `local`: gemm_serial_bytes(M, N, K), 64-byte aligned. c overlaps neither a nor b.
 */
static void gemm_serial(int M, int N, int K, float alpha, const float *a, int64_t aRow, int64_t aCol, const float *b,
                        int64_t bRow, int64_t bCol, float *c, int64_t cRow, int accumulate, char *local) {
  GemmOut out = {c, cRow, accumulate ? c : NULL, cRow, NULL, alpha, VL};
  gemm_whole(M, N, K, a, aRow, aCol, b, bRow, bCol, out, local);
}

/* Parameters of `gemm` and `gemmRows`, see there. */
enum {
  GEMM_OUTER, GEMM_INNER, GEMM_M, GEMM_N, GEMM_K,
  GEMM_A, GEMM_A_ROW, GEMM_A_COL, GEMM_A_OUTER, GEMM_A_INNER,
  GEMM_B, GEMM_B_ROW, GEMM_B_COL, GEMM_B_OUTER, GEMM_B_INNER,
  GEMM_C, GEMM_C_ROW, GEMM_C_OUTER, GEMM_C_INNER,
  GEMM_ALPHA, GEMM_BIAS,
  GEMM_D, GEMM_D_ROW, GEMM_D_OUTER, GEMM_D_INNER
};

/* How the products of one call are cut into tasks: whole products by groups, or tiles of the result, or also parts of k. */
typedef struct {
  int products, group, mTiles, nTiles, parts;
} GemmCut;

#define GEMM_TASK 2e6 /* least operations of a task: about 12 microseconds */
#define GEMM_PART 384 /* least k of a part */
#define GEMM_TASKS 16 /* tasks that a product is cut into, if it is large enough */

static GemmCut gemm_cut(const int32_t *p) {
  int M = p[GEMM_M], N = p[GEMM_N], K = p[GEMM_K];
  GemmCut cut = {p[GEMM_OUTER] * p[GEMM_INNER], 1, 1, 1, 1};
  double operations = 2.0 * M * N * K, all_operations = operations * cut.products;
  int tasks = all_operations < GEMM_TASK * GEMM_TASKS ? most(1, (int)(all_operations / GEMM_TASK)) : GEMM_TASKS;
  if (cut.products >= tasks) {
    /* Twice as many groups where they are large, so that no thread waits long for the last. */
    if (all_operations > 2 * GEMM_TASK * GEMM_TASKS) tasks *= 2;
    cut.group = most(1, cut.products / tasks);
    return cut;
  }
  while (cut.products * cut.mTiles * cut.nTiles < tasks) {
    int rows = M / cut.mTiles, columns = N / cut.nTiles;
    /* Tiles of 192 each way read a and b half as often as those of 96, which only few of them are worth. */
    int side = cut.products * cut.mTiles * cut.nTiles < 4 ? 2 * 96 : 2 * 192;
    if (rows * 2 > columns && rows >= side) cut.mTiles *= 2;
    else if (columns >= side) cut.nTiles *= 2;
    else if (rows >= side) cut.mTiles *= 2;
    else break;
  }
  int tiles = cut.products * cut.mTiles * cut.nTiles;
  if (tiles < tasks) cut.parts = most(1, least(up(tasks, tiles), K / GEMM_PART));
  return cut;
}

static int gemm_phases(const int32_t *p) { return gemm_cut(p).parts > 1 ? 2 : 1; }

static int64_t gemm_shared_bytes(const int32_t *p) {
  GemmCut cut = gemm_cut(p);
  return cut.parts > 1 ? 4 * (int64_t)cut.products * cut.parts * p[GEMM_M] * p[GEMM_N] : 0;
}

static int64_t gemm_local_bytes(const int32_t *p) {
  GemmCut cut = gemm_cut(p);
  return gemm_serial_bytes(up(p[GEMM_M], cut.mTiles), up(up(p[GEMM_N], VL), cut.nTiles) * VL, up(p[GEMM_K], cut.parts));
}

static int gemm_tasks(const int32_t *p, int phase) {
  GemmCut cut = gemm_cut(p);
  if (phase == 1) return most(1, (int)fmin(GEMM_TASKS, (double)cut.products * cut.parts * p[GEMM_M] * p[GEMM_N] / 65536));
  return up(cut.products, cut.group) * cut.mTiles * cut.nTiles * cut.parts;
}

/* The pointers of product (outer, inner). */
static const float *gemm_of(const Call *call, int slot, int outerStride, int innerStride, int product) {
  const int32_t *p = call->p;
  const float *at = value(call, slot);
  int inner = p[GEMM_INNER];
  return at ? at + (int64_t)(product / inner) * p[outerStride] + (int64_t)(product % inner) * p[innerStride] : NULL;
}
static GemmOut gemm_out(const Call *call, int product) {
  const int32_t *p = call->p;
  return (GemmOut){(float *)gemm_of(call, GEMM_C, GEMM_C_OUTER, GEMM_C_INNER, product), p[GEMM_C_ROW],
                   gemm_of(call, GEMM_D, GEMM_D_OUTER, GEMM_D_INNER, product), p[GEMM_D_ROW],
                   value(call, GEMM_BIAS), number(p, GEMM_ALPHA), VL};
}

/* Adds the parts of k, rows first to last of all products. */
static void gemm_add(const Call *call, const GemmCut *cut, int first, int last) {
  const int32_t *p = call->p;
  int M = p[GEMM_M], N = p[GEMM_N];
  int64_t size = (int64_t)M * N;
  for (int row = first; row < last; row++) {
    int product = row / M, m = row % M;
    GemmOut o = gemm_out(call, product);
    const float *part = (const float *)call->shared + product * cut->parts * size + (int64_t)m * N;
    float *c = o.c + m * o.cRow;
    const float *d = o.d ? o.d + m * o.dRow : NULL;
    for (int j = 0; j < N; j += VL) {
      int count = least(VL, N - j);
      vf sum = gemm_get(part + j, count);
      for (int i = 1; i < cut->parts; i++) sum += gemm_get(part + i * size + j, count);
      if (d) sum += gemm_get(d + j, count);
      if (o.bias) sum += gemm_get(o.bias + j, count);
      gemm_put(c + j, sum, count);
    }
  }
}

static void gemm_run(const Call *call, int phase, int task, char *local) {
  const int32_t *p = call->p;
  GemmCut cut = gemm_cut(p);
  int M = p[GEMM_M], N = p[GEMM_N], K = p[GEMM_K];
  if (phase == 1) {
    int tasks = gemm_tasks(p, 1), rows = cut.products * M;
    gemm_add(call, &cut, gemm_at(rows, tasks, task), gemm_at(rows, tasks, task + 1));
    return;
  }
  int tiles = cut.mTiles * cut.nTiles, tile = task % tiles;
  int part = task / tiles % cut.parts, group = task / tiles / cut.parts;
  int m = gemm_at(M, cut.mTiles, tile / cut.nTiles), rows = gemm_at(M, cut.mTiles, tile / cut.nTiles + 1) - m;
  int n = gemm_at(up(N, VL), cut.nTiles, tile % cut.nTiles) * VL;
  int columns = least(gemm_at(up(N, VL), cut.nTiles, tile % cut.nTiles + 1) * VL, N) - n;
  int k = gemm_at(K, cut.parts, part), depth = gemm_at(K, cut.parts, part + 1) - k;
  int64_t aRow = p[GEMM_A_ROW], aCol = p[GEMM_A_COL], bRow = p[GEMM_B_ROW], bCol = p[GEMM_B_COL];
  int end = least(cut.products, (group + 1) * cut.group);
  for (int product = group * cut.group; product < end; product++) {
    const float *a = gemm_of(call, GEMM_A, GEMM_A_OUTER, GEMM_A_INNER, product);
    const float *b = gemm_of(call, GEMM_B, GEMM_B_OUTER, GEMM_B_INNER, product);
    GemmOut o = gemm_out(call, product);
    if (cut.parts > 1) {
      float *to = (float *)call->shared + ((int64_t)product * cut.parts + part) * M * N;
      o = (GemmOut){to, N, NULL, 0, NULL, o.alpha, VL};
    }
    o = gemm_shift(o, n, columns);
    o.c += m * o.cRow;
    if (o.d) o.d += m * o.dRow;
    gemm_whole(rows, columns, depth, a + m * aRow + k * aCol, aRow, aCol, b + k * bRow + n * bCol, bRow, bCol, o, local);
  }
}

static int gemm_rows_phases(const int32_t *p) {
  (void)p;
  return 2;
}
/* b packed: [block of k][panel][depth][width], the columns of all panels filled up to whole vectors. */
static int64_t gemm_rows_shared_bytes(const int32_t *p) { return 4 * (int64_t)p[GEMM_K] * up(p[GEMM_N], VL) * VL; }

static int gemm_rows_tasks(const int32_t *p, int phase) {
  (void)phase;
  int units = gemm_blocks(p[GEMM_K]) * gemm_panels(p[GEMM_N]);
  return most(1, least(units, (int)fmin(32, (double)p[GEMM_K] * p[GEMM_N] / 32768)));
}
/* Packs some of the panels. */
static void gemm_rows_run(const Call *call, int phase, int task, char *local) {
  (void)phase, (void)local;
  const int32_t *p = call->p;
  int N = p[GEMM_N], K = p[GEMM_K], panels = gemm_panels(N), blocks = gemm_blocks(K);
  int tasks = gemm_rows_tasks(p, 0), end = gemm_at(blocks * panels, tasks, task + 1);
  int64_t bRow = p[GEMM_B_ROW], bCol = p[GEMM_B_COL], across = up(N, VL) * VL;
  for (int unit = gemm_at(blocks * panels, tasks, task); unit < end; unit++) {
    int k = gemm_at(K, blocks, unit / panels), depth = gemm_at(K, blocks, unit / panels + 1) - k;
    int at = gemm_panel_at(N, unit % panels) * VL, width = gemm_panel_at(N, unit % panels + 1) * VL - at;
    gemm_pack(depth, least(width, N - at), width, value(call, GEMM_B) + k * bRow + at * bCol, bRow, bCol,
              (float *)call->shared + k * across + (int64_t)depth * at);
  }
}

static int gemm_rows_rows(const int32_t *p) { return p[GEMM_M]; }
static int gemm_rows_row_bytes(const int32_t *p) {
  return 4 * (p[GEMM_K] + p[GEMM_N] * (p[GEMM_D] == NONE || p[GEMM_D] == p[GEMM_C] ? 1 : 2));
}

static void gemm_rows_range(const Call *call, int first, int last, char *local) {
  (void)local;
  const int32_t *p = call->p;
  int N = p[GEMM_N], K = p[GEMM_K], panels = gemm_panels(N), blocks = gemm_blocks(K);
  int64_t aRow = p[GEMM_A_ROW], aCol = p[GEMM_A_COL], across = up(N, VL) * VL;
  GemmOut out = gemm_out(call, 0);
  int chunks = up(last - first, GEMM_CHUNK);
  for (int chunk = 0; chunk < chunks; chunk++) {
    int m = first + gemm_at(last - first, chunks, chunk), rows = first + gemm_at(last - first, chunks, chunk + 1) - m;
    GemmOut o = out;
    o.c += m * o.cRow;
    if (o.d) o.d += m * o.dRow;
    if (K == 0) gemm_empty(rows, N, &o);
    for (int block = 0; block < blocks; block++) {
      int k = gemm_at(K, blocks, block), depth = gemm_at(K, blocks, block + 1) - k;
      const float *a = value(call, GEMM_A) + m * aRow + k * aCol;
      for (int i = 0; i < panels; i++) {
        int at = gemm_panel_at(N, i) * VL, width = gemm_panel_at(N, i + 1) * VL - at;
        GemmOut shifted = gemm_shift(o, at, least(width, N - at));
        const float *panel = (const float *)call->shared + k * across + (int64_t)depth * at;
        GemmAhead ahead = {{gemm_stream(panel + depth * width, width, width, k + depth < K || i + 1 < panels ? depth : 0)}, 0};
        gemm_panel(rows, width / VL, depth, a, aRow, aCol, panel, width, &ahead, &shifted, 0);
      }
      o = gemm_next(o);
    }
  }
}

/*
 * `gemm`: c = alpha * a b + bias + d for a batch of products.
 *   0 outer, 1 inner: products of the batch, outer * inner
 *   2 M, 3 N, 4 K
 *   5 a [M,K], element (m,k) at m*aRow + k*aCol: 6 aRow, 7 aCol, and from one product to the next 8 aOuter, 9 aInner
 *   10 b [K,N], element (k,n) at k*bRow + n*bCol: 11 bRow, 12 bCol, 13 bOuter, 14 bInner
 *   15 c [M,N], rows contiguous: 16 cRow, 17 cOuter, 18 cInner
 *   19 alpha, the bits of a float
 *   20 bias [N] or NONE, the same for all products
 *   21 d [M,N] or NONE, rows contiguous, may be c itself: 22 dRow, 23 dOuter, 24 dInner
 * Small results over a long k are sums of parts of k (`shared`), as the shape says.
 *
 * `gemmRows`: the same parameters, for one product (outer = inner = 1); rows of c follow from the same rows of a and d, and b
 * is packed once for all.
 */
static const KernelType gemm_kernels[] = {
    {"gemm", gemm_phases, gemm_shared_bytes, gemm_local_bytes, gemm_tasks, gemm_run, NULL, NULL, NULL},
    {"gemmRows", gemm_rows_phases, gemm_rows_shared_bytes, NULL, gemm_rows_tasks, gemm_rows_run, gemm_rows_rows,
     gemm_rows_range, gemm_rows_row_bytes},
};
