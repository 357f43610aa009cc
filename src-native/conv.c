/*
 * Convolutions with channels last: [batch, depth, height, width, channels]. An image has depth 1, a signal height 1 as well.
 *
 * All are matrix products without a matrix of columns: the positions of x that a block of positions of y reads through each
 * tap are listed as pointers (the indirection buffer of Dukhan, "The Indirect Convolution Algorithm", 2019, arXiv
 * 1907.02129), with a row of zeros for what lies outside, and a small kernel multiplies a few positions with a few vectors
 * of outputs whose sums stay in registers. A transposed convolution is cut by the phases of the output position modulo the
 * stride; in each phase it is a convolution of stride 1 with the taps that reach it, so no zero is multiplied.
 *
 * Parameters of all kernels here: 0 batch, 1 groups, 2 channels of x, 3 channels of y, 4-6 lengths of x (depth, height,
 * width), 7-9 lengths of y, 10-12 kernel, 13-15 stride, 16-18 padding before, 19-21 dilation, 22 x, 23 weights, 24 bias or
 * NONE, 25 result, 26 floats from one position of x to the next, 27 the same of y.
 */
#include "kernel.h"
#include "simd.h"

/* Vectors of outputs of one panel of weights, and positions that are multiplied at once with so many vectors. */
#if VL == 8
#define CONV_VECTORS 2
static const int conv_tile_rows[] = {0, 12, 6};
#else
#define CONV_VECTORS 4
static const int conv_tile_rows[] = {0, 12, 12, 8, 6};
#endif
#define CONV_PANEL (CONV_VECTORS * VL)
/* A block's positions are a multiple of all of conv_tile_rows. */
#define CONV_ROWS 24
/* Positions of a block, as many as keep their part of x and the sums in the second-level cache. */
#define CONV_BLOCK 504
/* Bytes of a panel that are used at once, from the first-level cache. */
#define CONV_SLICE 40960
/* Most channels whose taps along the width are one run of a padded copy of x. */
#define CONV_FOLD 4
/* Keeps an address in one register; left alone, the compiler makes one of each element behind it. */
#define CONV_ADDRESS(pointer) __asm__("" : "+r"(pointer))

typedef struct {
  int batch, groups, transposed;
  int inputs, outputs; /* channels of one group */
  int in[3], out[3], kernel[3], stride[3], pad[3], dilation[3];
  int taps;
  int64_t x_step, y_step;
  int fold;       /* channels of x where its width is folded into them, or 0 */
  int wide;       /* outputs of one group, rounded up to vectors */
  int panels;     /* of one group */
  int lattice[3]; /* positions of y, of one phase where transposed */
  int phases;
  int images;        /* of one block that holds whole images, position by position; 0: blocks are runs of positions */
  int block, blocks; /* positions of a block at most */
  int parts;         /* tasks that share a block's panels */
} Conv;

INLINE int64_t conv_align(int64_t bytes) { return (bytes + 63) & ~(int64_t)63; }
INLINE int conv_multiple(int a, int of) { return up(a, of) * of; }
INLINE int conv_product(const int *three) { return three[0] * three[1] * three[2]; }

static Conv conv_shape(const int32_t *p, int transposed) {
  Conv s = {.batch = p[0], .groups = p[1], .transposed = transposed, .inputs = p[2] / p[1], .outputs = p[3] / p[1]};
  s.x_step = p[26];
  s.y_step = p[27];
  for (int i = 0; i < 3; i++) {
    s.in[i] = p[4 + i];
    s.out[i] = p[7 + i];
    s.kernel[i] = p[10 + i];
    s.stride[i] = p[13 + i];
    s.pad[i] = p[16 + i];
    s.dilation[i] = p[19 + i];
  }
  if (!transposed && s.groups == 1 && s.inputs <= CONV_FOLD && s.kernel[2] > 1 && s.dilation[2] == 1) {
    s.fold = s.inputs;
    for (int i = 0; i < 3; i++) {
      s.in[i] = (s.out[i] - 1) * s.stride[i] + (s.kernel[i] - 1) * s.dilation[i] + 1;
      s.pad[i] = 0;
    }
    s.x_step = s.fold;
    s.inputs *= s.kernel[2];
    s.kernel[2] = 1;
  }
  s.taps = conv_product(s.kernel);
  s.wide = conv_multiple(s.outputs, VL);
  s.panels = up(s.wide, CONV_PANEL);
  s.phases = transposed ? conv_product(s.stride) : 1;
  for (int i = 0; i < 3; i++) s.lattice[i] = transposed ? up(s.out[i], s.stride[i]) : s.out[i];

  int positions = conv_product(s.lattice), total = positions * s.batch;
  int target = most(CONV_ROWS, least(CONV_BLOCK, CONV_BLOCK * 64 / s.taps) / CONV_ROWS * CONV_ROWS);
  int panels = s.groups * s.panels;
  if (positions > 0 && positions * 3 <= target && s.batch > 1) {
    /* Small images, whose border is much of them: positions of different images share the taps that lie inside. */
    int blocks = up(s.batch, target / positions);
    s.images = least(s.batch, conv_multiple(up(s.batch, blocks), 6));
    s.blocks = up(s.batch, s.images);
    s.block = conv_multiple(s.images * positions, CONV_ROWS);
  } else {
    int blocks = most(up(total, target), least(up(32, panels), total / 48));
    s.block = conv_multiple(most(1, up(total, most(1, blocks))), CONV_ROWS);
    s.blocks = up(total, s.block);
  }
  s.parts = least(panels, up(48, most(1, s.blocks)));
  return s;
}

