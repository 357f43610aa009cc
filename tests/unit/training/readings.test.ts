/** @file Readings: their files, their worklist, reviews that become labels, patients that the model knows. */

import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeEach, describe, expect, it } from 'vitest';
import { labelHistory, setLabels, undoLabels } from '../../../src-main/catalogue/labels.js';
import type { Project } from '../../../src-main/catalogue/project.js';
import { labelledImages } from '../../../src-main/catalogue/queries.js';
import { ImageRecorder } from '../../../src-main/catalogue/record.js';
import { createTask } from '../../../src-main/catalogue/tasks.js';
import { readHeader } from '../../../src-main/dicom/header.js';
import { exportReadingCsv } from '../../../src-main/training/reading-export.js';
import {
  predictionsOf,
  type ReadImage,
  readPredictionFile,
  writePredictions,
} from '../../../src-main/training/reading-predictions.js';
import {
  createReading,
  listReadings,
  type ReadingCard,
  readingPaths,
  readReading,
  readSkipped,
  removeEmptyReading,
  writeSkipped,
} from '../../../src-main/training/reading-store.js';
import { type PageQuery, ReadingTable } from '../../../src-main/training/reading-table.js';
import { knownPatients, saveTrainingImages } from '../../../src-main/training/training-images.js';
import { dicomBytes, errorOf, temporaryProject } from '../catalogue/support.js';
import { fakeModel } from './support.js';

const TASK = 'finding';
let project: Project;
let card: ReadingCard;

/** Probability of 'yes', patient, series and date of each image; ids are 1, 2, ... */
const IMAGES = [
  { yes: 0.2, patient: 'A', series: 1, date: '20240102' },
  { yes: 0.9, patient: 'A', series: 1, date: '20240102' },
  { yes: 0.55, patient: 'B', series: 2, date: '20230506' },
  { yes: 0.7, patient: 'B', series: 3, date: null },
];

beforeEach(() => {
  project = temporaryProject();
  const recorder = new ImageRecorder(project.catalogue.database, project.salt);
  for (const [index, { patient, series }] of IMAGES.entries()) {
    const path = `/scans/${index}.dcm`;
    const uids = { study: `1.2.${patient === 'A' ? 1 : 2}`, series: `1.3.${series}`, instance: `1.4.${index}` };
    const bytes = dicomBytes({ patientID: patient, ...uids });
    recorder.recordImage({ path, size: bytes.length, mtimeMs: 1 }, readHeader(bytes, path));
  }
  createTask(project, TASK, [{ name: 'no' }, { name: 'yes', colour: '#ff0000' }]);
  const model = fakeModel(project, { task: TASK, classes: ['no', 'yes'], testPatients: [2] });
  card = createReading(project, { paths: ['/scans'], model });
});

function readImages(): ReadImage[] {
  return IMAGES.map(({ yes, patient, series, date }, index) => ({
    imageId: index + 1,
    seriesId: series,
    frames: 1,
    patientId: patient === 'A' ? 1 : 2,
    // The order of pseudonyms is not that of the numbers.
    pseudonym: patient === 'A' ? 'Pff' : 'P00',
    date,
    known: patient === 'A' ? 'no' : 'test',
    familiarity: index === 0 ? 0.04 : 0.5,
    probabilities: [1 - yes, yes],
  }));
}

function openTable(): ReadingTable {
  writePredictions(readingPaths(project, card.id).predictions, predictionsOf(readImages(), 2));
  return ReadingTable.open(project, card.id);
}

const ALL: PageQuery = {
  level: 'image',
  sort: 'probability',
  order: 'descending',
  filter: 'all',
  className: null,
  focus: null,
  offset: 0,
  limit: 100,
};
const ids = (table: ReadingTable, query: Partial<PageQuery>) =>
  table.page({ ...ALL, ...query }).rows.map(({ imageId }) => imageId);

