import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../src-main/catalogue/database.js';
import { previewTable } from '../../../src-main/catalogue/label-detect.js';
import { labelQueue, type QueueImage, spreadOrder } from '../../../src-main/catalogue/label-queue.js';
import { labelProgress, labelStates } from '../../../src-main/catalogue/label-states.js';
import { imageHistory, setLabels, setMarks, undoLabels } from '../../../src-main/catalogue/labels.js';
import { exportLabelsCsv, importLabelsCsv } from '../../../src-main/catalogue/labels-csv.js';
import { Project } from '../../../src-main/catalogue/project.js';
import { classFigures, labelledImages } from '../../../src-main/catalogue/queries.js';
import { ImageRecorder } from '../../../src-main/catalogue/record.js';
import { migrate, SCHEMA_VERSION } from '../../../src-main/catalogue/schema.js';
import { createTask, getTask } from '../../../src-main/catalogue/tasks.js';
import { readHeader } from '../../../src-main/dicom/header.js';
import { dicomBytes, errorOf, keepOpen, put, temporaryFolder, temporaryProject } from './support.js';

/** Eight images: patient A has series 1 (images 1 to 3) and 2 (4), B series 3 (5 and 6), C series 4 (7 and 8). */
const SERIES = [1, 1, 1, 2, 3, 3, 4, 4];
const PATIENTS = ['A', 'A', 'A', 'A', 'B', 'B', 'C', 'C'];

let project: Project;

beforeEach(() => {
  project = temporaryProject();
  const recorder = new ImageRecorder(project.catalogue.database, project.salt);
  SERIES.forEach((series, index) => {
    const path = `/scans/${index + 1}.dcm`;
    const patientID = PATIENTS[index] ?? '';
    const bytes = dicomBytes({
      patientID,
      study: `1.${patientID.charCodeAt(0)}`,
      series: `1.2.${series}`,
      instance: `1.2.3.${index + 1}`,
    });
    recorder.recordImage({ path, size: bytes.length, mtimeMs: 1 }, readHeader(bytes, path));
  });
  createTask(project, 'finding', [{ name: 'no' }, { name: 'yes' }]);
});

const label = (imageIds: number[], className: string | null, author = 'Ann') =>
  setLabels(
    project,
    'finding',
    imageIds.map((imageId) => ({ target: { imageId }, className })),
    author,
  );
const mark = (imageIds: number[], value: 'unsure' | 'skipped' | null, author = 'Ann') =>
  setMarks(project, 'finding', imageIds, value, author);
const counted = () => labelledImages(project, 'finding').map(({ imageId, classIndex }) => [imageId, classIndex]);
const markOf = (imageId: number) => labelStates(project, 'finding', [imageId])[0]?.mark?.mark ?? null;
const queue = (filter: Parameters<typeof labelQueue>[2]) => [...labelQueue(project, 'finding', filter)];
const sorted = (ids: number[]) => [...ids].sort((a, b) => a - b);