/* Floats of the packed weights, and of the padded copy of x. */
INLINE int64_t conv_packed(const Conv *s) { return (int64_t)s->groups * s->wide * s->taps * s->inputs; }
INLINE int64_t conv_padded(const Conv *s) { return s->fold ? (int64_t)s->batch * conv_product(s->in) * s->fold : 0; }
/* Where panel `panel` of a group begins, and its width in floats. */
INLINE int64_t conv_panel_at(const Conv *s, int group, int panel) {
  return ((int64_t)group * s->wide + (int64_t)panel * CONV_PANEL) * s->taps * s->inputs;
}
INLINE int conv_panel_width(const Conv *s, int panel) { return least(CONV_PANEL, s->wide - panel * CONV_PANEL); }

/* Row and column of VL vectors exchanged: log2(VL) times the first half interleaved with the second. */
INLINE void conv_transpose(vf *rows) {
  vi low, high;
  for (int i = 0; i < VL; i++) {
    low[i] = i / 2 + (i % 2) * VL;
    high[i] = low[i] + VL / 2;
  }
#pragma GCC unroll 8
  for (int turn = 1; turn < VL; turn *= 2) {
    vf next[VL];
#pragma GCC unroll 16
    for (int i = 0; i < VL / 2; i++) {
      next[2 * i] = __builtin_shuffle(rows[i], rows[i + VL / 2], low);
      next[2 * i + 1] = __builtin_shuffle(rows[i], rows[i + VL / 2], high);
    }
#pragma GCC unroll 16
    for (int i = 0; i < VL; i++) rows[i] = next[i];
  }
}

/* The row of a panel (tap by tap, channel by channel) that holds the weights at `k`, counted channel by channel, tap by tap. */
INLINE int64_t conv_panel_row(const Conv *s, int k, int fold_width) {
  if (!s->fold) return (int64_t)(k % s->taps) * s->inputs + k / s->taps;
  int channel = k / (s->taps * fold_width), rest = k % (s->taps * fold_width);
  return (int64_t)(rest / fold_width) * s->inputs + (rest % fold_width) * s->fold + channel;
}

/* Weights of one output in one unit of packing, so that the unit's part of the panel stays in the cache. */
#define CONV_UNIT 512
/* Channels of x in one unit of packing or unpacking, and units of all panels. */
INLINE int conv_unit(const Conv *s) { return s->fold ? s->inputs : most(1, CONV_UNIT / s->taps); }
INLINE int conv_units(const Conv *s) { return s->groups * s->panels * up(s->inputs, conv_unit(s)); }
/* Units of one task. */
INLINE int conv_units_at_once(const Conv *s) {
  int64_t floats = (int64_t)least(conv_unit(s), s->inputs) * s->taps * least(CONV_PANEL, s->wide);
  return (int)(floats >= 32768 ? 1 : 32768 / floats);
}

typedef struct {
  int group, panel, first, last; /* channels of the group */
} ConvUnit;

INLINE ConvUnit conv_unit_at(const Conv *s, int unit) {
  int size = conv_unit(s), each = up(s->inputs, size), at = unit / each;
  int first = unit % each * size;
  return (ConvUnit){at / s->panels, at % s->panels, first, least(s->inputs, first + size)};
}

/* Panel rows from VL outputs, `apart` floats from each other, of which `count` exist, for the weights [from, to) of each; all
 * weights end at `end`. */
static void conv_pack_rows(
  const Conv *s, const float *w, const float *end, int64_t apart, int count, int from, int to, int64_t row0, int fold_width,
  float *panel, int width
) {
  for (int k = from; k < to; k += VL) {
    int columns = least(VL, to - k);
    vf rows[VL];
    if (count == VL && end - w >= (VL - 1) * apart + k + VL)
      for (int i = 0; i < VL; i++) rows[i] = load(w + i * apart + k);
    else
      for (int i = 0; i < VL; i++) rows[i] = i < count ? load_part(w + i * apart + k, columns) : (vf){};
    conv_transpose(rows);
    for (int j = 0; j < columns; j++) store(panel + (row0 + conv_panel_row(s, k + j, fold_width)) * width, rows[j]);
  }
}

static void conv_pack(const Conv *s, const float *w, float *packed, ConvUnit u, int fold_width) {
  int width = conv_panel_width(s, u.panel), taps = s->taps, first = u.panel * CONV_PANEL;
  float *panel = packed + conv_panel_at(s, u.group, u.panel);
  const float *end = w + (int64_t)s->groups * s->inputs * s->outputs * taps;
  if (!s->transposed) {
    int64_t apart = (int64_t)s->inputs * taps;
    const float *from = w + ((int64_t)u.group * s->outputs + first) * apart;
    for (int v = 0; v < width; v += VL)
      conv_pack_rows(
        s, from + v * apart, end, apart, least(VL, s->outputs - first - v), u.first * taps, u.last * taps, 0, fold_width, panel + v,
        width
      );
    return;
  }
  for (int i = u.first; i < u.last; i++) {
    const float *from = w + (((int64_t)u.group * s->inputs + i) * s->outputs + first) * taps;
    for (int v = 0; v < width; v += VL) {
      int count = least(VL, s->outputs - first - v);
      if (taps == 1)
        store(panel + (int64_t)i * width + v, count == VL ? load(from + v) : load_part(from + v, count));
      else
        conv_pack_rows(s, from + v * taps, end, taps, count, 0, taps, i, 0, panel + v, width);
    }
  }
}

