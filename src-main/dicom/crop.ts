/** @file Cropping to the body: which rule a frame follows, and the box of a series or of a file from looks at some frames. */

import { boxInHounsfield, boxInRange, boxWithinBorder, type CropBox, withMargin } from './body-box.js';
import { around } from './cell-mask.js';
import type { ImageHeader } from './header.js';
import { isHounsfield, isScaledBySeries, percentileRange } from './normalise.js';
import { type Overview, overviewOf } from './overview.js';
import { type ValueRange, withoutPadding } from './voi.js';

/**
 * By what the body is told from the rest. `hounsfield` and `range`: values against air, one box for a whole series;
 * `border`: grey against the picture's border, one box for a file; `none`: the picture stays whole, as with nuclear
 * medicine, dose, segments and slides: their background is no air, and what is black there means something.
 */
export type CropRule = 'hounsfield' | 'range' | 'border' | 'none';

const WHOLE: ReadonlySet<string | null> = new Set(['NM', 'PT', 'RTDOSE', 'SEG', 'SM']);

type RuleHeader = Pick<
  ImageHeader,
  | 'modality'
  | 'photometricInterpretation'
  | 'samplesPerPixel'
  | 'bitsStored'
  | 'rescaleIntercept'
  | 'pixelRepresentation'
>;

export function cropRuleOf(header: RuleHeader): CropRule {
  if (isHounsfield(header)) return 'hounsfield';
  if (isScaledBySeries(header.modality, header.photometricInterpretation)) return 'range';
  return WHOLE.has(header.modality) ? 'none' : 'border';
}

/** Whether images of this kind may share the box of their series: grey CT and MR. */
export function isCroppedBySeries(modality: string | null, photometricInterpretation: string): boolean {
  return (modality === 'CT' || modality === 'MR') && photometricInterpretation.startsWith('MONOCHROME');
}

/** What the box of a series is made from: a coarse view of one of its frames. */
export interface FrameLook {
  rule: 'hounsfield' | 'range';
  overview: Overview;
}

/** A look at a frame for the box of its series; null for one that has a box of its own. */
export function lookAt(modality: Float32Array, header: ImageHeader, padding: ValueRange | null): FrameLook | null {
  const rule = cropRuleOf(header);
  if (rule !== 'hounsfield' && rule !== 'range') return null;
  return { rule, overview: overviewOf(modality, header.rows, header.columns, padding) };
}

/** The smallest box around those that there are, with its margin; null: the whole picture. */
export function boxAroundAll(boxes: readonly (CropBox | null)[]): CropBox | null {
  const found = boxes.filter((box) => box !== null);
  return found.length === 0 ? null : withMargin(found.reduce(around));
}

/**
 * The box of a series: around the bodies in all the looks.
 *
 * @param range robust range of the modality values of the series, for MR; null: it shows no difference
 */
export function boxOfLooks(looks: readonly FrameLook[], range: ValueRange | null): CropBox | null {
  const boxes = looks.map(({ rule, overview }) => {
    if (rule === 'hounsfield') return boxInHounsfield(overview);
    return range === null ? null : boxInRange(overview, range);
  });
  return boxAroundAll(boxes);
}

/** One frame as the rules look at it. */
export interface PlainFrame {
  /** Modality values [rows, columns]. */
  modality: () => Float32Array;
  /** Grey 0 .. 1 [rows, columns], as it is shown. */
  grey: () => Float32Array;
  padding: ValueRange | null;
}

/** The box of a frame by itself, without margin; null: the whole picture. */
export function ownBox(frame: PlainFrame, header: ImageHeader): CropBox | null {
  const rule = cropRuleOf(header);
  const { rows, columns } = header;
  if (rule === 'none') return null;
  if (rule === 'border') return boxWithinBorder(overviewOf(frame.grey(), rows, columns));
  const modality = frame.modality();
  const overview = overviewOf(modality, rows, columns, frame.padding);
  if (rule === 'hounsfield') return boxInHounsfield(overview);
  return boxInRange(overview, percentileRange(withoutPadding(modality, frame.padding)));
}

/** Frames of a file with a box of its own that are looked at, at most. */
const LOOKED_AT = 8;

/** The frames of a file that its own box is made from: evenly spread, the first and the last among them. */
export function framesToLookAt(frames: number): number[] {
  const count = Math.min(frames, LOOKED_AT);
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (frames - 1)) / (count - 1))));
}
