/** @file The refusal of one file, in words a person can read. */

import { PretextError } from '../base/errors.js';

/** A `bad-file` error for `path`; `reason` is one sentence without the path. */
export function refusal(path: string, reason: string, cause?: unknown): PretextError {
  return new PretextError({
    code: 'bad-file',
    message: reason,
    path,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What a library threw, as text: some of them throw strings, numbers or objects. */
export function thrownText(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown === 'object' && thrown !== null && 'exception' in thrown) return thrownText(thrown.exception);
  return String(thrown);
}

/** Why a file cannot be used, as a reason to list it with. */
export function reasonOf(error: unknown): string {
  if (error instanceof PretextError) return error.message;
  return `It could not be read (${thrownText(error)}).`;
}