/* One image of x with its padding, from `x` of the lengths that the parameters give. */
static void conv_pad(const Conv *s, const int32_t *p, const float *x, float *padded, int image) {
  int channels = s->fold;
  float *to = padded + (int64_t)image * conv_product(s->in) * channels;
  x += (int64_t)image * conv_product(p + 4) * p[26];
  for (int d = 0; d < s->in[0]; d++)
    for (int h = 0; h < s->in[1]; h++, to += s->in[2] * channels) {
      int fd = d - p[16], fh = h - p[17], first = least(p[18], s->in[2]), last = least(p[6] + p[18], s->in[2]);
      if (fd < 0 || fd >= p[4] || fh < 0 || fh >= p[5]) last = first = 0;
      memset(to, 0, (size_t)first * channels * sizeof(float));
      memset(to + last * channels, 0, (size_t)(s->in[2] - last) * channels * sizeof(float));
      if (first == last) continue;
      const float *from = x + ((int64_t)fd * p[5] + fh) * p[6] * p[26];
      if (p[26] == channels)
        memcpy(to + first * channels, from + (int64_t)(first - p[18]) * channels, (size_t)(last - first) * channels * sizeof(float));
      else
        for (int w = first; w < last; w++)
          for (int c = 0; c < channels; c++) to[w * channels + c] = from[(int64_t)(w - p[18]) * p[26] + c];
    }
}

/* A tap of a phase: position q of the lattice reads x at q * stride + at (stride 1 where transposed). */
typedef struct {
  int tap, at[3];
} ConvTap;

static int conv_taps(const Conv *s, int phase, ConvTap *taps) {
  int n = 0, residue[3] = {phase / s->stride[2] / s->stride[1], phase / s->stride[2] % s->stride[1], phase % s->stride[2]};
  for (int tap = 0; tap < s->taps; tap++) {
    int t[3] = {tap / s->kernel[2] / s->kernel[1], tap / s->kernel[2] % s->kernel[1], tap % s->kernel[2]};
    ConvTap next = {.tap = tap};
    int reaches = 1;
    for (int i = 0; i < 3; i++) {
      int at = t[i] * s->dilation[i] - s->pad[i];
      if (s->transposed) {
        at = residue[i] - at;
        reaches &= at % s->stride[i] == 0;
        at /= s->stride[i];
      }
      next.at[i] = at;
    }
    if (reaches) taps[n++] = next;
  }
  return n;
}

/* Positions of a block side by side in memory, by `along` floats in x and y: in a row of one image, or through images. */
typedef struct {
  int image, q[3], count;
} ConvRun;

INLINE ConvRun conv_run_at(const Conv *s, int image, int place, int count) {
  ConvRun run = {image, {place / s->lattice[2] / s->lattice[1], place / s->lattice[2] % s->lattice[1], place % s->lattice[2]}, count};
  return run;
}
/* The run that begins at position `at` of all, of `most` positions at most, within a row. */
INLINE ConvRun conv_run_row(const Conv *s, int at, int most) {
  int positions = conv_product(s->lattice);
  return conv_run_at(s, at / positions, at % positions, least(most, s->lattice[2] - at % s->lattice[2]));
}
/* The run of block `block` that begins at its position `at`; of count 0 at its end. */
INLINE ConvRun conv_run(const Conv *s, int block, int at) {
  int positions = conv_product(s->lattice);
  if (!s->images) {
    int first = block * s->block + at, last = least((block + 1) * s->block, s->batch * positions);
    return conv_run_row(s, first, last - first);
  }
  int first = block * s->images, images = least(s->images, s->batch - first), place = at / images;
  return conv_run_at(s, first, place, place < positions ? images : 0);
}

/* The part [*from, *to) of a run of `count` positions from q on whose position in x, q * stride + at, lies in [0, length). */
INLINE void conv_inside(int q, int count, int stride, int at, int length, int *from, int *to) {
  int first = q * stride + at, low = first < 0 ? up(-first, stride) : 0;
  int high = first >= length ? 0 : up(length - first, stride);
  *to = least(high, count);
  *from = least(low, most(*to, 0));
  *to = most(*to, *from);
}

/* What a block of one phase reads and writes. */
typedef struct {
  const float **x;       /* [taps, room] positions of x, or the row of zeros */
  unsigned char *inside; /* [taps, room] 1 where it is not the row of zeros */
  float **y;             /* [room] */
  int count, room;       /* positions, and their number rounded up to CONV_ROWS with one tile more, to be fetched ahead */
} ConvRows;

static void conv_list(
  const Conv *s, int block, int phase, const ConvTap *taps, int n, const float *x, float *y, const float *zeros, float *nowhere,
  ConvRows *rows
) {
  int room = rows->room, filled = 0, stride[3], residue[3] = {0, 0, 0}, spread[3] = {1, 1, 1};
  for (int i = 0; i < 3; i++) stride[i] = s->transposed ? 1 : s->stride[i];
  if (s->transposed) {
    for (int i = 0; i < 3; i++) spread[i] = s->stride[i];
    residue[0] = phase / s->stride[2] / s->stride[1];
    residue[1] = phase / s->stride[2] % s->stride[1];
    residue[2] = phase % s->stride[2];
  }
  int64_t x_image = conv_product(s->in) * s->x_step, y_image = conv_product(s->out) * s->y_step;
  int64_t x_along = s->images ? x_image : stride[2] * s->x_step, y_along = s->images ? y_image : spread[2] * s->y_step;
  ConvRun run;
  for (int at = 0; at < s->block && (run = conv_run(s, block, at)).count > 0; at += run.count) {
    int o[3], count = run.count;
    for (int i = 0; i < 3; i++) o[i] = run.q[i] * spread[i] + residue[i];
    if (o[0] >= s->out[0] || o[1] >= s->out[1] || o[2] >= s->out[2]) continue;
    if (!s->images) count = least(count, up(s->out[2] - o[2], spread[2]));
    float *to = y + run.image * y_image + (((int64_t)o[0] * s->out[1] + o[1]) * s->out[2] + o[2]) * s->y_step;
    for (int i = 0; i < count; i++) rows->y[filled + i] = to + i * y_along;
    for (int t = 0; t < n; t++) {
      int d = run.q[0] * stride[0] + taps[t].at[0], h = run.q[1] * stride[1] + taps[t].at[1];
      int w = run.q[2] * stride[2] + taps[t].at[2], low = 0, high = count;
      if (d < 0 || d >= s->in[0] || h < 0 || h >= s->in[1])
        high = 0;
      else if (s->images)
        high = w >= 0 && w < s->in[2] ? count : 0;
      else
        conv_inside(run.q[2], count, stride[2], taps[t].at[2], s->in[2], &low, &high);
      const float *from = x + run.image * x_image + (((int64_t)d * s->in[1] + h) * s->in[2] + w) * s->x_step;
      const float **list = rows->x + (int64_t)t * room + filled;
      unsigned char *inside = rows->inside + (int64_t)t * room + filled;
      for (int i = 0; i < low; i++) list[i] = zeros, inside[i] = 0;
      for (int i = low; i < high; i++) list[i] = from + i * x_along;
      for (int i = low; i < high; i++) inside[i] = 1;
      for (int i = high; i < count; i++) list[i] = zeros, inside[i] = 0;
    }
    filled += count;
  }
  rows->count = filled;
  int end = conv_multiple(filled, CONV_ROWS) + 12;
  for (int i = filled; i < end; i++) rows->y[i] = nowhere;
  for (int t = 0; t < n; t++)
    for (int i = filled; i < end; i++) rows->x[(int64_t)t * room + i] = zeros, rows->inside[(int64_t)t * room + i] = 0;
}

