/** @file Answers calls about fine-tuned models: the list, figures, explanations, export, report. */

import type { ModelInfo, modelCalls } from '../contract/models.js';
import { headline } from '../tasks/headline.js';
import { labelEfficiency } from '../tasks/label-efficiency.js';
import { runJob } from '../training/client.js';
import { modelFacts, modelLimits, runOf } from '../training/describe.js';
import { readExplanation } from '../training/explain.js';
import { listModels, type ModelCard, readModelCard } from '../training/model-store.js';
import { FigureKeeper } from './figure-keeper.js';
import type { Handlers } from './handlers.js';
import { saveReport } from './report.js';
import { startTrainer } from './trainer-process.js';
import type { Workbench } from './workbench.js';

/** The cards of all models that can be read, newest first. */
function readCards(workbench: Workbench): ModelCard[] {
  const cards = listModels(workbench.project).flatMap((id) => {
    try {
      return [readModelCard(workbench.project, id)];
    } catch (error) {
      console.error(`model ${id}:`, error);
      return [];
    }
  });
  return cards.sort((a, b) => b.created.localeCompare(a.created));
}

function infoOf(workbench: Workbench, keeper: FigureKeeper, card: ModelCard): ModelInfo {
  const figures = keeper.kept(card);
  const state = keeper.hasFailed(card.id) ? 'failed' : 'computing';
  return {
    id: card.id,
    task: card.task,
    classes: card.classes,
    mode: card.mode,
    run: card.run,
    method: runOf(workbench.project, card)?.method ?? null,
    labels: card.labels,
    draws: card.seeds.length,
    created: card.created,
    figures: figures === null ? state : 'ready',
    testImages: figures?.testImages ?? null,
    testPatients: figures?.testPatients ?? null,
    auc: figures?.auc ?? null,
    baselineAuc: figures?.baseline?.auc ?? null,
  };
}

/** A short piece of work in a trainer process that is no job of the list. */
const quiet = () => ({ signal: new AbortController().signal, onProgress: () => undefined });

function startExplaining(workbench: Workbench, model: string, imageIds: number[]): string {
  const { folder } = workbench.project;
  const card = readModelCard(workbench.project, model);
  return workbench.jobs.start({
    kind: 'explain',
    subject: card.task,
    folder,
    work: 'explain',
    // The processor alone: a graphics card may be busy with training, and a map takes it seconds.
    request: { project: folder, options: { model, imageIds, device: 'cpu', threads: 0 } },
    outcome: ({ drawn, skipped }) => ({ product: model, figures: { drawn, skipped } }),
  });
}

export function answerModels(workbench: Workbench): Handlers<keyof typeof modelCalls> {
  const keeper = new FigureKeeper(workbench);
  const list = (): ModelInfo[] => {
    const models = readCards(workbench).map((card) => infoOf(workbench, keeper, card));
    keeper.want(models.filter(({ figures }) => figures === 'computing').map(({ id }) => id));
    return models;
  };
  return {
    'models:list': list,
    'models:results': async ({ model }) => {
      const figures = await keeper.ensure(model);
      const { project } = workbench;
      const card = readModelCard(project, model);
      const run = runOf(project, card);
      return {
        model: infoOf(workbench, keeper, card),
        figures,
        headline: headline(figures, card.run !== null),
        facts: modelFacts(card, run, figures),
        limits: modelLimits(card, run, figures),
      };
    },
    'models:efficiency': ({ task }) =>
      labelEfficiency(
        list().flatMap((model) => (model.task === task && model.auc !== null ? [{ ...model, auc: model.auc }] : [])),
      ),
    'models:explain': ({ model, imageIds }) => startExplaining(workbench, model, imageIds),
    'models:explanation': ({ model, imageId }) => {
      readModelCard(workbench.project, model);
      return readExplanation(workbench.project, model, imageId);
    },
    'models:exportOnnx': async ({ model, path }) => {
      readModelCard(workbench.project, model);
      const request = { project: workbench.project.folder, model, path };
      const { bytes } = await runJob('exportOnnx', request, quiet(), startTrainer);
      return { path, bytes };
    },
    'report:save': async ({ model, path, format }) => {
      await keeper.ensure(model);
      const request = { project: workbench.project.folder, model };
      const { html } = await runJob('report', request, quiet(), startTrainer);
      return { path, bytes: await saveReport(html, path, format) };
    },
  };
}
