/** @file What the job and its reader processes say to each other. */

import type { ErrorDetails } from '../base/errors.js';
import type { DeidentifyOptions } from './file.js';
import type { FiredRule } from './rewrite.js';

export interface DeidentifyRequest {
  id: number;
  path: string;
  /** Where the copy is written; it does not exist yet. */
  temporary: string;
  options: DeidentifyOptions;
}

/** A copy that lies at `temporary`, whole and on the disk. */
export interface Copy {
  sopInstanceUID: string;
  studyInstanceUID: string | null;
  seriesInstanceUID: string | null;
  bytes: number;
  /** SHA-256 of the copy, in hexadecimal. */
  sha256: string;
  /** Bytes behind the data set that were left out. */
  droppedBytes: number;
  rules: FiredRule[];
}

/** `failure`: no file is to blame, the job cannot go on. */
export type DeidentifyReply = { id: number } & (
  | { copy: Copy }
  | { refused: string }
  | { failure: Pick<ErrorDetails, 'code' | 'message' | 'remedy' | 'path'> }
);
