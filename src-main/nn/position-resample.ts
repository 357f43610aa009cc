/**
 * @file Position embeddings for another grid: separable cubic interpolation with antialiasing, so that an encoder
 * trained at one image size starts well at another. The same as timm's `resample_abs_pos_embed`, which rests on
 * PyTorch's `interpolate(mode='bicubic', antialias=True)`.
 */

/** Keys' cubic kernel (1981) with a = -0.5, PyTorch's choice where it antialiases. */
function cubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/** For each of `to` positions: the first source position and the weights from there on. */
function weightsOf(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = from / to;
  // Shrinking widens the kernel, so that every source position counts.
  const stretch = Math.max(1, scale);
  return Array.from({ length: to }, (_, index) => {
    const centre = scale * (index + 0.5);
    const first = Math.max(0, Math.trunc(centre - 2 * stretch + 0.5));
    const last = Math.min(from, Math.trunc(centre + 2 * stretch + 0.5));
    const raw = Array.from({ length: last - first }, (_, offset) => cubic((first + offset - centre + 0.5) / stretch));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: raw.map((weight) => weight / total) };
  });
}

/**
 * Resamples a square grid of position embeddings.
 *
 * @param values [from * from, width], row by row
 * @returns [to * to, width]
 */
export function resamplePositions(values: Float32Array, from: number, to: number, width: number): Float32Array {
  const weights = weightsOf(from, to);
  const columns = new Float64Array(from * to * width); // [from, to, width]
  for (let row = 0; row < from; row++) {
    for (const [column, { first, weights: own }] of weights.entries()) {
      const target = (row * to + column) * width;
      for (const [offset, weight] of own.entries()) {
        const source = (row * from + first + offset) * width;
        for (let k = 0; k < width; k++) columns[target + k] += weight * values[source + k];
      }
    }
  }
  const result = new Float64Array(to * to * width);
  for (const [row, { first, weights: own }] of weights.entries()) {
    for (const [offset, weight] of own.entries()) {
      const source = (first + offset) * to * width;
      const target = row * to * width;
      for (let k = 0; k < to * width; k++) result[target + k] += weight * columns[source + k];
    }
  }
  return Float32Array.from(result);
}
