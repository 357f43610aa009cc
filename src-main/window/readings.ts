/** @file Answers calls about readings: new studies read by a model. */

import { availableParallelism } from 'node:os';
import { findTask } from '../catalogue/tasks.js';
import type { Reading, ReadingClass, ReadingSummary, readingCalls } from '../contract/readings.js';
import { exportOnnx } from '../exports/onnx.js';
import { readModelCard, readWeights } from '../training/model-store.js';
import { exportReadingCsv } from '../training/reading-export.js';
import {
  createReading,
  listReadings,
  type ReadingCard,
  readReading,
  readSkipped,
  removeEmptyReading,
} from '../training/reading-store.js';
import { ReadingTable } from '../training/reading-table.js';
import { preferences } from './app.js';
import type { Handlers } from './handlers.js';
import { THUMBNAIL_SIDE } from './pictures.js';
import type { Workbench } from './workbench.js';

/** Of a class that the task does not have any more. */
const NO_COLOUR = '#7b8b9b';

/** The readings of the open project: which are carried out now, and the worklist that is open. */
class Readings {
  /** Job of each reading that runs or waits. */
  private readonly jobs = new Map<string, string>();
  private open: { folder: string; table: ReadingTable } | null = null;

  constructor(private readonly workbench: Workbench) {}

  info(card: ReadingCard): Reading {
    const { formatVersion: _, classes: _classes, threshold: _threshold, ...facts } = card;
    const job = this.jobs.get(card.id) ?? null;
    return { ...facts, state: job === null ? card.state : 'running', job };
  }

  list(): Reading[] {
    return listReadings(this.workbench.project).map((card) => this.info(card));
  }

  /** Starts the job of a reading that was made, or goes on with it. @returns the job */
  run({ id, paths }: ReadingCard): string {
    const { project, jobs } = this.workbench;
    const running = this.jobs.get(id);
    if (running !== undefined) return running;
    const job = jobs.start({
      kind: 'predict',
      subject: paths.join(', '),
      folder: project.folder,
      work: 'read',
      request: {
        project: project.folder,
        reading: id,
        options: { pictures: THUMBNAIL_SIDE, device: 'cpu', threads: availableParallelism() },
      },
      outcome: ({ reading, images, series, patients, skipped }) => ({
        product: reading,
        figures: { images, series, patients, skipped },
      }),
      onEnd: ({ state }) => {
        this.jobs.delete(id);
        // An empty folder, or one that is gone: the job says so, and there is nothing to go on with.
        if (state === 'failed' && readReading(project, id).found === 0) removeEmptyReading(project, id);
        this.workbench.changed('readings');
        this.workbench.changed('images');
      },
    });
    this.jobs.set(id, job);
    this.workbench.changed('readings');
    return job;
  }

  /** The worklist of a reading; read again where its job has written more. */
  table(id: string): ReadingTable {
    const { project } = this.workbench;
    const { open } = this;
    if (open?.folder === project.folder && open.table.card.id === id && !open.table.outdated) return open.table;
    const table = ReadingTable.open(project, id);
    this.open = { folder: project.folder, table };
    return table;
  }

  summary(id: string): ReadingSummary {
    const table = this.table(id);
    const { card } = table;
    return {
      reading: this.info(card),
      classes: this.classes(card),
      threshold: card.classes.length === 2 ? (card.threshold ?? 0.5) : null,
      counts: { image: table.counts('image'), series: table.counts('series') },
      tellsUnfamiliar: table.tellsUnfamiliar,
    };
  }

  private classes({ task, classes }: ReadingCard): ReadingClass[] {
    const own = findTask(this.workbench.project, task)?.classes ?? [];
    const colourOf = new Map(own.map(({ name, colour }) => [name, colour]));
    const later = own.filter(({ name }) => !classes.includes(name));
    return [
      ...classes.map((name) => ({ name, colour: colourOf.get(name) ?? NO_COLOUR, predicted: true })),
      ...later.map(({ name, colour }) => ({ name, colour, predicted: false })),
    ];
  }
}

export function answerReadings(workbench: Workbench): Handlers<keyof typeof readingCalls> {
  const readings = new Readings(workbench);
  return {
    'readings:list': () => readings.list(),
    'readings:start': ({ paths, model }) => {
      const card = createReading(workbench.project, { paths, model });
      return { reading: card.id, job: readings.run(card) };
    },
    'readings:resume': ({ id }) => readings.run(readReading(workbench.project, id)),
    'readings:open': ({ id }) => readings.summary(id),
    'readings:page': ({ id, ...query }) => readings.table(id).page(query),
    'readings:stack': ({ id, imageId }) => readings.table(id).stack(imageId),
    'readings:review': ({ id, target, verdict, labelAccepted }) => {
      const correction = 'className' in verdict ? verdict.className : null;
      readings.table(id).review({ target, correction, labelAccepted, author: preferences().author });
      workbench.changed('labels');
      return readings.summary(id);
    },
    'readings:undo': ({ id }) => {
      const target = readings.table(id).reviews.undo(preferences().author);
      if (target !== null) workbench.changed('labels');
      return { target, summary: readings.summary(id) };
    },
    'readings:skipped': ({ id, offset, limit }) => {
      const files = readSkipped(workbench.project, id);
      return { total: files.length, files: files.slice(offset, offset + limit) };
    },
    'readings:exportCsv': async ({ id, path }) => {
      await exportReadingCsv(path, workbench.project, readings.table(id));
      return { path };
    },
    'readings:exportOnnx': ({ id, path }) => {
      const { model } = readReading(workbench.project, id);
      const card = readModelCard(workbench.project, model);
      exportOnnx(path, card, readWeights(workbench.project, card.id));
      return { path };
    },
  };
}
