/**
 * @file The trainer process: owns ONNX Runtime's sessions, one job at a time. A crash of a GPU driver or an
 * out-of-memory kill ends this process alone. Started by Node's `fork` (command line) or Electron's utility process.
 */

import { PretextError } from '../base/errors.js';
import type { JobControl } from '../base/jobs.js';
import { Project } from '../catalogue/project.js';
import { ReaderBroker, type ReaderPort } from '../dicom/reader-broker.js';
import { setReaderStart } from '../dicom/reader-process.js';
import { keepCompiledModels } from '../engine/compiled.js';
import { listDevices } from '../engine/devices.js';
import { bench } from './bench.js';
import { embed } from './embed.js';
import type { RunEvent } from './events.js';
import { explain } from './explain.js';
import { exportModel } from './export-model.js';
import { computeFigures } from './figures.js';
import { finetune } from './finetune.js';
import { timeFinetune } from './finetune-timing.js';
import { importScans, preparePictures } from './import.js';
import { measureStep } from './measure.js';
import { predict } from './predict.js';
import { pretrain, resumePretraining } from './pretrain.js';
import { type FromTrainer, type JobRequest, type ToTrainer, toReport } from './protocol.js';
import { readStudies } from './read-studies.js';
import { modelReport } from './report.js';

/** The message port of an Electron utility process. */
interface ParentPort {
  postMessage(message: FromTrainer): void;
  on(event: 'message', listener: (event: { data: ToTrainer; ports: ReaderPort[] }) => void): void;
}

const parentPort = (process as unknown as { parentPort?: ParentPort }).parentPort;
const abort = new AbortController();

function send(message: FromTrainer): void {
  if (parentPort !== undefined) parentPort.postMessage(message);
  else if (process.connected) process.send?.(message, () => undefined);
}

const control: JobControl = {
  signal: abort.signal,
  onProgress: (progress) => send({ kind: 'progress', progress }),
};
const onEvent = (run: string, event: RunEvent) => send({ kind: 'event', run, event });

async function perform(job: JobRequest): Promise<unknown> {
  switch (job.kind) {
    case 'devices':
      return listDevices();
    case 'measure':
      return measureStep(job.options, control);
    case 'bench':
      return bench(job.options, control);
    case 'pictures':
      return withProject(job.project, (project) => preparePictures(project, job.side, control));
    case 'import':
      return withProject(job.project, (project) => importScans(project, job.options, control));
    case 'pretrain':
      return withProject(job.project, (project) => pretrain(project, job.options, control, onEvent));
    case 'resume':
      return withProject(job.project, (project) => resumePretraining(project, job.run, job.options, control, onEvent));
    case 'finetune':
      return withProject(job.project, (project) => finetune(project, job.options, control));
    case 'figures':
      return withProject(job.project, async (project) => computeFigures(project, job.models, control));
    case 'explain':
      return withProject(job.project, (project) => explain(project, job.options, control));
    case 'exportOnnx':
      return withProject(job.project, async (project) => exportModel(project, job.model, job.path));
    case 'report':
      return withProject(job.project, (project) => modelReport(project, job.model, control));
    case 'timing':
      return timeFinetune(job.options, control);
    case 'predict':
      return withProject(job.project, (project) => predict(project, job.options, control));
    case 'embed':
      return withProject(job.project, (project) => embed(project, job.options, control));
    case 'read':
      return withProject(job.project, (project) => readStudies(project, job.reading, job.options, control));
  }
}

async function withProject<T>(folder: string, use: (project: Project) => Promise<T>): Promise<T> {
  const project = Project.open(folder);
  keepCompiledModels(project.compiledFolder);
  try {
    return await use(project);
  } finally {
    project.close();
  }
}

/** Lets the last message reach the parent before the process ends. */
function finish(message: FromTrainer): void {
  if (parentPort !== undefined) {
    parentPort.postMessage(message);
    setTimeout(() => process.exit(0), 50);
  } else if (process.connected) {
    process.send?.(message, () => process.exit(0));
  } else {
    process.exit(0);
  }
}

const broker = new ReaderBroker(send);
// A utility process has no way to start another.
if (parentPort !== undefined) setReaderStart(broker.start);

let started = false;
function receive(message: ToTrainer, port?: ReaderPort): void {
  if (message.kind === 'reader-started' || message.kind === 'reader-exit') {
    broker.hear(message, port);
    return;
  }
  if (message.kind === 'stop') {
    abort.abort();
    return;
  }
  if (started) return;
  started = true;
  perform(message).then(
    (value) => finish({ kind: 'result', value }),
    (error: unknown) => finish({ kind: 'error', error: toReport(error) }),
  );
}

if (parentPort !== undefined) parentPort.on('message', ({ data, ports }) => receive(data, ports[0]));
else if (process.send !== undefined) process.on('message', (message) => receive(message as ToTrainer));
else throw new PretextError({ code: 'internal', message: 'The trainer is started by Pretext, not by hand.' });

// The parent is gone, or a terminal's Ctrl-C reached the whole process group: leave a checkpoint, then end.
process.on('disconnect', () => abort.abort());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
