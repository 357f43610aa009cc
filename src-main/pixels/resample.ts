/** @file One affine resampling of a square 16-bit image: crop, flip, rotation and resize in a single interpolation. */

/** The part of the source that fills the target, in source pixels; pixel (i, j) covers [j, j+1) x [i, i+1). */
export interface CropBox {
  centreX: number;
  centreY: number;
  width: number;
  height: number;
  /** Turn of the box about its centre, radians, positive from the x axis (right) to the y axis (down). */
  angle: number;
  /** Whether left and right of the target are exchanged. */
  flip: boolean;
}

const unit = 1 / 65535;

/** A square image with a border of one repeated pixel, so that interpolation needs no bounds; rows of side + 2. */
interface Level {
  values: Float32Array;
  side: number;
}

/** Buffers by pixel count, reused by the calls of a thread. */
const scratch = new Map<string, Float32Array>();

function scratchLevel(depth: number, side: number): Level {
  const key = `${depth}:${side}`;
  let values = scratch.get(key);
  if (values === undefined) {
    if (scratch.size >= 16) scratch.clear();
    values = new Float32Array((side + 2) * (side + 2));
    scratch.set(key, values);
  }
  return { values, side };
}

function repeatEdges({ values, side }: Level): void {
  const stride = side + 2;
  for (let y = 1; y <= side; y++) {
    values[y * stride] = values[y * stride + 1]!;
    values[y * stride + side + 1] = values[y * stride + side]!;
  }
  values.copyWithin(0, stride, 2 * stride);
  values.copyWithin((side + 1) * stride, side * stride, (side + 1) * stride);
}

function firstLevel(source: Uint16Array, side: number): Level {
  const level = scratchLevel(0, side);
  const { values } = level;
  const stride = side + 2;
  for (let y = 0; y < side; y++) {
    const row = (y + 1) * stride + 1;
    const from = y * side;
    for (let x = 0; x < side; x++) values[row + x] = source[from + x]! * unit;
  }
  repeatEdges(level);
  return level;
}

/** Means of 2 x 2 pixels: the next level of a mip map (Williams 1983). */
function halve(level: Level, depth: number): Level {
  const side = level.side / 2;
  const half = scratchLevel(depth, side);
  const stride = level.side + 2;
  for (let y = 0; y < side; y++) {
    let from = (2 * y + 1) * stride + 1;
    const row = (y + 1) * (side + 2) + 1;
    for (let x = 0; x < side; x++, from += 2) {
      const upper = level.values[from]! + level.values[from + 1]!;
      const lower = level.values[from + stride]! + level.values[from + stride + 1]!;
      half.values[row + x] = 0.25 * (upper + lower);
    }
  }
  repeatEdges(half);
  return half;
}

/**
 * Fills `target` [size, size] with the box of `source` [side, side], 0..65535 becoming 0..1.
 *
 * Interpolation is bilinear. Against aliasing when the box shrinks, the source is halved while a target pixel is wider
 * than two of its pixels, and what remains is averaged over one interpolated point per source pixel in each direction;
 * shrinking the whole image by a power of two is therefore the exact mean of its blocks, and a box of the target's own
 * size on whole pixels is a copy. Points outside the image count as 0; up to the image's edge its last pixel counts.
 */
export function resample(source: Uint16Array, side: number, target: Float32Array, size: number, box: CropBox): void {
  let level = firstLevel(source, side);
  let scaleX = box.width / size;
  let scaleY = box.height / size;
  let centreX = box.centreX;
  let centreY = box.centreY;
  for (let depth = 1; Math.min(scaleX, scaleY) > 2 && level.side % 2 === 0; depth++) {
    level = halve(level, depth);
    scaleX /= 2;
    scaleY /= 2;
    centreX /= 2;
    centreY /= 2;
  }
  const { values } = level;
  const stride = level.side + 2;
  const edge = level.side + 0.5;
  const pointsX = Math.max(1, Math.ceil(scaleX - 1e-9));
  const pointsY = Math.max(1, Math.ceil(scaleY - 1e-9));
  const weight = 1 / (pointsX * pointsY);

  // Steps of one point along the target's axes, and the first point of the target's top left pixel. Coordinates are
  // those of pixel centres in the bordered level, so inside the image means 0.5 .. side + 0.5.
  const cos = Math.cos(box.angle);
  const sin = Math.sin(box.angle);
  const stepX = ((box.flip ? -1 : 1) * scaleX) / pointsX;
  const stepY = scaleY / pointsY;
  const [alongXu, alongXv] = [cos * stepX, sin * stepX];
  const [alongYu, alongYv] = [-sin * stepY, cos * stepY];
  const firstX = 0.5 - (size * pointsX) / 2;
  const firstY = 0.5 - (size * pointsY) / 2;
  const originU = centreX + firstX * alongXu + firstY * alongYu + 0.5;
  const originV = centreY + firstX * alongXv + firstY * alongYv + 0.5;

  for (let y = 0, out = 0; y < size; y++) {
    for (let x = 0; x < size; x++, out++) {
      let sum = 0;
      for (let pointY = 0; pointY < pointsY; pointY++) {
        const row = y * pointsY + pointY;
        let u = originU + row * alongYu + x * pointsX * alongXu;
        let v = originV + row * alongYv + x * pointsX * alongXv;
        for (let pointX = 0; pointX < pointsX; pointX++, u += alongXu, v += alongXv) {
          if (u < 0.5 || v < 0.5 || u > edge || v > edge) continue;
          const left = u | 0;
          const top = v | 0;
          const right = u - left;
          const down = v - top;
          const at = top * stride + left;
          const above = values[at]! + right * (values[at + 1]! - values[at]!);
          const below = values[at + stride]! + right * (values[at + stride + 1]! - values[at + stride]!);
          sum += above + down * (below - above);
        }
      }
      target[out] = sum * weight;
    }
  }
}
