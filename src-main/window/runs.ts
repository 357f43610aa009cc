/** @file Answers calls about pretraining runs: the plan, start and end, how they go, their pictures. */

import { availableParallelism } from 'node:os';
import * as v from 'valibot';
import { PretextError } from '../base/errors.js';
import type { Project } from '../catalogue/project.js';
import { itemId } from '../contract/channels.js';
import type { OwnSettings, RunInfo, RunPlan, runCalls } from '../contract/runs.js';
import { cropOf } from '../dicom/normalise.js';
import { runJob } from '../training/client.js';
import { RunDiary } from '../training/diary.js';
import type { MeasureOptions, StepMeasure as StepFigures } from '../training/measure.js';
import { optionsOf, type PlanData, type PretrainPlan, planPretraining, readPlanData } from '../training/plan.js';
import { PREVIEW_NAME, readPreviews, readSheet } from '../training/preview.js';
import { readRun, runPaths } from '../training/run-store.js';
import { type RunSummary, summariseRuns, writeNote } from '../training/run-summary.js';
import { devices } from './devices.js';
import type { Handlers } from './handlers.js';
import { RunJobs } from './run-jobs.js';
import type { Route } from './scheme.js';
import { startTrainer } from './trainer-process.js';
import type { Workbench } from './workbench.js';

function runInfo({ config, state, step, loss, usable, note }: RunSummary): RunInfo {
  const { id, method, backbone, vit, epochs, batch, learningRate, seed, positives, split } = config;
  const { device, threads, samples, created, totalSteps, stepsPerEpoch } = config;
  const { imageSize, patchSize, depth } = vit;
  const crop = cropOf(config.normalisation);
  return {
    ...{ id, method, backbone, depth, imageSize, patchSize, crop, epochs, batch, learningRate, seed, positives, split },
    ...{ device, threads, images: samples, created, state, step, totalSteps, stepsPerEpoch, loss, usable, note },
  };
}

let known: { key: string; data: PlanData } | null = null;

/** What a plan needs of the catalogue: a pass over all images, taken again only after something was written to it. */
function planData(project: Project): PlanData {
  const { database } = project.catalogue;
  // Writes of other connections raise the first number, our own the second.
  const own = database.one<{ changes: number }>('SELECT total_changes() AS changes');
  const key = `${project.folder} ${database.pragmaNumber('data_version')} ${own?.changes}`;
  if (known?.key !== key) known = { key, data: readPlanData(project) };
  return known.data;
}

async function planFor(workbench: Workbench, own: OwnSettings): Promise<{ plan: PretrainPlan; answer: RunPlan }> {
  const { project } = workbench;
  const known = await devices(false);
  const data = planData(project);
  const plan = planPretraining(data, { devices: known, processors: availableParallelism() }, own);
  const { choices, lines, problems, facts, stepsPerEpoch, totalSteps } = plan;
  const answer: RunPlan = {
    settings: choices,
    ...{ lines, problems, stepsPerEpoch, totalSteps, images: facts.frames, patients: facts.patients },
    splits: Object.keys(data.bySplit) as RunPlan['splits'],
    devices: known.filter(({ available }) => available).map(({ provider, name }) => ({ provider, name })),
  };
  return { plan, answer };
}

/** @throws PretextError `bad-argument` with the first problem of the plan. */
function requireSound({ problems }: PretrainPlan): void {
  const [problem] = problems;
  if (problem === undefined) return;
  throw new PretextError({ code: 'bad-argument', message: `${problem.name}: ${problem.message}` });
}

/** Times steps in trainer processes, one after another; what was timed once is known. */
class Stopwatch {
  private readonly known = new Map<string, StepFigures>();
  private last: Promise<unknown> = Promise.resolve();

  /** @param busy whether this is no time for it, asked when its turn comes */
  async time(options: MeasureOptions, busy: () => boolean): Promise<StepFigures | null> {
    const key = JSON.stringify(options);
    const turn = this.last.then(async () => {
      const known = this.known.get(key);
      if (known !== undefined) return known;
      if (busy()) return null;
      const listener = { signal: new AbortController().signal, onProgress: () => undefined };
      const figures = await runJob('measure', { options }, listener, startTrainer);
      this.known.set(key, figures);
      return figures;
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

async function measure(workbench: Workbench, stopwatch: Stopwatch, busy: () => boolean, own: OwnSettings) {
  const { plan } = await planFor(workbench, own);
  requireSound(plan);
  const { method, backbone, depth, imageSize, patchSize, batch, device, threads } = plan.choices;
  const options = { method, backbone, depth, imageSize, patchSize, batch, device, threads };
  const figures = await stopwatch.time(options, busy);
  if (figures === null) return null;
  const seconds = (plan.totalSteps * figures.stepMs) / 1000;
  return { ...figures, seconds, imagesPerSecond: batch / (figures.stepMs / 1000) };
}

export function answerRuns(workbench: Workbench): Handlers<keyof typeof runCalls> {
  const runJobs = new RunJobs(workbench);
  const stopwatch = new Stopwatch();
  let diary: { path: string; diary: RunDiary }[] = [];
  /** The diaries of the runs that are looked at, so that each is read once and then on. */
  const diaryOf = (id: string): RunDiary => {
    readRun(workbench.project, id);
    const { events: path } = runPaths(workbench.project, id);
    const known = diary.find((entry) => entry.path === path) ?? { path, diary: new RunDiary(path) };
    diary = [known, ...diary.filter((entry) => entry !== known)].slice(0, 3);
    return known.diary;
  };
  return {
    'runs:list': () => summariseRuns(workbench.project).map(runInfo),
    'runs:plan': async ({ own }) => (await planFor(workbench, own)).answer,
    'runs:measure': ({ own }) => measure(workbench, stopwatch, () => runJobs.busy, own),
    'runs:start': async ({ own }) => {
      const { plan } = await planFor(workbench, own);
      requireSound(plan);
      return runJobs.start(optionsOf(plan));
    },
    'runs:resume': ({ id }) => runJobs.resume(id),
    'runs:discard': ({ id }) => {
      runJobs.discard(id);
      return null;
    },
    'runs:curve': async ({ id, points }) => {
      const own = diaryOf(id);
      await own.read();
      return own.curve(Math.max(2, points));
    },
    'runs:previews': ({ id }) => {
      readRun(workbench.project, id);
      return readPreviews(runPaths(workbench.project, id).previews);
    },
    'runs:setNote': ({ id, note }) => {
      writeNote(workbench.project, id, note);
      workbench.changed('runs');
      return null;
    },
  };
}

/** `app://pretext/data/preview/RUN/NAME`: the sheet of a set of pictures. */
export function previewRoute(workbench: Workbench): Route {
  return ([run = '', name = '', ...rest]) => {
    if (rest.length > 0 || !PREVIEW_NAME.test(name) || !workbench.hasProject) return null;
    const { success } = v.safeParse(itemId, run);
    return success ? { type: 'image/png', body: readSheet(runPaths(workbench.project, run).previews, name) } : null;
  };
}
