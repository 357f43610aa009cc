/** @file What becomes of a training job whose process hangs, dies, or dies for want of memory. */

import { expect, it } from 'vitest';
import { silentJob } from '../../../src-main/base/jobs.js';
import { runJob, type StartTrainer, type TrainerWatch } from '../../../src-main/training/client.js';
import type { ToTrainer } from '../../../src-main/training/protocol.js';

const result = { run: 'r', steps: 4, paused: false };
const request = { project: '/p', options: { checkpointEvery: 3, microBatch: null } } as never;

/** Trainers of which number `n` does what `acts[n]` says with its first message. */
function trainers(...acts: ((watch: TrainerWatch) => void)[]) {
  const sent: ToTrainer[] = [];
  let killed = 0;
  const start: StartTrainer = (watch) => {
    const act = acts.shift();
    return {
      send: (message) => {
        sent.push(message);
        act?.(watch);
      },
      kill: () => killed++,
    };
  };
  return { start, sent, killed: () => killed };
}

const begin = (watch: TrainerWatch) =>
  watch.onMessage({ kind: 'event', run: 'r', event: { event: 'checkpoint', step: 3 } });
const starve = (watch: TrainerWatch) => {
  begin(watch);
  watch.onComplaint("terminate called after throwing an instance of 'std::bad_alloc'\n");
  watch.onExit('by signal SIGABRT');
};
const finish = (watch: TrainerWatch) => watch.onMessage({ kind: 'result', value: result });

it('ends a process that says nothing, and names the run to go on with', async () => {
  const { start, killed } = trainers(begin);
  const job = runJob('pretrain', request, { ...silentJob(), patienceMs: 60 }, start);
  await expect(job).rejects.toMatchObject({
    code: 'device',
    message: expect.stringContaining('said nothing'),
    remedy: expect.stringContaining('--resume r.'),
  });
  expect(killed()).toBe(1);
});

it('does not end one that goes on talking', async () => {
  const { start, killed } = trainers((watch) => {
    let told = 0;
    const talk = setInterval(() => {
      begin(watch);
      if (++told < 20) return;
      clearInterval(talk);
      finish(watch);
    }, 10);
  });
  expect(await runJob('pretrain', request, { ...silentJob(), patienceMs: 120 }, start)).toBe(result);
  expect(killed()).toBe(0);
});

it('takes a run up again in smaller parts where its process died for want of memory', async () => {
  const { start, sent } = trainers(starve, starve, finish);
  expect(await runJob('pretrain', request, silentJob(), start)).toBe(result);
  expect(sent.map((message) => ('options' in message ? message.kind : ''))).toEqual(['pretrain', 'resume', 'resume']);
  expect(sent[2]).toMatchObject({ kind: 'resume', run: 'r', options: { halvings: 2, checkpointEvery: 3 } });
});

it('gives up after six times, and at once where there is no run or the user stopped it', async () => {
  const many = trainers(...Array.from({ length: 9 }, () => starve));
  await expect(runJob('pretrain', request, silentJob(), many.start)).rejects.toMatchObject({ code: 'out-of-memory' });
  expect(many.sent).toHaveLength(7);

  const early = trainers((watch) => {
    watch.onComplaint('std::bad_alloc\n');
    watch.onExit('by signal SIGABRT');
  });
  await expect(runJob('pretrain', request, silentJob(), early.start)).rejects.toMatchObject({ code: 'out-of-memory' });
  expect(early.sent).toHaveLength(1);

  const stop = new AbortController();
  const stopped = trainers((watch) => {
    stop.abort();
    starve(watch);
  });
  const job = runJob('pretrain', request, { ...silentJob(), signal: stop.signal }, stopped.start);
  await expect(job).rejects.toMatchObject({ code: 'out-of-memory' });
});

it('does not take up a run whose process was ended for another reason', async () => {
  const { start, sent } = trainers((watch) => {
    begin(watch);
    watch.onExit('by signal SIGKILL');
  });
  await expect(runJob('pretrain', request, silentJob(), start)).rejects.toMatchObject({ code: 'device' });
  expect(sent).toHaveLength(1);
});