/* A slice of the inner length of the product: channels [channel, channel + channels) of taps of a phase. */
typedef struct {
  const float *panel; /* of tap 0, at the first channel */
  int64_t tap_floats; /* of a panel from tap to tap */
  const ConvTap *taps;
  int n, channel, channels;
  const float *start; /* what the sums begin with; NULL: what `sums` holds */
  int last;           /* 1: the sums are the result */
  int fresh;          /* 1: what the next tile reads is likely not in the cache yet */
  int tail;           /* outputs of the panel's last vector */
} ConvSlice;

/* Sums of `height` positions and `vectors` vectors of outputs. */
INLINE void conv_tile(
  const int height, const int vectors, const ConvSlice *s, const float *const *x, const unsigned char *inside, int room, float *sums,
  float *const *y
) {
  vf acc[12][CONV_VECTORS];
#pragma GCC unroll 16
  for (int r = 0; r < height; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) acc[r][v] = load(s->start ? s->start + v * VL : sums + (r * vectors + v) * VL);

  for (int t = 0; t < s->n; t++, x += room, inside += room) {
    uint32_t any[3] = {0, 0, 0};
    memcpy(any, inside, (size_t)height);
    if (!(any[0] | any[1] | any[2])) continue;
    const float *a[12];
#pragma GCC unroll 16
    for (int r = 0; r < height; r++) a[r] = x[r] + s->channel;
    if (s->fresh) {
#pragma GCC unroll 16
      for (int r = 0; r < height; r++)
        for (int c = 0; c < s->channels; c += 16) __builtin_prefetch(x[r + height] + s->channel + c);
    }
    const float *b = s->panel + s->taps[t].tap * s->tap_floats;
    for (int64_t c = 0; c < s->channels; c++, b += vectors * VL) {
      vf w[CONV_VECTORS];
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) w[v] = load(b + v * VL);
#pragma GCC unroll 16
      for (int r = 0; r < height; r++) {
        float each = a[r][c];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) acc[r][v] += each * w[v];
      }
    }
  }

  if (!s->last) {
#pragma GCC unroll 16
    for (int r = 0; r < height; r++)
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) store(sums + (r * vectors + v) * VL, acc[r][v]);
    return;
  }
#pragma GCC unroll 16
  for (int r = 0; r < height; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors - 1; v++) store(y[r] + v * VL, acc[r][v]);
    if (s->tail == VL)
      store(y[r] + (vectors - 1) * VL, acc[r][vectors - 1]);
    else
      store_part(y[r] + (vectors - 1) * VL, acc[r][vectors - 1], s->tail);
  }
}

typedef void ConvTile(
  const ConvSlice *s, const float *const *x, const unsigned char *inside, int room, float *sums, float *const *y
);
#define CONV_TILE(height, vectors)                                                                                            \
  static void conv_tile_##height##x##vectors(                                                                                 \
    const ConvSlice *s, const float *const *x, const unsigned char *inside, int room, float *sums, float *const *y            \
  ) {                                                                                                                         \
    conv_tile(height, vectors, s, x, inside, room, sums, y);                                                                  \
  }
CONV_TILE(12, 1)
#if VL == 8
CONV_TILE(6, 2)
static ConvTile *const conv_tiles[] = {NULL, conv_tile_12x1, conv_tile_6x2};
#else
CONV_TILE(12, 2)
CONV_TILE(8, 3)
CONV_TILE(6, 4)
static ConvTile *const conv_tiles[] = {NULL, conv_tile_12x1, conv_tile_12x2, conv_tile_8x3, conv_tile_6x4};
#endif

/* Scratch that all tasks share: the packed weights, the bias of each panel, a row of zeros, x padded. */
typedef struct {
  float *packed, *bias, *zeros, *padded;
  int64_t bytes;
} ConvShared;

static ConvShared conv_shared(const Conv *s, char *at) {
  int64_t packed = conv_align(conv_packed(s) * 4), bias = conv_align((int64_t)s->groups * s->wide * 4);
  int64_t zeros = conv_align((int64_t)s->groups * s->inputs * 4), padded = conv_align(conv_padded(s) * 4);
  ConvShared out = {.bytes = packed + bias + zeros + padded};
  if (at) {
    out.packed = (float *)at;
    out.bias = (float *)(at + packed);
    out.zeros = (float *)(at + packed + bias);
    out.padded = (float *)(at + packed + bias + zeros);
  }
  return out;
}

static int64_t conv_local(const Conv *s) {
  int64_t room = s->block + 12;
  return conv_align(room * s->taps * 8) + conv_align(room * s->taps) + conv_align(room * 8) + room * least(CONV_PANEL, s->wide) * 4 +
         conv_align(CONV_PANEL * 4) + conv_align(s->taps * (int64_t)sizeof(ConvTap));
}

