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
static const int gemm_block_rows[] = {12, 6};
#else /* 32 registers */
#define GEMM_VECTORS 4
#define GEMM_MOST_ROWS 14
static const int gemm_block_rows[] = {14, 12, 8, 6};
#endif

#define GEMM_WIDTH (GEMM_VECTORS * VL) /* columns of the widest panel */
#define GEMM_DEPTH 192                 /* most of k in one panel */
#define GEMM_CHUNK 240                 /* rows of a that pass by one panel before the next: they stay in the second cache */

#define GEMM_UNROLL _Pragma("GCC unroll 16")

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

/* `rows` by `vectors` elements of the result; both are constants wherever this is inlined. */
INLINE void gemm_micro(const int rows, const int vectors, int depth, const float *a, int64_t aRow, int64_t aCol,
                       const float *b, int64_t bRow, const GemmOut *o, int m) {
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
  for (int k = 0; k < depth; k++) {
    vf row[GEMM_VECTORS];
    GEMM_UNROLL for (int v = 0; v < vectors; v++) row[v] = load((const float *)from + v * VL);
    GEMM_UNROLL for (int r = 0; r < rows; r++) {
      vf x = gemm_all(*(const float *)(third[r / 3] + (r % 3) * rowStep));
      GEMM_UNROLL for (int v = 0; v < vectors; v++) acc[r][v] += x * row[v];
    }
    from += bStep;
    GEMM_UNROLL for (int r = 0; r < rows; r += 3) third[r / 3] += step;
  }
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
                       const GemmOut *o, int m);
#define GEMM_MICRO(R, V)                                                                                              \
  static void gemm_micro_##R##_##V(int depth, const float *a, int64_t aRow, int64_t aCol, const float *b,             \
                                   int64_t bRow, const GemmOut *o, int m) {                                           \
    gemm_micro(R, V, depth, a, aRow, aCol, b, bRow, o, m);                                                            \
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

/* All rows of a by one panel of b. */
static void gemm_panel(int rows, int vectors, int depth, const float *a, int64_t aRow, int64_t aCol, const float *b,
                       int64_t bRow, const GemmOut *o, int m) {
  int blocks = up(rows, gemm_block_rows[vectors - 1]);
  for (int i = 0, at = 0; i < blocks; i++) {
    int end = gemm_at(rows, blocks, i + 1);
    gemm_micros[vectors - 1][end - at - 1](depth, a + at * aRow, aRow, aCol, b, bRow, o, m + at);
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

/* to[k*width + j] = b[k*bRow + j*bCol] for k < depth, j < n; 0 for n <= j < width, the panel's whole vectors. */
static void gemm_pack(int depth, int n, int width, const float *b, int64_t bRow, int64_t bCol, float *to) {
  if (bCol == 1) {
    for (int k = 0; k < depth; k++, b += bRow, to += width) {
      int j = 0;
      for (; j + VL <= n; j += VL) store(to + j, load(b + j));
      if (j < n) store(to + j, gemm_get(b + j, n - j));
    }
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

/* to[k*rows + m] = a[m*aRow + k*aCol] */
static void gemm_pack_a(int depth, int rows, const float *a, int64_t aRow, int64_t aCol, float *to) {
  if (aRow == 1) {
    for (int k = 0; k < depth; k++, a += aCol, to += rows) {
      int m = 0;
      for (; m + VL <= rows; m += VL) store(to + m, load(a + m));
      if (m < rows) gemm_put(to + m, gemm_get(a + m, rows - m), rows - m);
    }
  } else {
    for (int k = 0; k < depth; k++)
      for (int m = 0; m < rows; m++) to[k * rows + m] = a[m * aRow + k * aCol];
  }
}

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

/* Bytes of `local` for gemm_whole and gemm_serial. */
static int64_t gemm_serial_bytes(int M, int N, int K) {
  int depth = least(K, GEMM_DEPTH), rows = least(M, GEMM_CHUNK), width = least(up(N, VL) * VL, GEMM_WIDTH);
  return 4 * (int64_t)depth * width + up(4 * depth * rows, 64) * 64;
}

/* One product, all on this thread; `out` is at its first element. */
static void gemm_whole(int M, int N, int K, const float *a, int64_t aRow, int64_t aCol, const float *b, int64_t bRow,
                       int64_t bCol, GemmOut out, char *local) {
  if (K == 0) gemm_empty(M, N, &out);
  if (M == 0 || N == 0 || K == 0) return;
  float *panel = (float *)local, *packed = panel + (int64_t)least(K, GEMM_DEPTH) * least(up(N, VL) * VL, GEMM_WIDTH);
  int blocks = gemm_blocks(K), panels = gemm_panels(N), chunks = up(M, GEMM_CHUNK);
  for (int chunk = 0; chunk < chunks; chunk++) {
    int first = gemm_at(M, chunks, chunk), rows = gemm_at(M, chunks, chunk + 1) - first;
    GemmOut o = out;
    for (int block = 0; block < blocks; block++) {
      int k = gemm_at(K, blocks, block), depth = gemm_at(K, blocks, block + 1) - k;
      const float *from = a + first * aRow + k * aCol;
      int64_t fromRow = aRow, fromCol = aCol;
      /* Steps along k over many pages cost more than a copy. */
      if (aCol != 1 && panels > 1 && aCol > 2 * rows) {
        gemm_pack_a(depth, rows, from, aRow, aCol, packed);
        from = packed, fromRow = 1, fromCol = rows;
      }
      for (int i = 0; i < panels; i++) {
        int begin = gemm_panel_at(N, i), vectors = gemm_panel_at(N, i + 1) - begin, at = begin * VL;
        int n = least(vectors * VL, N - at);
        GemmOut shifted = gemm_shift(o, at, n);
        const float *source = b + k * bRow + at * bCol;
        int whole = n == vectors * VL;
        if (bCol == 1 && whole && rows <= 2 * gemm_block_rows[vectors - 1]) {
          gemm_panel(rows, vectors, depth, from, fromRow, fromCol, source, bRow, &shifted, first);
        } else {
          gemm_pack(depth, n, vectors * VL, source, bRow, bCol, panel);
          gemm_panel(rows, vectors, depth, from, fromRow, fromCol, panel, vectors * VL, &shifted, first);
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
