/** @file How values become grey (PS3.3 C.11.2): windows and VOI LUTs, which of them are offered, what dragging makes. */

import type { DisplayFrame } from '../../src-main/contract/pixels.js';

/** What is known of a frame beside its pixels. */
export interface FrameFacts extends Omit<DisplayFrame, 'pixels'> {
  colour: boolean;
  /** MONOCHROME1: the lowest value is white. */
  inverted: boolean;
  /** Every value is a whole number. */
  whole: boolean;
  /** The least and the greatest value. */
  low: number;
  high: number;
}

export interface GreyWindow {
  centre: number;
  width: number;
}

/** Modality values that become black and white. */
export interface ValueRange {
  lower: number;
  upper: number;
}

export type WindowFunction = DisplayFrame['windowFunction'];

/** What makes grey of values: a window of one of the three functions, or a VOI LUT of the file, counted from 0. */
export type Voi = ({ kind: 'window'; shape: WindowFunction } & GreyWindow) | { kind: 'lut'; place: number };

/** A VOI transformation that the viewer offers. */
export interface Preset {
  id: string;
  voi: Voi;
  /** The preset's own name, or what the header calls it; null where the header gives no name. */
  name: string | null;
  source: 'preset' | 'header' | 'lut' | 'auto';
  /** Digit that chooses it. */
  key: string;
}

/** Width of the ramp of a threshold: narrower than any two values of an image are apart, and no division by nothing. */
const THRESHOLD = 1e-4;

/**
 * The range of a straight window (PS3.3 C.11.2.1.2.1 and C.11.2.1.3.2). LINEAR goes from centre - 0.5 - (width - 1) / 2 to
 * centre - 0.5 + (width - 1) / 2, so that a width of 1 is a threshold above which all is white; LINEAR_EXACT from
 * centre - width / 2 to centre + width / 2, which is also where the tangent of SIGMOID (C.11.2.1.3.1) at its centre ends.
 */
export function rangeOf({ centre, width }: GreyWindow, shape: WindowFunction): ValueRange {
  const middle = shape === 'LINEAR' ? centre - 0.5 : centre;
  const span = shape === 'LINEAR' ? width - 1 : width;
  return span < THRESHOLD
    ? { lower: middle, upper: middle + THRESHOLD }
    : { lower: middle - span / 2, upper: middle + span / 2 };
}

/** The window that has this range; the opposite of `rangeOf`. */
export function windowOf({ lower, upper }: ValueRange, shape: WindowFunction): GreyWindow {
  const middle = (lower + upper) / 2;
  const span = upper - lower;
  return shape === 'LINEAR' ? { centre: middle + 0.5, width: span + 1 } : { centre: middle, width: span };
}

/**
 * The straight window that values are windowed with by hand. A sigmoid's scale has no half-pixel conventions, so that the
 * exact window of the same centre and width is its tangent.
 */
export function plainShape({ windowFunction }: Pick<FrameFacts, 'windowFunction'>): 'LINEAR' | 'LINEAR_EXACT' {
  return windowFunction === 'LINEAR' ? 'LINEAR' : 'LINEAR_EXACT';
}

/** The narrowest window that a shape allows: LINEAR needs a width of 1 (C.11.2.1.2.1), the others more than 0. */
export function leastWidth(shape: WindowFunction): number {
  return shape === 'LINEAR' ? 1 : 0.01;
}

/** Windows in Hounsfield units as they are in common use (Radiopaedia, "Windowing (CT)"). */
const CT_WINDOWS = [
  { id: 'lung', centre: -600, width: 1500 },
  { id: 'softTissue', centre: 50, width: 400 },
  { id: 'bone', centre: 400, width: 1800 },
  { id: 'brain', centre: 40, width: 80 },
] as const;
export type CtWindow = (typeof CT_WINDOWS)[number]['id'];

const LAST_DIGIT = 9;

