import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentJob } from '../../src-main/base/jobs.js';
import { importFolders } from '../../src-main/catalogue/import.js';
import { labelHistory, undoLabels } from '../../src-main/catalogue/labels.js';
import { exportLabelsCsv, importLabelsCsv } from '../../src-main/catalogue/labels-csv.js';
import type { Project } from '../../src-main/catalogue/project.js';
import { labelledImages, samples } from '../../src-main/catalogue/queries.js';
import { createTask, findTask } from '../../src-main/catalogue/tasks.js';
import { dicomBytes, errorOf, put, temporaryFolder, temporaryProject } from '../unit/catalogue/support.js';

let folder: string;
let project: Project;

/** images/0.dcm ... images/5.dcm, patients A A B B C C; and more/images/0.dcm of patient D. */
beforeEach(async () => {
  folder = temporaryFolder();
  project = temporaryProject();
  for (let index = 0; index < 6; index++) {
    const patientID = 'AABBCC'[index] ?? '';
    put(
      join(folder, 'images', `${index}.dcm`),
      dicomBytes({ patientID, study: `1.${index >> 1}`, series: `1.${index >> 1}.1`, instance: `1.2.3.${index}` }),
    );
  }
  put(join(folder, 'more', 'images', '0.dcm'), dicomBytes({ patientID: 'D', study: '1.9', instance: '1.2.3.9' }));
  await importFolders(project, [folder], silentJob());
});

const byUid = { task: 'finding', idColumn: 'sop_instance_uid', labelColumn: 'label', author: 'Ann' } as const;
const byPath = { ...byUid, idColumn: 'path' } as const;
const table = (text: string, name = 'labels.csv') => put(join(folder, name), text);
const idOf = (path: string) => samples(project).find((sample) => sample.path === join(folder, path))?.imageId;

