/** @file What the preload script adds to the window. */

import type { PretextBridge } from '../src-main/contract/calls.js';

declare global {
  interface Window {
    readonly pretext: PretextBridge;
  }
}