/* One part of the panels for one block of positions. */
static void conv_block(const Conv *s, const ConvShared *shared, const float *x, float *y, int task, char *local) {
  int block = task / s->parts, part = task % s->parts, panels = s->groups * s->panels, room = s->block + 12;
  ConvRows rows = {.room = room};
  rows.x = (const float **)local;
  local += conv_align((int64_t)room * s->taps * 8);
  rows.inside = (unsigned char *)local;
  local += conv_align((int64_t)room * s->taps);
  rows.y = (float **)local;
  local += conv_align((int64_t)room * 8);
  float *sums = (float *)local;
  local += (int64_t)room * least(CONV_PANEL, s->wide) * 4;
  float *nowhere = (float *)local;
  local += conv_align(CONV_PANEL * 4);
  ConvTap *taps = (ConvTap *)local;

  for (int phase = 0; phase < s->phases; phase++) {
    int n = conv_taps(s, phase, taps);
    conv_list(s, block, phase, taps, n, x, y, shared->zeros, nowhere, &rows);
    int before = 0; /* channels of y that the pointers are ahead by */
    for (int each = part * panels / s->parts; each < (part + 1) * panels / s->parts; each++) {
      int group = each / s->panels, panel = each % s->panels, width = conv_panel_width(s, panel), vectors = width / VL;
      int output = group * s->outputs + panel * CONV_PANEL, height = conv_tile_rows[vectors];
      for (int i = 0; i < rows.count; i++) rows.y[i] += output - before;
      before = output;
      ConvTile *tile = conv_tiles[vectors];
      ConvSlice slice = {.tap_floats = (int64_t)s->inputs * width};
      slice.tail = least(s->outputs - panel * CONV_PANEL, width) - (vectors - 1) * VL;
      const float *from = shared->packed + conv_panel_at(s, group, panel);
      const float *bias = shared->bias + group * s->wide + panel * CONV_PANEL;
      int length = CONV_SLICE / 4 / width; /* rows of the panel in a slice */
      int parts = up(s->inputs, length), at_once = parts > 1 ? 1 : length / s->inputs;
      int slices = up(n, at_once);
      at_once = up(n, most(1, slices));
      for (int i = 0; i < most(1, slices * parts); i++) {
        int t = i / parts * at_once, channel = (int)((int64_t)(i % parts) * s->inputs / parts);
        slice.taps = taps + t;
        slice.n = least(at_once, n - t);
        slice.channel = group * s->inputs + channel;
        slice.channels = (int)((int64_t)(i % parts + 1) * s->inputs / parts) - channel;
        slice.panel = from + (int64_t)channel * width;
        slice.start = i == 0 ? bias : NULL;
        slice.last = i + 1 >= slices * parts;
        slice.fresh = i < parts && slice.channels >= 16;
        for (int row = 0; row < rows.count; row += height)
          tile(
            &slice, rows.x + (int64_t)t * room + row, rows.inside + (int64_t)t * room + row, room, sums + (int64_t)row * width,
            rows.y + row
          );
      }
    }
  }
}

static int conv_two(const int32_t *p) {
  (void)p;
  return 2;
}

static int64_t conv_shared_bytes(const int32_t *p, int transposed) {
  Conv s = conv_shape(p, transposed);
  return conv_shared(&s, NULL).bytes;
}
static int64_t conv_local_bytes(const int32_t *p, int transposed) {
  Conv s = conv_shape(p, transposed);
  return conv_local(&s);
}
static int conv_tasks(const int32_t *p, int phase, int transposed) {
  Conv s = conv_shape(p, transposed);
  if (phase == 1) return s.blocks * s.parts;
  return up(conv_units(&s), conv_units_at_once(&s)) + (s.fold ? s.batch : 0);
}

static void conv_run_task(const Call *c, int phase, int task, char *local, int transposed) {
  const int32_t *p = c->p;
  Conv s = conv_shape(p, transposed);
  ConvShared shared = conv_shared(&s, c->shared);
  if (phase == 1) {
    conv_block(&s, &shared, s.fold ? shared.padded : value(c, 22), value(c, 25), task, local);
    return;
  }
  int at_once = conv_units_at_once(&s), units = conv_units(&s), packs = up(units, at_once);
  if (task >= packs) {
    conv_pad(&s, p, value(c, 22), shared.padded, task - packs);
    return;
  }
  for (int unit = task * at_once; unit < least(units, (task + 1) * at_once); unit++)
    conv_pack(&s, value(c, 23), shared.packed, conv_unit_at(&s, unit), p[12]);
  if (task > 0) return;
  const float *bias = value(c, 24);
  memset(shared.zeros, 0, (size_t)s.groups * s.inputs * sizeof(float));
  for (int g = 0; g < s.groups; g++)
    for (int o = 0; o < s.wide; o++) shared.bias[g * s.wide + o] = bias && o < s.outputs ? bias[g * s.outputs + o] : 0;
}

/*
 * conv: y[q] = bias + sum over taps of x[q * stride - padding + tap * dilation] * w[tap]; what lies outside x is 0.
 * x [batch, lengths of x, channels of x], w [channels of y, channels of x / groups, kernel], y [batch, lengths of y, channels
 * of y]. Phase 0 packs the weights (and pads x of few channels), phase 1 computes blocks of positions.
 */
static int64_t conv_forward_shared(const int32_t *p) { return conv_shared_bytes(p, 0); }
static int64_t conv_forward_local(const int32_t *p) { return conv_local_bytes(p, 0); }
static int conv_forward_tasks(const int32_t *p, int phase) { return conv_tasks(p, phase, 0); }
static void conv_forward_run(const Call *c, int phase, int task, char *local) { conv_run_task(c, phase, task, local, 0); }