describe('importLabelsCsv', () => {
  it('makes the task from the table and lists ids that are not in the project', () => {
    const file = table('sop_instance_uid,label\n1.2.3.0,yes\n1.2.3.1,no\n1.2.3.77,yes\n,no\n1.2.3.2,\n');
    expect(importLabelsCsv(project, file, byUid)).toEqual({
      rows: 5,
      labelled: 2,
      changed: 2,
      unknown: ['1.2.3.77', '(line 5 names no image)'],
      unknownCount: 2,
      classes: ['yes', 'no'],
      splits: null,
    });
    const target = { imageId: idOf('images/0.dcm') ?? 0 };
    expect(labelHistory(project, 'finding', target)).toMatchObject([
      { author: 'Ann', source: 'csv', className: 'yes' },
    ]);
    expect(importLabelsCsv(project, file, byUid)).toMatchObject({ labelled: 2, changed: 0 });
    expect(labelHistory(project, 'finding', target).length).toBe(1);
    expect(undoLabels(project, 'finding', 'Ann')?.changed).toBe(2);
    expect(labelledImages(project, 'finding')).toEqual([]);
  });

  it('reads what spreadsheets write: byte order mark, semicolons, CRLF, quotes', () => {
    const file = table('\ufeff"sop_instance_uid";"label"\r\n"1.2.3.0";"yes, really"\r\n\r\n1.2.3.1; no \r\n');
    expect(importLabelsCsv(project, file, byUid)).toMatchObject({ labelled: 2, classes: ['yes, really', 'no'] });
  });

  it('finds paths: absolute, beside the table, with backslashes, by their end; and says where one fits several', () => {
    const rows = [
      `${join(folder, 'images', '1.dcm')},a`,
      'images/0.dcm,a',
      'images\\2.dcm,a',
      './images/3.dcm,a',
      'more/images/0.dcm,b',
      '4.dcm,b',
      'ages/5.dcm,b',
    ];
    const file = table(`path,label\n${rows.join('\n')}\n`);
    expect(importLabelsCsv(project, file, byPath)).toMatchObject({ labelled: 6, unknown: ['ages/5.dcm'] });
    const classOf = new Map(labelledImages(project, 'finding').map((one) => [one.imageId, one.classIndex]));
    expect(classOf.get(idOf('images/0.dcm') ?? 0)).toBe(0);
    expect(classOf.get(idOf('more/images/0.dcm') ?? 0)).toBe(1);
    const away = put(join(temporaryFolder(), 'labels.csv'), 'path,label\nimages/0.dcm,b\n');
    expect(importLabelsCsv(project, away, byPath).unknown).toEqual(['images/0.dcm (fits several images)']);
  });

  it('takes the order of classes that is given, and refuses a class the task does not have', () => {
    const file = table('sop_instance_uid,label\n1.2.3.0,yes\n1.2.3.1,no\n');
    const ordered = importLabelsCsv(project, file, { ...byUid, classes: ['no', 'yes'] });
    expect(ordered.classes).toEqual(['no', 'yes']);
    const wrong = table('sop_instance_uid,label\n1.2.3.0,no\n1.2.3.1,maybe\n');
    const error = errorOf(() => importLabelsCsv(project, wrong, byUid));
    expect(error.code).toBe('not-found');
    expect(error.describe()).toMatch(/'maybe' \(line 3.*'no', 'yes'/);
    expect(labelledImages(project, 'finding')[0]?.classIndex).toBe(1);
  });

  it('keeps the official split, and refuses one that tears a patient apart', () => {
    const options = { ...byUid, splitColumn: 'split' };
    const good =
      'sop_instance_uid,label,split\n1.2.3.0,a,Train\n1.2.3.1,a,train\n1.2.3.2,b,validation\n1.2.3.4,b,test\n';
    expect(importLabelsCsv(project, table(good), options).splits).toEqual({ train: 2, val: 1, test: 1 });
    expect(labelledImages(project, 'finding').map(({ split }) => split)).toEqual(['train', 'train', 'val', 'test']);
    const torn = table('sop_instance_uid,label,split\n1.2.3.3,b,test\n1.2.3.5,a,test\n');
    const error = errorOf(() => importLabelsCsv(project, torn, options));
    expect(error.code).toBe('bad-file');
    expect(error.message).toMatch(/^1 patient is in more than one split.*P[0-9a-f]{16} \((test,val|val,test); image/);
    expect(labelledImages(project, 'finding').length).toBe(4);
    const odd = table('sop_instance_uid,label,split\n1.2.3.3,b,holdout\n');
    expect(errorOf(() => importLabelsCsv(project, odd, options)).message).toBe("'holdout' in line 2 is no split.");
  });

  it.each([
    ['no such column', 'uid,label\n1,a\n', /'sop_instance_uid'.*'uid', 'label'/],
    ['no rows', 'sop_instance_uid,label\n', /no rows/],
    ['nothing', '', /empty/],
    ['a ragged line', 'sop_instance_uid,label\n1.2.3.0,a\n1.2.3.1\n', /line 3/],
    ['an open quote', 'sop_instance_uid,label\n"1.2.3.0,a\n', /cannot be read/],
    ['bytes', 'DICM\0\0\0', /no table of text/],
    ['contradicting lines', 'sop_instance_uid,label\n1.2.3.0,a\n1.2.3.0,b\n', /Lines 2 and 3/],
  ])('refuses %s, and makes no task', (_, text, message) => {
    const file = table(text);
    const error = errorOf(() => importLabelsCsv(project, file, byUid));
    expect(error.code).toBe('bad-file');
    expect(error.describe()).toMatch(message);
    expect(error.path).toBe(file);
    expect(findTask(project, 'finding')).toBeNull();
  });

  it('names a file that is missing, and a missing author', () => {
    expect(errorOf(() => importLabelsCsv(project, join(folder, 'no.csv'), byUid)).code).toBe('unreadable');
    const file = table('sop_instance_uid,label\n1.2.3.0,a\n');
    expect(errorOf(() => importLabelsCsv(project, file, { ...byUid, author: '' })).code).toBe('bad-argument');
  });
});

describe('exportLabelsCsv', () => {
  it('writes labels with author and time that another project reads back', async () => {
    const file = table('sop_instance_uid,label,split\n1.2.3.0,a,train\n1.2.3.4,"b ""x""",test\n');
    importLabelsCsv(project, file, { ...byUid, splitColumn: 'split' });
    const out = join(folder, 'out.csv');
    expect(exportLabelsCsv(project, 'finding', out)).toBe(2);
    const [header, first] = readFileSync(out, 'utf8').split('\n');
    expect(header).toBe(
      'level,path,sop_instance_uid,series_instance_uid,label,split,author,time,mark,mark_author,mark_time',
    );
    expect(first).toMatch(/^image,.*0\.dcm,1\.2\.3\.0,1\.0\.1,a,train,Ann,\d{4}-\d\d-\d\dT/);
    const other = temporaryProject();
    await importFolders(other, [join(folder, 'images')], silentJob());
    const options = { ...byUid, splitColumn: 'split', author: 'Bob' };
    expect(importLabelsCsv(other, out, options)).toMatchObject({ labelled: 2, unknown: [], classes: ['a', 'b "x"'] });
    createTask(project, 'empty', []);
    expect(exportLabelsCsv(project, 'empty', out)).toBe(0);
  });
});

const data = resolve(process.cwd(), '..', 'shared', 'data', 'labelled', 'cxr-pneumonia');
const present = existsSync(data);
if (!present) console.warn(`Real labels are not imported: ${data} is absent.`);

describe.skipIf(!present)('labels of cxr-pneumonia (needs ../shared/data)', () => {
  it('fit by SOPInstanceUID and by path, with the official split and without leakage', async () => {
    const real = temporaryProject();
    await importFolders(real, [data], silentJob());
    const file = join(data, 'labels.csv');
    const expected = {
      rows: 5840,
      labelled: 5840,
      changed: 5840,
      unknown: [],
      unknownCount: 0,
      classes: ['normal', 'pneumonia'],
      splits: { train: 5216, val: 0, test: 624 },
    };
    const options = { labelColumn: 'label', splitColumn: 'split', author: 'Ann' };
    const uid = importLabelsCsv(real, file, { ...options, task: 'uid', idColumn: 'sop_instance_uid' });
    const path = importLabelsCsv(real, file, { ...options, task: 'path', idColumn: 'path' });
    expect(uid).toEqual(expected);
    expect(path).toEqual(expected);
    const labelled = labelledImages(real, 'uid');
    expect(labelledImages(real, 'path')).toEqual(labelled);
    const count = (split: string, classIndex: number) =>
      labelled.filter((one) => one.split === split && one.classIndex === classIndex).length;
    expect([count('train', 0), count('train', 1), count('test', 0), count('test', 1)]).toEqual([1341, 3875, 234, 390]);
    expect(samples(real, { split: 'train' }).length).toBe(5216);
  }, 240_000);
});
