/** @file What main and the thread that finds suggestions say to each other. */

import type { Suggestion } from '../tasks/suggestions.js';
import type { ErrorReport } from './protocol.js';

export type SuggestMode = 'typical' | 'informative';

export interface SuggestRequest {
  id: number;
  /** File of features. */
  path: string;
  mode: SuggestMode;
  count: number;
  seed: number;
  classNames: string[];
  /** Image id and class index, [labelled, 2] */
  labels: Int32Array;
  /** Image ids. */
  excluded: Int32Array;
}

/** A suggestion, and the frame of the image to show. */
export type ShownSuggestion = Suggestion & { frame: number };

export type SuggestReply = { id: number; suggestions: ShownSuggestion[] } | { id: number; error: ErrorReport };
