import { beforeEach, describe, expect, it } from 'vitest';
import { labelHistory, setLabels, undoLabels } from '../../../src-main/catalogue/labels.js';
import { Project } from '../../../src-main/catalogue/project.js';
import { classCounts, labelledImages, samples } from '../../../src-main/catalogue/queries.js';
import { ImageRecorder } from '../../../src-main/catalogue/record.js';
import { addClass, changeClass, createTask, findTask, getTask, listTasks } from '../../../src-main/catalogue/tasks.js';
import { readHeader } from '../../../src-main/dicom/header.js';
import { dicomBytes, errorOf, keepOpen, temporaryProject } from './support.js';

let project: Project;

/** Four images: two of series 1 (patient A), two of series 2 (patient B). */
beforeEach(() => {
  project = temporaryProject();
  const recorder = new ImageRecorder(project.catalogue.database, project.salt);
  for (let index = 0; index < 4; index++) {
    const path = `/scans/${index}.dcm`;
    const patientID = index < 2 ? 'A' : 'B';
    const series = `1.2.${patientID === 'A' ? 1 : 2}`;
    const modality = index < 2 ? 'CT' : 'MR';
    const bytes = dicomBytes({ patientID, study: `${series}.0`, series, instance: `1.2.3.${index}`, modality });
    recorder.recordImage({ path, size: bytes.length, mtimeMs: 1 }, readHeader(bytes, path));
  }
  createTask(project, 'finding', [{ name: 'no' }, { name: 'yes', colour: '#ff0000' }]);
});

const image = (imageId: number) => ({ imageId });
const set = (imageId: number, className: string | null, author = 'Ann') =>
  setLabels(project, 'finding', [{ target: { imageId }, className }], author);
const classes = () => labelledImages(project, 'finding').map(({ imageId, classIndex }) => [imageId, classIndex]);

describe('tasks', () => {
  it('have classes with an order and different colours', () => {
    const task = createTask(project, 'organ', [{ name: 'liver' }, { name: 'heart' }]);
    expect(task.classes.map(({ name, position }) => [name, position])).toEqual([
      ['liver', 0],
      ['heart', 1],
    ]);
    expect(task.classes[0]?.colour).not.toBe(task.classes[1]?.colour);
    expect(getTask(project, 'finding').classes[1]?.colour).toBe('#ff0000');
    expect(listTasks(project).map(({ name }) => name)).toEqual(['finding', 'organ']);
    expect(findTask(project, 'nothing')).toBeNull();
  });

  it('grow and change without losing labels', () => {
    set(1, 'yes');
    expect(addClass(project, 'finding', 'unsure').position).toBe(2);
    changeClass(project, 'finding', 'yes', { name: 'present' });
    expect(getTask(project, 'finding').classes.map(({ name }) => name)).toEqual(['no', 'present', 'unsure']);
    expect(classes()).toEqual([[1, 1]]);
  });

  it('refuse what would be ambiguous, and name what there is', () => {
    expect(errorOf(() => createTask(project, 'finding', [])).code).toBe('bad-argument');
    expect(errorOf(() => createTask(project, 'two', [{ name: 'a' }, { name: 'a' }])).code).toBe('bad-argument');
    expect(findTask(project, 'two')).toBeNull();
    expect(errorOf(() => createTask(project, ' ', [])).code).toBe('bad-argument');
    expect(errorOf(() => changeClass(project, 'finding', 'yes', { name: 'no' })).code).toBe('bad-argument');
    expect(errorOf(() => getTask(project, 'nothing')).describe()).toContain("'finding'");
    expect(errorOf(() => set(1, 'maybe')).describe()).toContain("'no', 'yes'");
  });
});

