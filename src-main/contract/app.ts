/** @file The program itself: name, version, devices, preferences, links to the system. */

import * as v from 'valibot';
import { filePath, finite, nothing, shortText } from './channels.js';

export const appInfo = v.object({
  name: v.string(),
  version: v.string(),
  /** Version of the Electron that runs this window. */
  electron: v.string(),
  platform: v.picklist(['linux', 'win32', 'darwin', 'other']),
  /** Name of the account, as the suggested author of labels. */
  user: v.string(),
});
export type AppInfo = v.InferOutput<typeof appInfo>;

/** A processor that can train; the engine's own list. */
export const deviceInfo = v.object({
  name: v.string(),
  provider: v.picklist(['cpu', 'webgpu', 'dml', 'cuda', 'coreml', 'tfjs-gpu', 'tfjs-cpu']),
  available: v.boolean(),
  /** Why it is not available, in plain words. */
  reason: v.nullable(v.string()),
  /** Milliseconds of one step of the self-check, null where it was not timed. */
  stepMs: v.nullable(finite),
  /** The same in mixed precision, null where the device has none. */
  mixedMs: v.nullable(finite),
});
export type DeviceInfo = v.InferOutput<typeof deviceInfo>;

export const preferences = v.object({
  theme: v.picklist(['system', 'dark', 'light']),
  /** Author of labels. */
  author: v.pipe(v.string(), v.maxLength(120)),
});
export type Preferences = v.InferOutput<typeof preferences>;

export const appCalls = {
  'app:info': { argument: nothing, answer: appInfo },
  'app:devices': { argument: v.object({ again: v.boolean() }), answer: v.array(deviceInfo) },
  'app:preferences': { argument: nothing, answer: preferences },
  'app:setPreferences': { argument: preferences, answer: preferences },
  /** Folders that the user chooses in the system's dialog; empty where it was closed. */
  'app:chooseFolders': { argument: v.object({ title: shortText, many: v.boolean() }), answer: v.array(filePath) },
  /** A file to read, or null. */
  'app:chooseFile': {
    argument: v.object({ title: shortText, extensions: v.array(v.pipe(v.string(), v.regex(/^[a-z0-9]{1,8}$/))) }),
    answer: v.nullable(filePath),
  },
  /** Where to save, or null. */
  'app:chooseTarget': {
    argument: v.object({ title: shortText, name: shortText }),
    answer: v.nullable(filePath),
  },
  /** Shows a file that Pretext wrote in the system's file manager. */
  'app:showFile': { argument: v.object({ path: filePath }), answer: nothing },
  'app:copyText': { argument: v.object({ text: v.pipe(v.string(), v.maxLength(100_000)) }), answer: nothing },
};
