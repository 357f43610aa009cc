/** @file Answers the window's calls: the sender and the argument are checked before anything is done. */

import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import * as v from 'valibot';
import { type Answer, type Argument, type Channel, calls } from '../contract/calls.js';
import type { Reply } from '../contract/channels.js';
import { setReaderStart } from '../dicom/reader-process.js';
import { toReport } from '../training/protocol.js';
import { answerApp } from './app.js';
import { answerEmbeddings } from './embeddings.js';
import { answerFinetune } from './finetune.js';
import type { Handlers } from './handlers.js';
import { answerImages } from './images.js';
import { answerLabels } from './labels.js';
import { answerModels } from './models.js';
import { answerPixels } from './pixels.js';
import { isOwnUrl } from './policy.js';
import { answerProject } from './project.js';
import { startUtilityReader } from './reader-process.js';
import { answerReadings } from './readings.js';
import { answerRuns } from './runs.js';
import { answerSuggest } from './suggest.js';
import { answerTasks } from './tasks.js';
import type { Workbench } from './workbench.js';

/** Only the top frame of a window that shows the program's own page may call. */
function isTrusted({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isOwnUrl(senderFrame.url);
}

/** Answers one channel. What a handler throws for a person comes back as such; a defect goes to the log as well. */
function answerCall<C extends Channel>(channel: C, handler: Handlers<C>[C]): void {
  ipcMain.handle(channel, async (event, argument: unknown): Promise<Reply<Answer<C>>> => {
    if (!isTrusted(event)) throw new Error(`${channel}: the caller is not Pretext's window`);
    const parsed = v.safeParse(calls[channel].argument, argument);
    if (!parsed.success) throw new Error(`${channel}: the argument is not what this call takes`);
    try {
      return { ok: true, value: await handler(parsed.output as Argument<C>) };
    } catch (error) {
      const report = toReport(error);
      if (report.code === 'internal') console.error(`${channel}:`, error);
      return { ok: false, error: report };
    }
  });
}

/** Answers every call of the contract on behalf of `workbench`. */
export function answerCalls(workbench: Workbench): void {
  setReaderStart(startUtilityReader);
  const handlers: Handlers<Channel> = {
    ...answerApp(),
    ...answerProject(workbench),
    ...answerImages(workbench),
    ...answerReadings(workbench),
    ...answerFinetune(workbench),
    ...answerRuns(workbench),
    ...answerTasks(workbench),
    ...answerLabels(workbench),
    ...answerModels(workbench),
    ...answerEmbeddings(workbench),
    ...answerSuggest(workbench),
    ...answerPixels(workbench),
  };
  for (const channel of Object.keys(calls) as Channel[]) answerCall(channel, handlers[channel] as never);
}
