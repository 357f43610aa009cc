/** @file Answers calls about fine-tuned models: the list, figures, explanations, export, report. */

import type { ModelInfo, modelCalls } from '../contract/models.js';
import { listModels, type ModelCard, readModelCard } from '../training/model-store.js';
import { readRun } from '../training/run-store.js';
import { FigureKeeper } from './figure-keeper.js';
import type { Handlers } from './handlers.js';
import type { Workbench } from './workbench.js';

/** How a run was trained; null where the model is from scratch or the run's folder was taken away. */
function methodOf(workbench: Workbench, run: string | null): ModelInfo['method'] {
  if (run === null) return null;
  try {
    return readRun(workbench.project, run).method;
  } catch {
    return null;
  }
}

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
    method: methodOf(workbench, card.run),
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

export function answerModels(workbench: Workbench): Handlers<keyof typeof modelCalls> {
  const keeper = new FigureKeeper(workbench);
  return {
    'models:list': () => {
      const models = readCards(workbench).map((card) => infoOf(workbench, keeper, card));
      keeper.want(models.filter(({ figures }) => figures === 'computing').map(({ id }) => id));
      return models;
    },
  };
}
