/** @file The one bridge into the window: `window.pretext`. Runs sandboxed; nothing else of Electron gets across. */

import { contextBridge, ipcRenderer } from 'electron';
import type { Calls, Channel, PretextBridge } from './contract/calls.js';

function call<C extends Channel>(channel: C, argument: Calls[C]['argument']): Promise<Calls[C]['answer']> {
  return ipcRenderer.invoke(channel, argument);
}

const bridge: PretextBridge = {
  info: () => call('app:info', null),
  devices: () => call('devices:list', null),
};

contextBridge.exposeInMainWorld('pretext', bridge);
