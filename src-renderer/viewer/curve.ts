/** @file Grey of a value by a window or a VOI LUT (PS3.3 C.11.2), and the same as a curve that a graphics card draws. */

import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray.js';
import vtkColorTransferFunction from '@kitware/vtk.js/Rendering/Core/ColorTransferFunction.js';
import { type FrameFacts, rangeOf, type Voi } from './windowing.js';

/** What vtk.js takes for a function of colour where it is not told otherwise. */
export const RAMP_TEXELS = 1024;

/** More than this not every graphics card holds in a row; a table of 16 bits is then sampled. */
const MOST_TEXELS = 8192;

/** Widths from a sigmoid's centre to where it is black or white to within a tenth of a grey level. */
const SIGMOID_REACH = 2;

/** Grey 0 to 1 of `levels.length` values that are evenly spread from `low` to `high`; flat beyond. */
export interface Curve {
  low: number;
  high: number;
  levels: Float32Array;
}

type VoiFacts = Pick<FrameFacts, 'luts'>;

/** What makes grey, 0 to 1, of a modality value; before the inversion of MONOCHROME1. */
export function levelOf(voi: Voi, { luts }: VoiFacts): (value: number) => number {
  if (voi.kind === 'lut') {
    const lut = luts[voi.place];
    if (lut === undefined) return () => 0;
    const { entries, first, white } = lut;
    const last = entries.length - 1;
    return (value) => entries[Math.min(Math.max(Math.round(value) - first, 0), last)]! / white;
  }
  const { centre, width, shape } = voi;
  if (shape === 'SIGMOID') return (value) => 1 / (1 + Math.exp((-4 * (value - centre)) / width));
  const { lower, upper } = rangeOf(voi, shape);
  return (value) => Math.min(Math.max((value - lower) / (upper - lower), 0), 1);
}

/** The values between which a VOI transformation rises or falls. */
function reach(voi: Voi, { luts }: VoiFacts): { low: number; high: number } {
  if (voi.kind === 'lut') {
    const { first = 0, entries } = luts[voi.place] ?? {};
    return { low: first, high: first + (entries?.length ?? 1) - 1 };
  }
  const far = voi.shape === 'SIGMOID' ? SIGMOID_REACH : 0.5;
  return { low: voi.centre - far * voi.width, high: voi.centre + far * voi.width };
}

/**
 * The grey of every value of a frame, or where those are too many or not whole, of values so close that nothing is seen
 * of the straight lines between them.
 */
export function sampledCurve(voi: Voi, frame: Pick<FrameFacts, 'luts' | 'low' | 'high' | 'whole'>): Curve {
  const { low: from, high: to } = reach(voi, frame);
  const within = (value: number): number => Math.min(Math.max(value, from), to);
  const isWhole = frame.whole || voi.kind === 'lut';
  const low = isWhole ? Math.floor(within(frame.low)) : within(frame.low);
  const end = isWhole ? Math.ceil(within(frame.high)) : within(frame.high);
  const high = end > low ? end : low + 1;
  const count = isWhole ? Math.min(high - low + 1, MOST_TEXELS) : MOST_TEXELS;
  const level = levelOf(voi, frame);
  const levels = Float32Array.from({ length: count }, (_, place) => level(low + (place * (high - low)) / (count - 1)));
  return { low, high, levels };
}

/** The curve as vtk.js takes it, each level of it in one texel of a texture of `levels.length`. */
export function bend({ low, high, levels }: Curve, inverted: boolean): vtkColorTransferFunction {
  // vtk.js samples the function from its first node to its last, and the card finds a value in the middle of a texel.
  const half = (high - low) / (levels.length - 1) / 2;
  const step = (high - low + 2 * half) / (levels.length - 1);
  const nodes = Array.from(levels).flatMap((level, place) => {
    const grey = inverted ? 1 - level : level;
    return [low - half + place * step, grey, grey, grey, 0.5, 0];
  });
  const made = vtkColorTransferFunction.newInstance();
  made.buildFunctionFromArray(vtkDataArray.newInstance({ values: Float64Array.from(nodes), numberOfComponents: 6 }));
  return made;
}
