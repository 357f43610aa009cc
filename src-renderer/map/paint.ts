/**
 * @file Draws points straight into a canvas's pixels: stamps of each shape are computed once, so that fifty thousand
 * points are a few million additions and no drawing calls.
 */

import type { Scatter, View } from './scatter.js';

/** Shapes tell classes apart where colours do not. */
export const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'plus', 'wedge', 'cross'] as const;
export type Shape = (typeof SHAPES)[number];

/** What the points of one class look like. */
export interface Look {
  /** '#rrggbb' */
  colour: string;
  shape: Shape;
}

/** Whether a place lies in the shape; both coordinates run from -1 to 1, y downwards. */
const WITHIN: Record<Shape, (x: number, y: number) => boolean> = {
  circle: (x, y) => x * x + y * y <= 0.8,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.78,
  triangle: (x, y) => y <= 0.75 && y >= 2 * Math.abs(x) - 1,
  wedge: (x, y) => y >= -0.75 && y <= 1 - 2 * Math.abs(x),
  diamond: (x, y) => Math.abs(x) + Math.abs(y) <= 1,
  plus: (x, y) => Math.min(Math.abs(x), Math.abs(y)) <= 0.34 && Math.max(Math.abs(x), Math.abs(y)) <= 1,
  cross: (x, y) => Math.abs(Math.abs(x) - Math.abs(y)) <= 0.42 && Math.max(Math.abs(x), Math.abs(y)) <= 0.9,
};

/** The same shapes as SVG paths in a box from -1 to 1, for the legend. */
export const SHAPE_PATHS: Record<Shape, string> = {
  circle: 'M-0.89 0A0.89 0.89 0 1 0 0.89 0A0.89 0.89 0 1 0 -0.89 0Z',
  square: 'M-0.78 -0.78H0.78V0.78H-0.78Z',
  triangle: 'M0 -1L0.875 0.75H-0.875Z',
  wedge: 'M0 1L0.875 -0.75H-0.875Z',
  diamond: 'M0 -1L1 0L0 1L-1 0Z',
  plus: 'M-0.34 -1H0.34V-0.34H1V0.34H0.34V1H-0.34V0.34H-1V-0.34H-0.34Z',
  cross:
    'M-0.9 -0.48L-0.48 -0.9L0 -0.42L0.48 -0.9L0.9 -0.48L0.42 0L0.9 0.48L0.48 0.9L0 0.42L-0.48 0.9L-0.9 0.48L-0.42 0Z',
};

/** Coverage of every pixel of a stamp [side, side], 0 to 256: of the shape, and of the shape with its rim. */
interface Stamp {
  half: number;
  side: number;
  fill: Uint16Array;
  whole: Uint16Array;
}

const stamps = new Map<string, Stamp>();
const SAMPLES = 4;
/** Width of the rim, in device pixels; it keeps points apart where they overlap. */
const RIM = 1;

function stampOf(shape: Shape, radius: number): Stamp {
  const key = `${shape} ${radius}`;
  const known = stamps.get(key);
  if (known !== undefined) return known;
  const half = Math.ceil(radius + RIM);
  const side = 2 * half + 1;
  const cover = (size: number) =>
    Uint16Array.from({ length: side * side }, (_, pixel) => {
      let hits = 0;
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const x = (pixel % side) - half + ((sample % SAMPLES) + 0.5) / SAMPLES - 0.5;
        const y = Math.floor(pixel / side) - half + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES - 0.5;
        if (WITHIN[shape](x / size, y / size)) hits++;
      }
      return Math.round((256 * hits) / (SAMPLES * SAMPLES));
    });
  const made = { half, side, fill: cover(radius), whole: cover(radius + RIM) };
  stamps.set(key, made);
  return made;
}

type Rgb = readonly [number, number, number];

export function rgbOf(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function between(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => Math.round(a[i] + share * (b[i] - a[i]))) as unknown as Rgb;
}

export interface Painting {
  scatter: Scatter;
  view: View;
  /** Index into `looks` for each point, -1: none. */
  groups: Int32Array;
  looks: readonly Look[];
  /** Of points without a group. */
  plain: Look;
  /** '#rrggbb', behind the points. */
  ground: string;
  /** Empty: nothing is selected, and every point is shown in full. */
  selected: ReadonlySet<number>;
  /** Device pixels for each CSS pixel. */
  ratio: number;
}

/** How large points are, in CSS pixels: smaller where there are many. */
export function radiusFor(count: number): number {
  if (count > 20_000) return 2;
  return count > 4000 ? 3 : count > 1000 ? 4 : 5;
}

/** How the points of one group are drawn. */
interface Ink {
  stamp: Stamp;
  full: Rgb;
  /** Of points that are not selected while others are. */
  faded: Rgb;
}

/** Draws all points into `image`, those without a group first, selected ones last. */
export function paint(image: ImageData, painting: Painting): void {
  const { scatter, groups, looks, plain, selected } = painting;
  const ground = rgbOf(painting.ground);
  const pixels = new Uint32Array(image.data.buffer);
  pixels.fill(packed(ground));
  const radius = radiusFor(scatter.count) * painting.ratio;
  const inkOf = ({ shape, colour }: Look, size: number): Ink => {
    const full = rgbOf(colour);
    return { stamp: stampOf(shape, Math.round(2 * size) / 2), full, faded: between(full, ground, 0.72) };
  };
  const plainInk = inkOf(plain, 0.75 * radius);
  const inks = looks.map((look) => inkOf(look, radius));
  const draw = (index: number, isFull: boolean) => {
    const ink = groups[index] < 0 ? plainInk : inks[groups[index]];
    press(image, pixels, painting, index, ink.stamp, isFull ? ink.full : ink.faded, ground);
  };
  const isFull = selected.size === 0;
  for (const grouped of [false, true]) {
    for (let index = 0; index < scatter.count; index++) {
      if (groups[index] >= 0 === grouped && !selected.has(index)) draw(index, isFull);
    }
  }
  for (const index of selected) draw(index, true);
}

/** A pixel as it lies in memory: every machine that Electron runs on is little-endian. */
function packed([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function press(
  { width, height }: ImageData,
  pixels: Uint32Array,
  { scatter, view, ratio }: Painting,
  index: number,
  { half, side, fill, whole }: Stamp,
  [red, green, blue]: Rgb,
  [rimRed, rimGreen, rimBlue]: Rgb,
): void {
  const left = Math.round(ratio * (view.scale * scatter.coordinates[2 * index] + view.x)) - half;
  const top = Math.round(ratio * (view.scale * scatter.coordinates[2 * index + 1] + view.y)) - half;
  if (left + side <= 0 || top + side <= 0 || left >= width || top >= height) return;
  const firstX = Math.max(0, -left);
  const lastX = Math.min(side, width - left);
  const lastY = Math.min(side, height - top);
  for (let y = Math.max(0, -top); y < lastY; y++) {
    let pixel = (top + y) * width + left + firstX;
    let cell = y * side + firstX;
    for (let x = firstX; x < lastX; x++, pixel++, cell++) {
      const all = whole[cell];
      if (all === 0) continue;
      const inner = fill[cell];
      const rim = Math.max(0, all - inner);
      const rest = 256 - inner - rim;
      const under = pixels[pixel];
      const r = (red * inner + rimRed * rim + (under & 255) * rest) >> 8;
      const g = (green * inner + rimGreen * rim + ((under >> 8) & 255) * rest) >> 8;
      const b = (blue * inner + rimBlue * rim + ((under >> 16) & 255) * rest) >> 8;
      pixels[pixel] = (255 << 24) | (b << 16) | (g << 8) | r;
    }
  }
}