/*
 * convTranspose: y[q * stride - padding + tap * dilation] = bias + sum of x[q] * w[tap] over what arrives there; also the
 * gradient of conv with respect to its x. x [batch, lengths of x, channels of x], w [channels of x, channels of y / groups,
 * kernel], y [batch, lengths of y, channels of y]. Phases as those of conv.
 */
static int64_t conv_transpose_shared(const int32_t *p) { return conv_shared_bytes(p, 1); }
static int64_t conv_transpose_local(const int32_t *p) { return conv_local_bytes(p, 1); }
static int conv_transpose_tasks(const int32_t *p, int phase) { return conv_tasks(p, phase, 1); }
static void conv_transpose_run(const Call *c, int phase, int task, char *local) { conv_run_task(c, phase, task, local, 1); }

/* Positions of y whose part of the product is added to the sums at once: their outputs of a panel fill most of L1. */
#define CONV_CHUNK 128
/* Channels of x in one job of the gradient of the weights. */
#define CONV_CHANNELS 128
/* Bytes that partial sums of the gradient of the weights may take. */
#define CONV_PARTIAL (8 << 20)

/* How the gradient of the weights is cut: sums over parts of the positions, of jobs (group, panel, channels of x). */
typedef struct {
  int splits, parts, jobs, blocks; /* blocks of channels of x */
  int64_t partial;                 /* floats of the sums of one split */
} ConvSums;

static ConvSums conv_sums(const Conv *s) {
  ConvSums out = {.blocks = up(s->inputs, CONV_CHANNELS), .partial = conv_packed(s)};
  out.jobs = s->groups * s->panels * out.blocks;
  out.parts = least(out.jobs, 48);
  int64_t most_splits = CONV_PARTIAL / (out.partial * 4);
  int splits = least(up(32, out.jobs), s->batch * conv_product(s->out) / (2 * CONV_CHUNK));
  out.splits = most(1, (int)(splits < most_splits ? splits : most_splits));
  return out;
}

/* The positions of x that one chunk reads, only those inside. */
typedef struct {
  const float **x; /* [taps, CONV_CHUNK] */
  int32_t *at;     /* [taps, CONV_CHUNK] position in the chunk */
  int32_t *count;  /* [taps] */
} ConvPairs;

static void conv_pairs(const Conv *s, const ConvTap *taps, const float *x, int first, int last, ConvPairs *pairs) {
  int64_t x_image = conv_product(s->in) * s->x_step, along = s->stride[2] * s->x_step;
  for (int t = 0; t < s->taps; t++) pairs->count[t] = 0;
  ConvRun run;
  for (int at = first; at < last; at += run.count) {
    run = conv_run_row(s, at, last - at);
    for (int t = 0; t < s->taps; t++) {
      int d = run.q[0] * s->stride[0] + taps[t].at[0], h = run.q[1] * s->stride[1] + taps[t].at[1], low, high;
      if (d < 0 || d >= s->in[0] || h < 0 || h >= s->in[1]) continue;
      conv_inside(run.q[2], run.count, s->stride[2], taps[t].at[2], s->in[2], &low, &high);
      int64_t w = run.q[2] * s->stride[2] + taps[t].at[2];
      const float *from = x + run.image * x_image + (((int64_t)d * s->in[1] + h) * s->in[2] + w) * s->x_step;
      int n = pairs->count[t] - low;
      const float **list = pairs->x + (int64_t)t * CONV_CHUNK + n;
      int32_t *places = pairs->at + (int64_t)t * CONV_CHUNK + n;
      for (int i = low; i < high; i++) list[i] = from + i * along;
      for (int i = low; i < high; i++) places[i] = at - first + i;
      pairs->count[t] += high - low;
    }
  }
}

/* Sums of `height` channels of x and `vectors` vectors of outputs over the positions of one tap in a chunk. What lies from
 * `ahead` on, every `step` floats, is fetched into the second-level cache meanwhile. */
INLINE void conv_sum_tile(
  const int height, const int vectors, const float *const *x, const int32_t *at, int n, int64_t channel, const float *g, float *sums,
  int begin, const float *ahead, int64_t step
) {
  vf acc[12][CONV_VECTORS];
#pragma GCC unroll 16
  for (int r = 0; r < height; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) acc[r][v] = begin ? (vf){} : load(sums + (r * vectors + v) * VL);
  for (int64_t i = 0; i < n; i++) {
    const float *a = x[i] + channel, *b = g + (int64_t)at[i] * (vectors * VL);
    CONV_ADDRESS(a);
    CONV_ADDRESS(b);
    __builtin_prefetch(ahead, 0, 2);
    ahead += step;
    vf w[CONV_VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) w[v] = load(b + v * VL);
#pragma GCC unroll 16
    for (int r = 0; r < height; r++) {
      float each = a[r];
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) acc[r][v] += each * w[v];
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < height; r++)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) store(sums + (r * vectors + v) * VL, acc[r][v]);
}

typedef void ConvSumTile(
  const float *const *x, const int32_t *at, int n, int64_t channel, const float *g, float *sums, int begin, const float *ahead,
  int64_t step
);
#define CONV_SUM(height, vectors)                                                                                            \
  static void conv_sum_##height##x##vectors(                                                                                 \
    const float *const *x, const int32_t *at, int n, int64_t channel, const float *g, float *sums, int begin,                \
    const float *ahead, int64_t step                                                                                         \
  ) {                                                                                                                        \
    conv_sum_tile(height, vectors, x, at, n, channel, g, sums, begin, ahead, step);                                          \
  }
#define CONV_SUMS_6(vectors)                                                                                                 \
  CONV_SUM(1, vectors) CONV_SUM(2, vectors) CONV_SUM(3, vectors) CONV_SUM(4, vectors) CONV_SUM(5, vectors) CONV_SUM(6, vectors)