function autoWindow(frame: FrameFacts): GreyWindow {
  const { low, high } = frame.auto;
  return windowOf({ lower: low, upper: Math.max(high, low + THRESHOLD) }, plainShape(frame));
}

/** The window by which a frame is windowed by hand. */
export function plainVoi({ centre, width }: GreyWindow, frame: Pick<FrameFacts, 'windowFunction'>): Voi {
  return { kind: 'window', shape: plainShape(frame), centre, width };
}

function headerVois({ luts, windows, windowFunction }: FrameFacts): Omit<Preset, 'key'>[] {
  const ofLuts = luts.map(({ explanation }, place) => ({
    id: `lut-${place}`,
    voi: { kind: 'lut' as const, place },
    name: explanation,
    source: 'lut' as const,
  }));
  const ofWindows = windows.map(({ centre, width, explanation }, index) => ({
    id: `header-${index}`,
    voi: { kind: 'window' as const, shape: windowFunction, centre, width },
    name: explanation,
    source: 'header' as const,
  }));
  return [...ofLuts, ...ofWindows];
}

/**
 * What to offer for a frame: for Hounsfield units the usual windows on 1 to 4; the file's VOI LUTs and windows on the
 * digits after them; on 0 the window that takes in nearly every value of the frame. Nothing for colour.
 *
 * @param names of the CT windows.
 */
export function presetsOf(frame: FrameFacts, names: Readonly<Record<CtWindow, string>>): Preset[] {
  if (frame.colour) return [];
  const usual = (frame.unit === 'HU' ? CT_WINDOWS : []).map(({ id, centre, width }) => ({
    id,
    voi: plainVoi({ centre, width }, frame),
    name: names[id],
    source: 'preset' as const,
  }));
  const numbered = [...usual, ...headerVois(frame)]
    .slice(0, LAST_DIGIT)
    .map((preset, index): Preset => ({ ...preset, key: String(index + 1) }));
  return [...numbered, { id: 'auto', voi: plainVoi(autoWindow(frame), frame), name: null, source: 'auto', key: '0' }];
}

/** What an image opens with: the file's first VOI LUT or window, else for Hounsfield units soft tissue, else all values. */
export function firstVoi(frame: FrameFacts): Voi {
  const [own] = headerVois(frame);
  return own?.voi ?? plainVoi(frame.unit === 'HU' ? CT_WINDOWS[1] : autoWindow(frame), frame);
}

/** The plain window that comes nearest to what is shown: where dragging starts from. */
export function plainWindow(voi: Voi, frame: FrameFacts): GreyWindow {
  if (voi.kind === 'window') return { centre: voi.centre, width: voi.width };
  const near = frame.luts[voi.place]?.window ?? null;
  return near === null ? autoWindow(frame) : windowOf(rangeOf(near, 'LINEAR'), plainShape(frame));
}

export function isSameVoi(one: Voi, other: Voi): boolean {
  if (one.kind === 'lut' || other.kind === 'lut') {
    return one.kind === 'lut' && other.kind === 'lut' && one.place === other.place;
  }
  return one.shape === other.shape && one.centre === other.centre && one.width === other.width;
}

/**
 * The window after a drag: to the right wider, downwards darker. The step follows the width, so that a narrow window
 * can be set finely, and never falls below a thousandth of the frame's own range.
 *
 * @param right, down pixels of the screen since the button went down.
 */
export function draggedWindow(
  start: GreyWindow,
  right: number,
  down: number,
  frame: Pick<FrameFacts, 'auto' | 'windowFunction' | 'whole'>,
): GreyWindow {
  const step = Math.max(start.width / 256, (frame.auto.high - frame.auto.low) / 1000);
  const rounded = (value: number): number => (frame.whole ? Math.round(value) : value);
  return {
    centre: rounded(start.centre + down * step),
    width: Math.max(leastWidth(plainShape(frame)), rounded(start.width + right * step)),
  };
}
