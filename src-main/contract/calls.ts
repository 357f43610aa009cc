/** @file The calls that the window can make to main: what goes in, what comes back, and the checks of both. */

/** What the window shows about the program itself. */
export interface AppInfo {
  name: string;
  version: string;
  /** Version of the Electron that runs this window. */
  electron: string;
}

/** A processor that can train; the engine's own list in the words of this contract. */
export interface DeviceInfo {
  name: string;
  provider: string;
  available: boolean;
  /** Why it is not available, in plain words. */
  reason: string | null;
  /** Milliseconds of one step of the self-check, null where it was not timed. */
  stepMs: number | null;
}

export type DevicesAnswer = { state: 'listed'; devices: DeviceInfo[] } | { state: 'failed'; message: string };

/** Every call by its channel. `null` stands for a call without argument. */
export interface Calls {
  'app:info': { argument: null; answer: AppInfo };
  'devices:list': { argument: null; answer: DevicesAnswer };
}

export type Channel = keyof Calls;

/** Says whether a value that crossed a process boundary has the type it should have. */
export type Check<T> = (value: unknown) => value is T;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const isNothing: Check<null> = (value): value is null => value === null || value === undefined;

/** Checks of the arguments; main refuses a call that fails its check. */
export const argumentChecks: { readonly [C in Channel]: Check<Calls[C]['argument']> } = {
  'app:info': isNothing,
  'devices:list': isNothing,
};

export const isDeviceInfo: Check<DeviceInfo> = (value): value is DeviceInfo =>
  isRecord(value) &&
  typeof value.name === 'string' &&
  typeof value.provider === 'string' &&
  typeof value.available === 'boolean' &&
  (value.reason === null || typeof value.reason === 'string') &&
  (value.stepMs === null || typeof value.stepMs === 'number');

/** What the preload script puts on `window.pretext`. */
export interface PretextBridge {
  info(): Promise<AppInfo>;
  devices(): Promise<DevicesAnswer>;
}