#define CONV_LIST_6(vectors)                                                                                                 \
  conv_sum_1x##vectors, conv_sum_2x##vectors, conv_sum_3x##vectors, conv_sum_4x##vectors, conv_sum_5x##vectors, conv_sum_6x##vectors
#define CONV_SUMS_12(vectors)                                                                                                \
  CONV_SUMS_6(vectors)                                                                                                       \
  CONV_SUM(7, vectors) CONV_SUM(8, vectors) CONV_SUM(9, vectors) CONV_SUM(10, vectors) CONV_SUM(11, vectors) CONV_SUM(12, vectors)
#define CONV_LIST_12(vectors)                                                                                                \
  CONV_LIST_6(vectors), conv_sum_7x##vectors, conv_sum_8x##vectors, conv_sum_9x##vectors, conv_sum_10x##vectors,              \
    conv_sum_11x##vectors, conv_sum_12x##vectors
CONV_SUMS_12(1)
#if VL == 8
CONV_SUMS_6(2)
static ConvSumTile *const conv_sum_tiles[][13] = {{NULL}, {NULL, CONV_LIST_12(1)}, {NULL, CONV_LIST_6(2)}};
static const int conv_sum_rows[] = {0, 12, 6};
#else
CONV_SUMS_12(2)
CONV_SUMS_6(3)
CONV_SUM(7, 3)
CONV_SUM(8, 3)
CONV_SUMS_6(4)
CONV_SUM(7, 4)
static ConvSumTile *const conv_sum_tiles[][13] = {
  {NULL},
  {NULL, CONV_LIST_12(1)},
  {NULL, CONV_LIST_12(2)},
  {NULL, CONV_LIST_6(3), conv_sum_7x3, conv_sum_8x3},
  {NULL, CONV_LIST_6(4), conv_sum_7x4},
};
static const int conv_sum_rows[] = {0, 12, 12, 8, 6};
#endif

/* Scratch of one task: a panel's outputs of a chunk, the pairs, the taps. */
static int64_t conv_sum_local(const Conv *s) {
  int64_t pairs = (int64_t)s->taps * CONV_CHUNK;
  return conv_align(CONV_CHUNK * least(CONV_PANEL, s->wide) * 4) + conv_align(pairs * 8) + conv_align(pairs * 4) +
         conv_align(s->taps * 4) + conv_align(s->taps * (int64_t)sizeof(ConvTap));
}

static void conv_sum_chunk(const float *from, int64_t step, int count, int outputs, int width, float *g) {
  int whole = outputs / VL * VL, rest = outputs - whole;
  for (int i = 0; i < count; i++, from += step, g += width) {
    for (int v = 0; v < whole; v += VL) store(g + v, load(from + v));
    if (!rest) continue;
    store(g + whole, (vf){});
    for (int o = whole; o < outputs; o++) g[o] = from[o];
  }
}

/* The lines of each position of g and x, from a channel on, that a task reads; a tile fetches one of each of the next chunk. */
typedef struct {
  int g, g_lines, x, x_lines;
} ConvAhead;

static ConvAhead conv_ahead(const Conv *s, const ConvSums *cut, int part) {
  int first = part * cut->jobs / cut->parts, last = (part + 1) * cut->jobs / cut->parts - 1;
  int panel = first / cut->blocks, end = last / cut->blocks, group = panel / s->panels;
  ConvAhead out = {.g = group * s->outputs + panel % s->panels * CONV_PANEL, .x = group * s->inputs};
  out.g_lines = up(least(s->groups * s->outputs, end / s->panels * s->outputs + (end % s->panels + 1) * CONV_PANEL) - out.g, 16);
  out.x_lines = up((end / s->panels + 1) * s->inputs - out.x, 16);
  if (first == last) {
    out.x += first % cut->blocks * CONV_CHANNELS;
    out.x_lines = up(least(CONV_CHANNELS, s->inputs - first % cut->blocks * CONV_CHANNELS), 16);
  }
  return out;
}

static void conv_sum_task(const Conv *s, const ConvSums *cut, const float *x, const float *g, float *partial, int task, char *local) {
  int split = task / cut->parts, part = task % cut->parts;
  float *chunk = (float *)local;
  local += conv_align(CONV_CHUNK * least(CONV_PANEL, s->wide) * 4);
  ConvPairs pairs = {.x = (const float **)local};
  local += conv_align((int64_t)s->taps * CONV_CHUNK * 8);
  pairs.at = (int32_t *)local;
  local += conv_align((int64_t)s->taps * CONV_CHUNK * 4);
  pairs.count = (int32_t *)local;
  local += conv_align(s->taps * 4);
  ConvTap *taps = (ConvTap *)local;
  conv_taps(s, 0, taps);

  int64_t total = (int64_t)s->batch * conv_product(s->out);
  int first = (int)(total * split / cut->splits), last = (int)(total * (split + 1) / cut->splits), at = first;
  partial += split * cut->partial;
  ConvAhead ahead = conv_ahead(s, cut, part);
  do {
    int count = least(CONV_CHUNK, last - at), packed = -1, line = 0;
    conv_pairs(s, taps, x, at, at + count, &pairs);
    ConvRun next = conv_run_row(s, at + count < last ? at + count : first, 1);
    const float *next_g = g + (at + count) * s->y_step, *next_x = x;
    for (int i = 0; i < 3; i++)
      next_x += least(next.q[i] * s->stride[i], s->in[i] - 1) * s->x_step * (i < 2 ? s->in[2] : 1) * (i < 1 ? s->in[1] : 1);
    next_x += next.image * conv_product(s->in) * s->x_step;
    for (int job = part * cut->jobs / cut->parts; job < (part + 1) * cut->jobs / cut->parts; job++) {
      int each = job / cut->blocks, block = job % cut->blocks, group = each / s->panels, panel = each % s->panels;
      int width = conv_panel_width(s, panel), vectors = width / VL;
      if (packed != each) {
        const float *from = g + at * s->y_step + group * s->outputs + panel * CONV_PANEL;
        conv_sum_chunk(from, s->y_step, count, least(CONV_PANEL, s->outputs - panel * CONV_PANEL), width, chunk);
        packed = each;
      }
      float *sums = partial + conv_panel_at(s, group, panel);
      int begin = block * CONV_CHANNELS, channels = least(CONV_CHANNELS, s->inputs - begin);
      int tiles = channels == 7 && vectors == 4 && CONV_VECTORS == 4 ? 1 : up(channels, conv_sum_rows[vectors]);
      for (int i = 0; i < tiles; i++) {
        int channel = begin + channels * i / tiles, height = begin + channels * (i + 1) / tiles - channel;
        for (int t = 0; t < s->taps; t++, line++) {
          const float *fetched = chunk;
          int64_t step = 0;
          if (at + count < last && line < ahead.g_lines) {
            fetched = next_g + ahead.g + line * 16;
            step = s->y_step;
          } else if (at + count < last && line < ahead.g_lines + ahead.x_lines) {
            fetched = next_x + ahead.x + (line - ahead.g_lines) * 16;
            step = s->x_step * s->stride[2];
          }
          conv_sum_tiles[vectors][height](
            pairs.x + (int64_t)t * CONV_CHUNK, pairs.at + (int64_t)t * CONV_CHUNK, pairs.count[t], group * s->inputs + channel, chunk,
            sums + ((int64_t)t * s->inputs + channel) * width, at == first, fetched, step
          );
        }
      }
    }
    at += count;
  } while (at < last);
}

