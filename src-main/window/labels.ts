/** @file Answers calls about labels and marks. */

import { previewTable } from '../catalogue/label-detect.js';
import { labelQueue } from '../catalogue/label-queue.js';
import { labelProgress, labelStates } from '../catalogue/label-states.js';
import { imageHistory, type LabelTarget, setLabels, setMarks, undoLabels } from '../catalogue/labels.js';
import { exportLabelsCsv, importLabelsCsv } from '../catalogue/labels-csv.js';
import { findTask } from '../catalogue/tasks.js';
import type { ColumnChoice, LabelState, labelCalls } from '../contract/labels.js';
import { preferences } from './app.js';
import type { Handlers } from './handlers.js';
import type { Workbench } from './workbench.js';

/** Labelling is many acts a minute; the other screens need not read everything again after each. */
const TELL_MS = 800;

/** Tells the window that labels have changed: soon, and once for a burst of changes. */
function teller(workbench: Workbench): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      workbench.changed('labels');
    }, TELL_MS);
  };
}

function importOptions(columns: ColumnChoice) {
  return {
    idColumn: columns.idKind,
    idColumnName: columns.id,
    labelColumn: columns.label,
    ...(columns.split === null ? {} : { splitColumn: columns.split }),
    ...(columns.mark === null ? {} : { markColumn: columns.mark }),
  };
}

export function answerLabels(workbench: Workbench): Handlers<keyof typeof labelCalls> {
  const tell = teller(workbench);
  const author = () => preferences().author;
  const states = (task: string, imageIds: number[]): LabelState[] => labelStates(workbench.project, task, imageIds);
  return {
    'labels:queue': ({ task, filter }) => labelQueue(workbench.project, task, filter),
    'labels:states': ({ task, imageIds }) => states(task, imageIds),
    'labels:set': ({ task, imageIds, level, className }) => {
      const targets: LabelTarget[] =
        level === 'image'
          ? imageIds.map((imageId) => ({ imageId }))
          : [...new Set(states(task, imageIds).map(({ seriesId }) => seriesId))].map((seriesId) => ({ seriesId }));
      const changes = targets.map((target) => ({ target, className }));
      if (setLabels(workbench.project, task, changes, author()) > 0) tell();
      return states(task, imageIds);
    },
    'labels:mark': ({ task, imageIds, mark }) => {
      if (setMarks(workbench.project, task, imageIds, mark, author()) > 0) tell();
      return states(task, imageIds);
    },
    'labels:undo': ({ task }) => {
      const undone = undoLabels(workbench.project, task, author(), { sources: ['user'] });
      if (undone !== null) tell();
      return undone;
    },
    'labels:history': ({ task, imageId }) => imageHistory(workbench.project, task, imageId),
    'labels:progress': ({ task }) => labelProgress(workbench.project, task),
    'labels:previewCsv': ({ path, columns }) => previewTable(workbench.project, path, columns),
    'labels:importCsv': ({ path, task, columns, classes }) => {
      const isNew = findTask(workbench.project, task) === null;
      const options = { task, author: author(), ...importOptions(columns), ...(isNew ? { classes } : {}) };
      const summary = importLabelsCsv(workbench.project, path, options);
      workbench.changed('labels');
      return summary;
    },
    'labels:exportCsv': ({ task, path }) => ({ path, rows: exportLabelsCsv(workbench.project, task, path) }),
  };
}