describe('the files of a reading', () => {
  it('are read as they were written, and a partly written reading is no reading at all', () => {
    expect(readReading(project, card.id)).toEqual(card);
    expect(readPredictionFile(readingPaths(project, card.id).predictions)).toBeNull();
    const predictions = predictionsOf(readImages(), 2);
    const { predictions: file } = readingPaths(project, card.id);
    writePredictions(file, predictions);
    expect(readPredictionFile(file)).toEqual(predictions);
    truncateSync(file, 200);
    expect(errorOf(() => readPredictionFile(file)).code).toBe('bad-file');
    writeSkipped(project, card.id, [{ path: '/a', reason: 'no scan' }]);
    expect(readSkipped(project, card.id)).toEqual([{ path: '/a', reason: 'no scan' }]);
  });

  it('are listed newest first; a damaged one does not hide the others', () => {
    const second = createReading(project, { paths: ['/more'], model: card.model });
    writeFileSync(readingPaths(project, second.id).card, JSON.stringify({ ...second, created: '2999-01-01' }));
    expect(listReadings(project).map(({ id }) => id)).toEqual([second.id, card.id]);
    writeFileSync(readingPaths(project, second.id).card, '{');
    expect(listReadings(project).map(({ id }) => id)).toEqual([card.id]);
    expect(errorOf(() => readReading(project, second.id)).code).toBe('bad-file');
    expect(errorOf(() => readReading(project, '../models')).code).toBe('not-found');
  });

  it('are removed only while there is nothing in them', () => {
    openTable();
    expect(errorOf(() => removeEmptyReading(project, card.id)).code).toBe('bad-argument');
    const empty = createReading(project, { paths: ['/more'], model: card.model });
    removeEmptyReading(project, empty.id);
    expect(listReadings(project).map(({ id }) => id)).toEqual([card.id]);
  });

  it('hold 50,000 images that load and sort quickly', () => {
    const many: ReadImage[] = Array.from({ length: 50_000 }, (_, index) => {
      const yes = ((index * 7919) % 50_000) / 50_000;
      const own = { imageId: index + 1, seriesId: 1 + (index >> 2), patientId: 1 + (index >> 3) };
      const pseudonym = `P${String(index >> 3)}`;
      return { ...own, pseudonym, frames: 1, date: null, known: 'no', familiarity: 1, probabilities: [1 - yes, yes] };
    });
    writePredictions(readingPaths(project, card.id).predictions, predictionsOf(many, 2));
    const before = performance.now();
    const table = ReadingTable.open(project, card.id);
    const opened = performance.now();
    table.page({ ...ALL, offset: 20_000 });
    const sorted = performance.now();
    table.page({ ...ALL, offset: 20_100 });
    const paged = performance.now();
    // Ten times what this takes on two slow cores.
    expect(opened - before).toBeLessThan(1000);
    expect(sorted - opened).toBeLessThan(1000);
    expect(paged - sorted).toBeLessThan(50);
    expect(table.counts('series').total).toBe(12_500);
  });
});

