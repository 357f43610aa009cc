/** @file Windows: how centre and width become the range of values from black to white, and which windows are offered. */

import type { DisplayFrame } from '../../src-main/contract/pixels.js';

/** What is known of a frame beside its pixels. */
export interface FrameFacts extends Omit<DisplayFrame, 'pixels'> {
  colour: boolean;
  /** MONOCHROME1: the lowest value is white. */
  inverted: boolean;
  /** Every value is a whole number. */
  whole: boolean;
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

/** A window that the viewer offers. */
export interface Preset {
  id: string;
  window: GreyWindow;
  /** The preset's own name, or what the header calls it; null where the header gives no name. */
  name: string | null;
  source: 'preset' | 'header' | 'auto';
  /** Digit that chooses it. */
  key: string;
}

/** Width of the ramp of a threshold: narrower than any two values of an image are apart, and no division by nothing. */
const THRESHOLD = 1e-4;

/**
 * The range of a window (PS3.3 C.11.2.1.2.1 and C.11.2.1.3.2). LINEAR goes from centre - 0.5 - (width - 1) / 2 to
 * centre - 0.5 + (width - 1) / 2, so that a width of 1 is a threshold above which all is white; LINEAR_EXACT from
 * centre - width / 2 to centre + width / 2. SIGMOID (C.11.2.1.3.1) has no ends: its curve is made from LINEAR's.
 */
export function rangeOf({ centre, width }: GreyWindow, shape: WindowFunction): ValueRange {
  const middle = shape === 'LINEAR_EXACT' ? centre : centre - 0.5;
  const span = shape === 'LINEAR_EXACT' ? width : width - 1;
  return span < THRESHOLD
    ? { lower: middle, upper: middle + THRESHOLD }
    : { lower: middle - span / 2, upper: middle + span / 2 };
}

/** The window that has this range; the opposite of `rangeOf`. */
export function windowOf({ lower, upper }: ValueRange, shape: WindowFunction): GreyWindow {
  const middle = (lower + upper) / 2;
  const span = upper - lower;
  return shape === 'LINEAR_EXACT' ? { centre: middle, width: span } : { centre: middle + 0.5, width: span + 1 };
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

function autoWindow({ auto, windowFunction }: FrameFacts): GreyWindow {
  return windowOf({ lower: auto.low, upper: Math.max(auto.high, auto.low + THRESHOLD) }, windowFunction);
}

/**
 * What to offer for a frame: for Hounsfield units the usual windows on 1 to 4; the header's windows on the digits
 * after them; on 0 the window that takes in nearly every value of the frame. Nothing for colour.
 *
 * @param names of the CT windows.
 */
export function presetsOf(frame: FrameFacts, names: Readonly<Record<CtWindow, string>>): Preset[] {
  if (frame.colour) return [];
  const usual = (frame.unit === 'HU' ? CT_WINDOWS : []).map(({ id, centre, width }) => ({
    id,
    window: { centre, width },
    name: names[id],
    source: 'preset' as const,
  }));
  const header = frame.windows.map(({ centre, width, explanation }, index) => ({
    id: `header-${index}`,
    window: { centre, width },
    name: explanation,
    source: 'header' as const,
  }));
  const numbered = [...usual, ...header]
    .slice(0, LAST_DIGIT)
    .map((preset, index): Preset => ({ ...preset, key: String(index + 1) }));
  return [...numbered, { id: 'auto', window: autoWindow(frame), name: null, source: 'auto', key: '0' }];
}

/** The window that an image opens with: the header's first, else for Hounsfield units soft tissue, else all values. */
export function firstWindow(frame: FrameFacts): GreyWindow {
  const [header] = frame.windows;
  if (header !== undefined) return { centre: header.centre, width: header.width };
  if (frame.unit === 'HU') return { centre: CT_WINDOWS[1].centre, width: CT_WINDOWS[1].width };
  return autoWindow(frame);
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
    width: Math.max(leastWidth(frame.windowFunction), rounded(start.width + right * step)),
  };
}
