/** @file Answers the window's calls: the sender and the argument are checked before anything is done. */

import { app, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { argumentChecks, type Calls, type Channel } from '../contract/calls.js';
import { devices } from './devices.js';
import { isOwnUrl } from './policy.js';

type Handlers = { readonly [C in Channel]: (argument: Calls[C]['argument']) => Promise<Calls[C]['answer']> };

const handlers: Handlers = {
  'app:info': async () => ({
    name: app.getName(),
    version: app.getVersion(),
    electron: process.versions.electron ?? '',
  }),
  'devices:list': devices,
};

/** Only the top frame of a window that shows the program's own page may call. */
function isTrusted({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isOwnUrl(senderFrame.url);
}

function answerCall<C extends Channel>(channel: C): void {
  ipcMain.handle(channel, async (event, argument: unknown) => {
    if (!isTrusted(event)) throw new Error(`${channel}: the caller is not Pretext's window`);
    const isArgument = argumentChecks[channel];
    if (!isArgument(argument)) throw new Error(`${channel}: the argument is not what this call takes`);
    return handlers[channel](argument);
  });
}

export function answerCalls(): void {
  answerCall('app:info');
  answerCall('devices:list');
}
