/** @file What the decode pool and its reader processes say to each other. */

import type { CropBox } from './body-box.js';
import type { FrameLook } from './crop.js';
import type { DisplayFrame } from './display.js';
import type { ImageHeader } from './header.js';
import type { Inspection } from './inspect.js';
import type { Contents } from './read-file.js';
import type { SeriesGuide } from './series-sample.js';
import type { TagList } from './tags.js';

export type DecodeRequest =
  | { id: number; kind: 'header'; path: string }
  | { id: number; kind: 'normalise'; path: string; side: number; recipe: number; series: SeriesGuide | null }
  | { id: number; kind: 'sample'; path: string; frames: readonly number[]; looks: boolean }
  | { id: number; kind: 'tags'; path: string; identifiers: boolean }
  | { id: number; kind: 'frame'; path: string; frame: number }
  | { id: number; kind: 'inspect'; path: string };

/** `contents`: it is no image, but an archive or the directory of a medium. */
export type HeaderResult = { ok: true; header: ImageHeader } | { ok: false; reason: string; contents?: Contents };

/** `frames`: one [side, side] image of 0 .. 65535 for each frame of the file; `box`: the part of them that it shows. */
export type NormaliseResult =
  | { ok: true; header: ImageHeader; frames: Uint16Array[]; box: CropBox | null }
  | { ok: false; reason: string };

/**
 * `values`: for each frame asked for, some of its modality values (see `sampleFrame`); `looks`: those of them that a
 * series' box is made from, where they were asked for.
 */
export type SampleResult = { ok: true; values: Float32Array[]; looks: FrameLook[] } | { ok: false; reason: string };

export type TagsResult = { ok: true; list: TagList } | { ok: false; reason: string };

/** One frame in full resolution. */
export type FrameResult = { ok: true; frame: DisplayFrame } | { ok: false; reason: string };

/** Of every file that could be opened, refused or not. */
export type InspectResult = { ok: true; inspection: Inspection } | { ok: false; reason: string };

export type DecodeReply =
  | { id: number; kind: 'header'; result: HeaderResult }
  | { id: number; kind: 'normalise'; result: NormaliseResult }
  | { id: number; kind: 'sample'; result: SampleResult }
  | { id: number; kind: 'tags'; result: TagsResult }
  | { id: number; kind: 'frame'; result: FrameResult }
  | { id: number; kind: 'inspect'; result: InspectResult };
