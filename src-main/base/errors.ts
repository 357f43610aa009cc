/** @file The one error type that is meant for a person: what happened, to which file, and what to do. */

/** Why a thing failed, for programs; the text is for people. */
export type ErrorCode =
  | 'bad-argument' // the command line or a call asked for something that does not exist
  | 'bad-file' // a file's content cannot be used
  | 'unreadable' // the operating system refused to read
  | 'disk-full'
  | 'not-a-project'
  | 'project-busy'
  | 'not-found' // a run, model, task or class of that name is not in the project
  | 'too-few-labels'
  | 'device' // a device is missing, failed its self-check or broke down
  | 'out-of-memory' // the device has too little memory for what was asked
  | 'cancelled'
  | 'internal';

export interface ErrorDetails {
  code: ErrorCode;
  /** What happened, one sentence, without the remedy. */
  message: string;
  /** The file or folder it happened to, if any. */
  path?: string;
  /** What the user can do about it, one sentence. */
  remedy?: string;
  cause?: unknown;
}

/** An error that can be shown to a person as it is. Anything else that is thrown is a defect. */
export class PretextError extends Error {
  readonly code: ErrorCode;
  readonly path: string | undefined;
  readonly remedy: string | undefined;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PretextError';
    this.code = details.code;
    this.path = details.path;
    this.remedy = details.remedy;
  }

  /** The text shown to a person: what, where, remedy. */
  describe(): string {
    const where = this.path === undefined || this.message.includes(this.path) ? '' : ` (${this.path})`;
    const remedy = this.remedy === undefined ? '' : ` ${this.remedy}`;
    return `${this.message}${where}${remedy}`;
  }
}

/** Node's error code of an operating-system failure (`ENOENT`, `ENOSPC`, ...), or null. */
export function systemCode(error: unknown): string | null {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return null;
}

/** Turns an operating-system failure on `path` into a PretextError; other PretextErrors pass through. */
export function fileError(error: unknown, path: string): PretextError {
  if (error instanceof PretextError) return error;
  switch (systemCode(error)) {
    case 'ENOENT':
      return new PretextError({
        code: 'unreadable',
        message: 'No such file or folder.',
        path,
        remedy: 'Check the path.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new PretextError({
        code: 'unreadable',
        message: 'Access was refused by the operating system.',
        path,
        remedy: 'Check the permissions of this file or folder, or choose another.',
        cause: error,
      });
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new PretextError({
        code: 'disk-full',
        message: 'The disk is full; nothing that was stored before is lost.',
        path,
        remedy: 'Free some space on this disk and run the same command again: it goes on where it stopped.',
        cause: error,
      });
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return new PretextError({ code: 'unreadable', message: reason, path, cause: error });
    }
  }
}

/** Marks a branch that the types say cannot be reached. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
