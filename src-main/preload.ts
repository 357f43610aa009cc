/** @file The one bridge into the window: `window.pretext`. Runs sandboxed; nothing else of Electron gets across. */

import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import type { PretextBridge } from './contract/calls.js';

/** Dropped files of Electrons before 32 carry their path themselves. */
function pathOf(file: File): string {
  if (webUtils !== undefined) return webUtils.getPathForFile(file);
  return 'path' in file && typeof file.path === 'string' ? file.path : '';
}

// Main answers the channels of the contract and no others; here they only pass through.
const bridge: PretextBridge = {
  call: (channel, argument) => ipcRenderer.invoke(channel, argument),
  listen: (event, listener) => {
    const forward = (_event: IpcRendererEvent, data: unknown) => listener(data);
    ipcRenderer.on(event, forward);
    return () => void ipcRenderer.off(event, forward);
  },
  pathOf,
};

contextBridge.exposeInMainWorld('pretext', bridge);