describe('labels', () => {
  it('are seen by another connection as soon as the call returns', () => {
    expect(set(1, 'yes')).toBe(1);
    const other = keepOpen(Project.open(project.folder));
    expect(labelledImages(other, 'finding')).toEqual([
      { imageId: 1, classIndex: 1, patientId: 1, seriesId: 1, split: null },
    ]);
  });

  it('of a series count for its images that have none of their own', () => {
    setLabels(project, 'finding', [{ target: { seriesId: 1 }, className: 'no' }], 'Ann');
    set(2, 'yes');
    expect(classes()).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect(classCounts(project, getTask(project, 'finding'))).toEqual([1, 1]);
    set(2, null);
    expect(classes()).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  it('keep every step with author and time, and write nothing where nothing changes', () => {
    set(1, 'yes', 'Ann');
    expect(set(1, 'yes', 'Bob')).toBe(0);
    set(1, 'no', 'Bob');
    set(1, null, 'Ann');
    const history = labelHistory(project, 'finding', image(1));
    expect(history.map(({ author, className, source }) => [author, className, source])).toEqual([
      ['Ann', 'yes', 'user'],
      ['Bob', 'no', 'user'],
      ['Ann', null, 'user'],
    ]);
    for (const { time } of history) expect(Date.now() - Date.parse(time)).toBeLessThan(60_000);
    expect(set(3, null)).toBe(0);
    expect(labelHistory(project, 'finding', image(3))).toEqual([]);
  });

  it('cannot be removed from the history', () => {
    set(1, 'yes');
    const { database } = project.catalogue;
    for (const sql of [
      'DELETE FROM label_event',
      'UPDATE label_event SET class_id = NULL',
      'DELETE FROM label_action',
      "UPDATE label_action SET author = 'Eve'",
    ]) {
      expect(() => database.run(sql)).toThrow(/append-only/);
    }
  });

  it('are all set or none', () => {
    const changes = [
      { target: image(1), className: 'yes' },
      { target: image(99), className: 'yes' },
    ];
    expect(errorOf(() => setLabels(project, 'finding', changes, 'Ann')).code).toBe('not-found');
    expect(classes()).toEqual([]);
    expect(errorOf(() => set(1, 'yes', ' ')).code).toBe('bad-argument');
  });
});

describe('undo', () => {
  it('takes back one act after the other, down to no label', () => {
    set(1, 'yes');
    setLabels(
      project,
      'finding',
      [
        { target: image(1), className: 'no' },
        { target: image(2), className: 'no' },
        { target: { seriesId: 2 }, className: 'yes' },
      ],
      'Ann',
    );
    expect(undoLabels(project, 'finding', 'Ann')?.changed).toBe(3);
    expect(classes()).toEqual([[1, 1]]);
    expect(undoLabels(project, 'finding', 'Ann')?.changed).toBe(1);
    expect(classes()).toEqual([]);
    expect(undoLabels(project, 'finding', 'Ann')).toBeNull();
    expect(labelHistory(project, 'finding', image(1)).map(({ className, source }) => [className, source])).toEqual([
      ['yes', 'user'],
      ['no', 'user'],
      ['yes', 'undo'],
      [null, 'undo'],
    ]);
    set(1, 'no');
    expect(undoLabels(project, 'finding', 'Ann')?.changed).toBe(1);
    expect(classes()).toEqual([]);
  });

  it('brings a removed label back', () => {
    set(1, 'yes');
    set(1, null);
    expect(classes()).toEqual([]);
    undoLabels(project, 'finding', 'Ann');
    expect(classes()).toEqual([[1, 1]]);
  });

  it("leaves other people's labels alone", () => {
    set(1, 'yes', 'Ann');
    set(1, 'no', 'Bob');
    expect(undoLabels(project, 'finding', 'Cid')).toBeNull();
    expect(undoLabels(project, 'finding', 'Ann')?.changed).toBe(0);
    expect(classes()).toEqual([[1, 0]]);
    expect(undoLabels(project, 'finding', 'Bob')?.changed).toBe(1);
    expect(classes()).toEqual([[1, 1]]);
  });
});

describe('samples', () => {
  const ids = (filter: Parameters<typeof samples>[1]) => samples(project, filter).map(({ imageId }) => imageId);

  it('filter by every given condition, in the order of their numbers', () => {
    expect(ids({})).toEqual([1, 2, 3, 4]);
    expect(ids({ imageIds: [4, 2] })).toEqual([2, 4]);
    expect(ids({ imageIds: [] })).toEqual([]);
    expect(ids({ seriesIds: [2] })).toEqual([3, 4]);
    expect(ids({ patientIds: [1], imageIds: [2, 3] })).toEqual([2]);
    expect(ids({ modality: 'MR' })).toEqual([3, 4]);
    expect(ids({ bodyPart: 'CHEST' })).toEqual([]);
  });

  it('leave out what another task keeps for testing', () => {
    const { database } = project.catalogue;
    createTask(project, 'other', []);
    const put = (task: number, imageId: number, split: string) =>
      database.run('INSERT INTO task_split (task_id, image_id, split) VALUES (?, ?, ?)', [task, imageId, split]);
    put(1, 1, 'train');
    put(1, 2, 'train');
    put(1, 3, 'test');
    put(2, 2, 'test');
    expect(ids({ split: 'train' })).toEqual([1]);
    expect(ids({ split: 'train', task: 'finding' })).toEqual([1, 2]);
    expect(ids({ split: 'test', task: 'finding' })).toEqual([3]);
    expect(errorOf(() => ids({ split: 'test', task: 'nothing' })).code).toBe('not-found');
  });
});