describe('the order of labelling', () => {
  const images = (patients: number, seriesEach: number, imagesEach: number): QueueImage[] => {
    const made: QueueImage[] = [];
    for (let patient = 1; patient <= patients; patient++) {
      for (let series = 0; series < seriesEach; series++) {
        for (let image = 0; image < imagesEach; image++) {
          made.push({ imageId: made.length + 1, seriesId: patient * seriesEach + series, patientId: patient });
        }
      }
    }
    return made;
  };

  it('takes every patient once before any comes twice, and every series of a patient likewise', () => {
    const all = images(60, 3, 10);
    const byId = new Map(all.map((image) => [image.imageId, image]));
    const order = [...spreadOrder(all, 5)];
    expect(sorted(order)).toEqual(all.map(({ imageId }) => imageId));
    for (let round = 0; round < 3; round++) {
      const part = order.slice(60 * round, 60 * (round + 1)).map((id) => byId.get(id));
      expect(new Set(part.map((image) => image?.patientId)).size).toBe(60);
    }
    const ofFirst = order.map((id) => byId.get(id)).filter((image) => image?.patientId === 1);
    expect(new Set(ofFirst.slice(0, 3).map((image) => image?.seriesId)).size).toBe(3);
  });

  it('is drawn by the seed, whatever the order of the images, and is not the order of their numbers', () => {
    const all = images(20, 1, 5);
    expect(spreadOrder([...all].reverse(), 5)).toEqual(spreadOrder(all, 5));
    expect(spreadOrder(all, 6)).not.toEqual(spreadOrder(all, 5));
    const first = [...spreadOrder(all, 5)].slice(0, 20);
    expect(first).not.toEqual(sorted(first));
  });

  it('begins with the one large patient once, however many images it has', () => {
    const all = [
      ...images(1, 1, 500),
      ...images(49, 1, 1).map((image) => ({ ...image, imageId: 500 + image.imageId, patientId: 10 + image.patientId })),
    ];
    const first = [...spreadOrder(all, 1)].slice(0, 50);
    expect(first.filter((id) => id <= 500).length).toBe(1);
  });

  it('filters by what is labelled and marked, by image and by series', () => {
    label([1], 'yes');
    setLabels(project, 'finding', [{ target: { seriesId: 3 }, className: 'no' }], 'Ann');
    label([6], 'yes');
    mark([7], 'unsure');
    mark([8], 'skipped');
    const all = queue({ kind: 'all' });
    expect(sorted(all)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(queue({ kind: 'unlabelled' })).toEqual(all.filter((id) => [2, 3, 4].includes(id)));
    expect(queue({ kind: 'unsure' })).toEqual([7]);
    expect(queue({ kind: 'skipped' })).toEqual([8]);
    expect(sorted(queue({ kind: 'class', name: 'yes' }))).toEqual([1, 6]);
    expect(queue({ kind: 'class', name: 'no' })).toEqual([5]);
    expect(errorOf(() => queue({ kind: 'class', name: 'maybe' })).code).toBe('not-found');
  });

  it('sees an image that was imported or went away since', () => {
    expect(queue({ kind: 'all' }).length).toBe(8);
    project.catalogue.database.run('UPDATE image SET available = 0 WHERE id = 3');
    expect(sorted(queue({ kind: 'all' }))).toEqual([1, 2, 4, 5, 6, 7, 8]);
  });
});

describe('marks', () => {
  it('keep an image out of training, with its label beside them, until it is labelled again', () => {
    label([1, 2, 5], 'yes');
    expect(mark([1], 'unsure')).toBe(1);
    expect(mark([2], 'skipped')).toBe(1);
    expect(mark([2], 'skipped')).toBe(0);
    expect(counted()).toEqual([[5, 1]]);
    expect(classFigures(project, getTask(project, 'finding'))).toEqual([
      { images: 0, patients: 0 },
      { images: 1, patients: 1 },
    ]);
    const [state] = labelStates(project, 'finding', [1]);
    expect(state).toMatchObject({
      label: { className: 'yes', author: 'Ann' },
      mark: { mark: 'unsure', author: 'Ann' },
    });
    expect(label([1], 'yes', 'Bob')).toBe(1);
    expect(markOf(1)).toBeNull();
    expect(counted()).toEqual([
      [1, 1],
      [5, 1],
    ]);
  });

  it('of one image leave the rest of a labelled series alone', () => {
    setLabels(project, 'finding', [{ target: { seriesId: 1 }, className: 'yes' }], 'Ann');
    mark([2], 'skipped');
    expect(counted()).toEqual([
      [1, 1],
      [3, 1],
    ]);
    setLabels(project, 'finding', [{ target: { seriesId: 1 }, className: 'no' }], 'Ann');
    expect(markOf(2)).toBe('skipped');
  });

  it('are taken back like labels, in the order of the acts, one author at a time', () => {
    label([1], 'yes');
    mark([1], 'unsure');
    label([1], 'no');
    mark([5], 'skipped', 'Bob');
    expect(undoLabels(project, 'finding', 'Ann')).toEqual({ changed: 2, imageIds: [1], seriesIds: [] });
    expect(labelStates(project, 'finding', [1])[0]).toMatchObject({
      label: { className: 'yes' },
      mark: { mark: 'unsure' },
    });
    undoLabels(project, 'finding', 'Ann');
    expect(markOf(1)).toBeNull();
    expect(counted()).toEqual([[1, 1]]);
    expect(markOf(5)).toBe('skipped');
  });

  it('have author and time in a history that cannot be changed', () => {
    label([1], 'yes', 'Ann');
    mark([1], 'unsure', 'Bob');
    setLabels(project, 'finding', [{ target: { seriesId: 1 }, className: 'no' }], 'Cid');
    undoLabels(project, 'finding', 'Bob');
    const history = imageHistory(project, 'finding', 1);
    expect(history.map(({ author, source, about, value }) => [author, source, about, value])).toEqual([
      ['Ann', 'user', 'image', 'yes'],
      ['Bob', 'user', 'mark', 'unsure'],
      ['Cid', 'user', 'series', 'no'],
      ['Bob', 'undo', 'mark', null],
    ]);
    for (const { time } of history) expect(Date.now() - Date.parse(time)).toBeLessThan(60_000);
    expect(() => project.catalogue.database.run("UPDATE mark_event SET mark = 'skipped'")).toThrow(/append-only/);
    expect(() => project.catalogue.database.run('DELETE FROM mark_event')).toThrow(/append-only/);
  });

  it('need an author and an image', () => {
    expect(errorOf(() => mark([1], 'unsure', ' ')).code).toBe('bad-argument');
    expect(errorOf(() => mark([1, 99], 'unsure')).code).toBe('not-found');
    expect(markOf(1)).toBeNull();
  });
});

describe('a catalogue of the first version', () => {
  it('is opened with its labels and takes marks from then on', () => {
    const folder = temporaryFolder();
    const old = Database.open(join(folder, 'catalogue.sqlite'));
    migrate(old, 1);
    expect(old.pragmaNumber('user_version')).toBe(1);
    expect(() => old.all('SELECT * FROM image_mark')).toThrow(/no such table/);
    const tables = [
      'patient',
      'study',
      'series',
      'image',
      'task',
      'task_class',
      'label_action',
      'label_event',
      'image_label',
    ];
    label([1, 2], 'yes');
    old.run('ATTACH DATABASE ? AS filled', [project.catalogue.database.path]);
    for (const table of tables) {
      const namesIn = (schema: string) =>
        old.all<{ name: string }>(`PRAGMA ${schema}.table_info(${table})`).map(({ name }) => name);
      const columns = namesIn('main').filter((name) => namesIn('filled').includes(name));
      old.exec(`INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM filled.${table}`);
    }
    old.exec('DETACH DATABASE filled');
    old.close();
    copyFileSync(join(project.folder, 'project.json'), join(folder, 'project.json'));

    project = keepOpen(Project.open(folder));
    expect(project.catalogue.database.pragmaNumber('user_version')).toBe(SCHEMA_VERSION);
    expect(counted()).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(labelStates(project, 'finding', [1])[0]?.label?.author).toBe('Ann');
    mark([2], 'unsure');
    expect(counted()).toEqual([[1, 1]]);
    expect(undoLabels(project, 'finding', 'Ann')?.changed).toBe(1);
    expect(undoLabels(project, 'finding', 'Ann')?.changed).toBe(2);
    expect(project.catalogue.check()).toEqual([]);
  });
});

describe('undo by key', () => {
  it('never takes a table back', () => {
    const file = put(join(temporaryFolder(), 'labels.csv'), 'path,label\n/scans/1.dcm,yes\n/scans/2.dcm,no\n');
    label([5], 'yes');
    importLabelsCsv(project, file, { task: 'finding', idColumn: 'path', labelColumn: 'label', author: 'Ann' });
    expect(undoLabels(project, 'finding', 'Ann', { sources: ['user'] })?.imageIds).toEqual([5]);
    expect(undoLabels(project, 'finding', 'Ann', { sources: ['user'] })).toBeNull();
    expect(counted()).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });
});

describe('states and progress', () => {
  it('say what an image is, in the order asked for', () => {
    setLabels(project, 'finding', [{ target: { seriesId: 1 }, className: 'no' }], 'Ann');
    const states = labelStates(project, 'finding', [5, 1, 99]);
    expect(states.map(({ imageId, seriesImages }) => [imageId, seriesImages])).toEqual([
      [5, 2],
      [1, 3],
    ]);
    expect(states[0]?.label).toBeNull();
    expect(states[1]?.label).toMatchObject({ className: 'no', level: 'series', author: 'Ann' });
  });

  it('add up to all images', () => {
    setLabels(project, 'finding', [{ target: { seriesId: 1 }, className: 'no' }], 'Ann');
    label([5], 'yes');
    mark([5, 6], 'unsure');
    mark([7], 'skipped');
    expect(labelProgress(project, 'finding')).toEqual({
      classes: [
        { images: 3, patients: 1 },
        { images: 0, patients: 0 },
      ],
      unsure: 2,
      skipped: 1,
      unlabelled: 2,
      images: 8,
    });
  });
});

describe('a table of labels', () => {
  const table = (text: string) => put(join(temporaryFolder(), 'table.csv'), text);

  it('is understood by its cells and names', () => {
    const file = table(
      'file;reader;diagnosis;fold\n/scans/1.dcm;AB;yes;train\n/scans/2.dcm;AB;no;train\nelsewhere/9.dcm;CD;yes;test\n',
    );
    const preview = previewTable(project, file, null);
    expect(preview.chosen).toEqual({ id: 'file', idKind: 'path', label: 'diagnosis', split: 'fold', mark: null });
    expect(preview).toMatchObject({ rows: 3, matched: 2, unknown: ['elsewhere/9.dcm'] });
    expect(preview.classes).toEqual([
      { name: 'yes', rows: 2 },
      { name: 'no', rows: 1 },
    ]);
    expect(preview.columns[1]).toEqual({ name: 'reader', examples: ['AB', 'CD'] });
  });

  it('has the label in the column of the fewest values where no name tells', () => {
    const file = table('a,b,c\n1.2.3.1,x1,p\n1.2.3.2,x2,q\n1.2.3.3,x3,p\n');
    expect(previewTable(project, file, null).chosen).toEqual({
      id: 'a',
      idKind: 'sop_instance_uid',
      label: 'c',
      split: null,
      mark: null,
    });
  });

  it('is read as the user says instead', () => {
    const file = table('a,b,label\n1.2.3.1,x,p\n1.2.3.2,y,q\n');
    const wanted = { id: 'a', idKind: 'sop_instance_uid' as const, label: 'b', split: null, mark: null };
    const preview = previewTable(project, file, wanted);
    expect(preview.chosen).toEqual(wanted);
    expect(preview.classes.map(({ name }) => name)).toEqual(['x', 'y']);
  });

  it('without images of the project is not guessed at', () => {
    const preview = previewTable(project, table('path,label\nx.dcm,yes\n'), null);
    expect(preview.chosen).toBeNull();
    expect(preview.columns.map(({ name }) => name)).toEqual(['path', 'label']);
  });

  it('goes out with marks and comes back with them, so that an unsure label stays out of training', () => {
    label([1, 5], 'yes');
    mark([5, 6], 'unsure');
    const file = join(temporaryFolder(), 'out.csv');
    expect(exportLabelsCsv(project, 'finding', file)).toBe(3);
    expect(readFileSync(file, 'utf8')).toMatch(/6\.dcm,1\.2\.3\.6,1\.2\.3,,,,,unsure,Ann,\d{4}/);
    const { chosen } = previewTable(project, file, null);
    expect(chosen).toEqual({
      id: 'sop_instance_uid',
      idKind: 'sop_instance_uid',
      label: 'label',
      split: null,
      mark: 'mark',
    });
    createTask(project, 'again', [{ name: 'no' }, { name: 'yes' }]);
    const options = { task: 'again', idColumn: 'sop_instance_uid' as const, labelColumn: 'label', markColumn: 'mark' };
    importLabelsCsv(project, file, { ...options, author: 'Bob' });
    expect(labelledImages(project, 'again').map(({ imageId }) => imageId)).toEqual([1]);
    expect(labelStates(project, 'again', [5])[0]).toMatchObject({
      label: { className: 'yes' },
      mark: { author: 'Bob' },
    });
  });

  it('without marks leaves the marks of images as they are', () => {
    mark([1], 'unsure');
    const file = table('path,label\n/scans/1.dcm,yes\n');
    importLabelsCsv(project, file, { task: 'finding', idColumn: 'path', labelColumn: 'label', author: 'Ann' });
    expect(markOf(1)).toBe('unsure');
    expect(counted()).toEqual([]);
  });
});
