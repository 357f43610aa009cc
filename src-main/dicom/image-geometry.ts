/** @file Where each frame of a file lies in the patient, from the top level or the functional groups. */

import type { ValueReader } from './values.js';

/** One frame. Numbers are millimetres, cosines and milliseconds; null where the file does not say. */
export interface FrameGeometry {
  position: number[] | null;
  orientation: number[] | null;
  /** Between rows, then between columns. */
  spacing: number[] | null;
  /** Echo time and stack: frames that differ in it are other measurements. */
  component: string;
  /** Temporal Position Index or Identifier. */
  time: number | null;
}

/** What the geometry of a series needs of one of its files. */
export interface ImageGeometry {
  /** Image Type (0008,0008), upper case. */
  imageType: string[];
  /** Acquisition Number (0020,0012). */
  acquisition: number | null;
  /** Siemens mosaic: tiles of the picture; `atMost` where only their size is known. */
  mosaic: { tiles: number; atMost: boolean; sliceSpacing: number | null } | null;
  /** One for each frame; of a file without functional groups, one for all its frames. */
  frames: FrameGeometry[];
}

/** More frames than any volume has are not listed; the series stays images. */
const MAX_LISTED_FRAMES = 20_000;

/** NumberOfImagesInMosaic of the block "SIEMENS MR HEADER", (0019,xx0A). */
function siemensTiles(top: ValueReader): number | null {
  for (let block = 0x10; block <= 0x1f; block++) {
    const creator = `x001900${block.toString(16)}`;
    if (top.firstText(creator) === 'SIEMENS MR HEADER') return top.unsigned16(`x0019${block.toString(16)}0a`);
  }
  return null;
}

function mosaicOf(top: ValueReader, imageType: readonly string[]): ImageGeometry['mosaic'] {
  if (!imageType.includes('MOSAIC')) return null;
  const sliceSpacing = top.decimal('x00180088');
  const told = siemensTiles(top);
  if (told !== null && told > 1) return { tiles: told, atMost: false, sliceSpacing };
  // Acquisition Matrix: frequency rows, frequency columns, phase rows, phase columns; two of them are 0.
  const size = Math.max(...[0, 1, 2, 3].map((index) => top.unsigned16('x00181310', index) ?? 0));
  const across = size > 0 ? (top.unsigned16('x00280011') ?? 0) / size : 0;
  const fits = Number.isInteger(across) && across > 1;
  return { tiles: fits ? across * across : 1, atMost: true, sliceSpacing };
}

function count(values: number[], wanted: number): number[] | null {
  return values.length === wanted ? values : null;
}

/** Echo times are written with more digits than they were measured with. */
function echo(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(3);
}

function topFrame(top: ValueReader, imageType: readonly string[]): FrameGeometry {
  // Value 3 on: AXIAL, M or P, ...; ORIGINAL and PRIMARY say nothing about what was measured.
  const measured = imageType.slice(2).join('/');
  return {
    position: count(top.decimals('x00200032'), 3),
    orientation: count(top.decimals('x00200037'), 6),
    spacing: count(top.decimals('x00280030'), 2),
    component: `${measured} ${echo(top.decimal('x00180081') ?? undefined)}`.trim(),
    time: top.decimal('x00200100'),
  };
}

/** Functional groups of one frame: its own item comes before the shared one (PS3.3 C.7.6.16). */
function groupFrame(own: ValueReader, shared: ValueReader | null, top: FrameGeometry): FrameGeometry {
  const macro = (tag: string): ValueReader | null => own.item(tag) ?? shared?.item(tag) ?? null;
  const content = own.item('x00209111');
  const frameType = macro('x00189226') ?? macro('x00189329');
  const type = frameType?.text('x00089007')?.toUpperCase().split('\\').slice(2) ?? [];
  const [time] = macro('x00189114')?.doubles('x00189082') ?? [];
  const stackId = content?.firstText('x00209056') ?? '';
  return {
    position: count(macro('x00209113')?.decimals('x00200032') ?? [], 3) ?? top.position,
    orientation: count(macro('x00209116')?.decimals('x00200037') ?? [], 6) ?? top.orientation,
    spacing: count(macro('x00289110')?.decimals('x00280030') ?? [], 2) ?? top.spacing,
    component: [type.join('/') || top.component, echo(time), stackId].filter((part) => part !== '').join(' '),
    time: content?.unsigned32('x00209128') ?? top.time,
  };
}

/** Reads the geometry of every frame (PS3.3 C.7.6.2 and C.7.6.16). */
export function readImageGeometry(top: ValueReader): ImageGeometry {
  const imageType = (top.text('x00080008') ?? '')
    .toUpperCase()
    .split('\\')
    .map((value) => value.trim());
  const first = topFrame(top, imageType);
  const groups = top.items('x52009230');
  const shared = top.item('x52009229');
  const frames = groups.slice(0, MAX_LISTED_FRAMES).map((own) => groupFrame(own, shared, first));
  return {
    imageType,
    acquisition: top.decimal('x00200012'),
    mosaic: mosaicOf(top, imageType),
    frames: frames.length > 0 ? frames : [first],
  };
}