describe('the worklist', () => {
  it('is sorted by probability, patient, date and review, both ways', () => {
    const table = openTable();
    expect(ids(table, {})).toEqual([2, 4, 3, 1]);
    expect(ids(table, { order: 'ascending' })).toEqual([1, 3, 4, 2]);
    expect(ids(table, { focus: 'no' })).toEqual([1, 3, 4, 2]);
    expect(ids(table, { sort: 'patient', order: 'ascending' })).toEqual([4, 3, 2, 1]);
    expect(ids(table, { sort: 'date' })).toEqual([2, 1, 3, 4]);
    table.review({ target: { imageId: 4 }, correction: null, labelAccepted: false, author: 'Ann' });
    expect(ids(table, { sort: 'review', order: 'ascending' })).toEqual([2, 3, 1, 4]);
  });

  it('is given out in pages, and filtered', () => {
    const table = openTable();
    expect(table.page({ ...ALL, offset: 1, limit: 2 })).toMatchObject({
      total: 4,
      rows: [{ imageId: 4 }, { imageId: 3, predicted: 1, uncertain: true, unfamiliar: false, known: 'test' }],
    });
    expect(table.page({ ...ALL, offset: 9 }).rows).toEqual([]);
    expect(ids(table, { filter: 'class', className: 'no' })).toEqual([1]);
    expect(ids(table, { filter: 'uncertain' })).toEqual([3]);
    expect(ids(table, { filter: 'unfamiliar' })).toEqual([1]);
    expect(ids(table, { filter: 'accepted' })).toEqual([]);
  });

  it('has a row for each series with the mean of its images', () => {
    const { rows, total } = openTable().page({ ...ALL, level: 'series' });
    expect(total).toBe(3);
    expect(rows.map(({ seriesId, images }) => [seriesId, images])).toEqual([
      [3, 1],
      [1, 2],
      [2, 1],
    ]);
    expect(rows[1]?.probabilities[1]).toBeCloseTo(0.55, 12);
    expect(openTable().stack(2)).toEqual([
      { imageId: 1, frames: 1 },
      { imageId: 2, frames: 1 },
    ]);
  });

  it('has no series for pictures that belong to none', () => {
    const loose = readImages().map((image) => ({ ...image, seriesId: null }));
    writePredictions(readingPaths(project, card.id).predictions, predictionsOf(loose, 2));
    const table = ReadingTable.open(project, card.id);
    expect(table.counts('series').total).toBe(0);
    expect(table.stack(3)).toEqual([{ imageId: 3, frames: 1 }]);
  });

  it('names classes by the threshold of the reading', () => {
    const model = fakeModel(project, { task: TASK, classes: ['no', 'yes'], testPatients: [2], threshold: 0.58 });
    card = createReading(project, { paths: ['/scans'], model });
    const table = openTable();
    expect(table.counts('image').byClass).toEqual([2, 2]);
    expect(ids(table, { filter: 'uncertain' })).toEqual([3]);
  });
});

