/** @file What to label next. */

import * as v from 'valibot';
import { rowId, shortText, wholeNumber } from './channels.js';

/** `typical`: a cold start, one image of every kind. `informative`: what the labels so far leave undecided. */
export const suggestMode = v.picklist(['typical', 'informative']);
export type SuggestMode = v.InferOutput<typeof suggestMode>;

export const suggestion = v.object({
  imageId: rowId,
  /** The frame to show; of a still image 0. */
  frame: wholeNumber,
  /** Why this image, in words for the person who labels. */
  reason: v.string(),
});
export type Suggestion = v.InferOutput<typeof suggestion>;

export const suggestCalls = {
  /**
   * Images to label next, best first; fewer than `count` where fewer are left. `not-found` where no features have been
   * computed yet; `too-few-labels` for `informative` before there are labels of two classes.
   */
  'suggest:next': {
    argument: v.object({
      task: shortText,
      mode: suggestMode,
      count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
      /** Images not to suggest again beside the labelled ones: those that the user skipped. */
      skip: v.optional(v.array(rowId), []),
    }),
    answer: v.array(suggestion),
  },
};