/* The sums of all splits, in their order, as weights [outputs, channels of x, taps]. */
static void conv_unpack(const Conv *s, const ConvSums *cut, const float *partial, float *dw, ConvUnit u, int fold_width) {
  int width = conv_panel_width(s, u.panel), to = u.last * s->taps;
  int64_t apart = (int64_t)s->inputs * s->taps;
  partial += conv_panel_at(s, u.group, u.panel);
  for (int v = 0; v < width; v += VL) {
    int output = u.panel * CONV_PANEL + v, count = least(VL, s->outputs - output);
    float *out = dw + ((int64_t)u.group * s->outputs + output) * apart;
    for (int k = u.first * s->taps; k < to; k += VL) {
      int columns = least(VL, to - k);
      vf rows[VL];
      for (int j = 0; j < VL; j++) {
        rows[j] = (vf){};
        if (j >= columns) continue;
        const float *from = partial + conv_panel_row(s, k + j, fold_width) * width + v;
        rows[j] = load(from);
        for (int split = 1; split < cut->splits; split++) rows[j] += load(from + split * cut->partial);
      }
      conv_transpose(rows);
      for (int i = 0; i < count; i++)
        if (columns == VL)
          store(out + i * apart + k, rows[i]);
        else
          store_part(out + i * apart + k, rows[i], columns);
    }
  }
}

/*
 * convWeight: the gradient of conv with respect to its weights, dw[tap] = sum over q of g[q] * x[q * stride - padding + tap *
 * dilation]. x [batch, lengths of x, channels of x], g (parameter 23) [batch, lengths of y, channels of y], dw (25) [channels
 * of y, channels of x / groups, kernel]; parameter 24 is NONE. Phase 0 pads x where it has few channels, then parts of the
 * positions are summed, then the parts are added in their order.
 */
static int conv_weight_phases(const int32_t *p) { return conv_shape(p, 0).fold ? 3 : 2; }
static int64_t conv_weight_shared(const int32_t *p) {
  Conv s = conv_shape(p, 0);
  ConvSums cut = conv_sums(&s);
  return conv_align(conv_padded(&s) * 4) + cut.splits * cut.partial * 4;
}
static int64_t conv_weight_local(const int32_t *p) {
  Conv s = conv_shape(p, 0);
  return conv_sum_local(&s);
}
static int conv_weight_tasks(const int32_t *p, int phase) {
  Conv s = conv_shape(p, 0);
  ConvSums cut = conv_sums(&s);
  if (!s.fold) phase++;
  return phase == 0 ? s.batch : phase == 1 ? cut.splits * cut.parts : up(conv_units(&s), conv_units_at_once(&s));
}
static void conv_weight_run(const Call *c, int phase, int task, char *local) {
  Conv s = conv_shape(c->p, 0);
  ConvSums cut = conv_sums(&s);
  float *padded = (float *)c->shared, *partial = (float *)(c->shared + conv_align(conv_padded(&s) * 4));
  if (!s.fold) phase++;
  if (phase == 0) {
    conv_pad(&s, c->p, value(c, 22), padded, task);
  } else if (phase == 1) {
    conv_sum_task(&s, &cut, s.fold ? padded : value(c, 22), value(c, 23), partial, task, local);
  } else {
    int at_once = conv_units_at_once(&s), last = least(conv_units(&s), (task + 1) * at_once);
    for (int unit = task * at_once; unit < last; unit++)
      conv_unpack(&s, &cut, partial, value(c, 25), conv_unit_at(&s, unit), c->p[12]);
  }
}

static const KernelType conv_kernels[] = {
  {.name = "conv",
   .phases = conv_two,
   .shared_bytes = conv_forward_shared,
   .local_bytes = conv_forward_local,
   .tasks = conv_forward_tasks,
   .run = conv_forward_run},
  {.name = "convTranspose",
   .phases = conv_two,
   .shared_bytes = conv_transpose_shared,
   .local_bytes = conv_transpose_local,
   .tasks = conv_transpose_tasks,
   .run = conv_transpose_run},
  {.name = "convWeight",
   .phases = conv_weight_phases,
   .shared_bytes = conv_weight_shared,
   .local_bytes = conv_weight_local,
   .tasks = conv_weight_tasks,
   .run = conv_weight_run},
};