describe('reviews', () => {
  const labels = () => labelledImages(project, TASK).map(({ imageId, classIndex }) => [imageId, classIndex]);
  const review = (table: ReadingTable, imageId: number, correction: string | null, labelAccepted = false) =>
    table.review({ target: { imageId }, correction, labelAccepted, author: 'Ann' });

  it('make a label of a correction, of an accepted class only where wanted', () => {
    const table = openTable();
    review(table, 1, 'yes');
    review(table, 2, null);
    expect(labels()).toEqual([[1, 1]]);
    review(table, 2, null, true);
    // A correction to what the model says is an acceptance.
    review(table, 4, 'yes');
    expect(labels()).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(labelHistory(project, TASK, { imageId: 1 })).toMatchObject([{ author: 'Ann', source: 'user' }]);
    const [row] = table.page({ ...ALL, filter: 'corrected' }).rows;
    expect(row?.review).toMatchObject({ kind: 'corrected', className: 'yes', author: 'Ann' });
    expect(Date.now() - Date.parse(row?.review?.time ?? '')).toBeLessThan(60_000);
  });

  it('are there when the reading is opened again, also after a torn line', () => {
    review(openTable(), 1, 'yes');
    appendFileSync(readingPaths(project, card.id).reviews, '{"kind":"acc');
    const table = ReadingTable.open(project, card.id);
    review(table, 2, null);
    expect(ReadingTable.open(project, card.id).counts('image')).toMatchObject({ open: 2, accepted: 1, corrected: 1 });
  });

  it('are taken back one after the other with their labels, and stay in the log', () => {
    const table = openTable();
    setLabels(project, TASK, [{ target: { imageId: 1 }, className: 'no' }], 'Ann');
    review(table, 1, 'yes');
    review(table, 2, null);
    // Work elsewhere on the same task is not touched by the undo here.
    setLabels(project, TASK, [{ target: { imageId: 3 }, className: 'yes' }], 'Ann');
    expect(table.reviews.undo('Bob')).toBeNull();
    expect(table.reviews.undo('Ann')).toEqual({ imageId: 2 });
    expect(table.reviews.undo('Ann')).toEqual({ imageId: 1 });
    expect(table.reviews.undo('Ann')).toBeNull();
    expect(labels()).toEqual([
      [1, 0],
      [3, 1],
    ]);
    expect(ReadingTable.open(project, card.id).counts('image').open).toBe(4);
    const log = readFileSync(readingPaths(project, card.id).reviews, 'utf8').split('\n').filter(Boolean);
    expect(log.length).toBe(4);
  });

  it('can be undone where labels are undone', () => {
    review(openTable(), 1, 'yes');
    expect(undoLabels(project, TASK, 'Ann')).toMatchObject({ changed: 1 });
    expect(labels()).toEqual([]);
  });

  it('of a series hold for its images that have none of their own', () => {
    const table = openTable();
    review(table, 2, null);
    table.review({ target: { seriesId: 1 }, correction: 'no', labelAccepted: false, author: 'Ann' });
    const rows = table.page({ ...ALL, sort: 'patient', order: 'ascending' }).rows;
    const [, , second, first] = rows;
    expect(first).toMatchObject({ imageId: 1, reviewOfSeries: true, review: { className: 'no' } });
    expect(second).toMatchObject({ imageId: 2, reviewOfSeries: false, review: { kind: 'accepted' } });
  });

  it('refuse what is not there', () => {
    const table = openTable();
    expect(errorOf(() => review(table, 99, null)).code).toBe('not-found');
    expect(errorOf(() => review(table, 1, 'maybe')).code).toBe('not-found');
    expect(
      errorOf(() => table.review({ target: { imageId: 1 }, correction: null, labelAccepted: false, author: ' ' })).code,
    ).toBe('bad-argument');
    expect(table.counts('image').open).toBe(4);
  });

  it('of patients that the model knows are no new evidence', () => {
    const table = openTable();
    review(table, 1, 'yes');
    review(table, 2, null);
    review(table, 3, null);
    review(table, 4, 'no');
    expect(table.counts('image')).toMatchObject({
      accepted: 2,
      corrected: 2,
      known: 2,
      newEvidence: { accepted: 1, corrected: 1 },
    });
  });

  it('stand in the table beside what the command line writes', async () => {
    const table = openTable();
    review(table, 1, 'yes');
    const out = join(project.folder, 'out.csv');
    await exportReadingCsv(out, project, table);
    const rows = parse(readFileSync(out), { columns: true }) as Record<string, string>[];
    expect(rows.map(({ level }) => level)).toEqual(['image', 'image', 'image', 'image', 'series', 'series', 'series']);
    expect(rows[0]).toMatchObject({
      path: '/scans/0.dcm',
      probability_yes: '0.2',
      predicted: 'no',
      patient_known_from: '',
      review: 'corrected',
      reviewed_class: 'yes',
      reviewed_by: 'Ann',
    });
    expect(rows[2]).toMatchObject({ patient_known_from: 'test', review: '' });
    expect(rows[0]?.patient).toMatch(/^P[0-9a-f]{16}$/);
  });
});

describe('patients that a model knows', () => {
  it('are those it learnt from and those it was tested on', () => {
    const model = fakeModel(project, { task: TASK, classes: ['no', 'yes'], testPatients: [2] });
    saveTrainingImages(project, model, [{ imageId: 1, patientId: 1 }]);
    expect(knownPatients(project, model)).toEqual({ training: new Set([1]), test: new Set([2]) });
  });

  it('are of an older model all that were labelled when it was made', () => {
    for (const imageId of [1, 3]) setLabels(project, TASK, [{ target: { imageId }, className: 'yes' }], 'Ann');
    const before = fakeModel(project, {
      task: TASK,
      classes: ['no', 'yes'],
      testPatients: [2],
      created: '2001-01-01T00:00:00.000Z',
    });
    expect(knownPatients(project, before).training).toEqual(new Set());
    const after = fakeModel(project, { task: TASK, classes: ['no', 'yes'], testPatients: [2] });
    expect(knownPatients(project, after)).toEqual({ training: new Set([1]), test: new Set([2]) });
  });
});
