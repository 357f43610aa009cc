/** @file Looking through images: filters, order, tree, counts, and that no page of 50,000 images costs a walk. */

import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Random } from '../../../src-main/base/random.js';
import { ImageBrowser } from '../../../src-main/catalogue/browse.js';
import { ANY_IMAGE, type BrowseFilter } from '../../../src-main/catalogue/browse-filter.js';
import { Database, type SqlValue } from '../../../src-main/catalogue/database.js';
import { leaveOut } from '../../../src-main/catalogue/flags.js';
import { setLabels } from '../../../src-main/catalogue/labels.js';
import { Project } from '../../../src-main/catalogue/project.js';
import { samples } from '../../../src-main/catalogue/queries.js';
import { migrate } from '../../../src-main/catalogue/schema.js';
import { listSeries } from '../../../src-main/catalogue/series-list.js';
import { createTask } from '../../../src-main/catalogue/tasks.js';
import { errorOf, keepOpen, temporaryFolder, temporaryProject } from './support.js';

function filter(change: Partial<BrowseFilter>): BrowseFilter {
  return { ...ANY_IMAGE, ...change };
}

function addPatient(database: Database, pseudonym: string): number {
  return database.run('INSERT INTO patient (pseudonym) VALUES (?)', [pseudonym]).id;
}

function addStudy(database: Database, patientId: number, date: string | null, description: string | null): number {
  const values = [patientId, `study-${Math.random()}`, date, description];
  return database.run('INSERT INTO study (patient_id, uid, date, description) VALUES (?, ?, ?, ?)', values).id;
}

interface SeriesFacts {
  number?: number;
  description?: string;
  modality?: string;
  bodyPart?: string;
}

function addSeries(database: Database, studyId: number, facts: SeriesFacts = {}): number {
  return database.run(
    'INSERT INTO series (study_id, uid, number, description, modality, body_part) VALUES (?, ?, ?, ?, ?, ?)',
    [
      studyId,
      `series-${Math.random()}`,
      facts.number ?? null,
      facts.description ?? null,
      facts.modality ?? null,
      facts.bodyPart ?? null,
    ],
  ).id;
}

const IMAGE_FACTS = `kind, rows, columns, frames, samples_per_pixel, photometric, bits_allocated, bits_stored,
  pixel_representation, rescale_slope, rescale_intercept`;
const IMAGE_VALUES = `'dicom', 4, 4, 1, 1, 'MONOCHROME2', 16, 12, 0, 1, 0`;

let instances = 0;
function addImage(database: Database, seriesId: number, instanceNumber: number | null): number {
  instances++;
  return database.run(
    `INSERT INTO image (series_id, path, sop_instance_uid, instance_number, ${IMAGE_FACTS})
     VALUES (?, ?, ?, ?, ${IMAGE_VALUES})`,
    [seriesId, `/scans/${instances}.dcm`, `1.2.${instances}`, instanceNumber],
  ).id;
}

/** Two patients: one with a CT study of two series, one with two radiographs of another date, the later one first. */
function smallProject() {
  const project = temporaryProject();
  const { database } = project.catalogue;
  const second = addPatient(database, 'P2222');
  const first = addPatient(database, 'P1111');
  const ct = addStudy(database, first, '20240302', 'CT Thorax');
  const lung = addSeries(database, ct, { number: 2, description: 'Lung 1.0', modality: 'CT', bodyPart: 'CHEST' });
  const scout = addSeries(database, ct, { number: 1, description: 'Scout', modality: 'CT' });
  const late = addStudy(database, second, '20240501', 'Hand links');
  const early = addStudy(database, second, '20230101', 'Schädel <b>100%</b>');
  const hand = addSeries(database, late, { number: 1, modality: 'DX', bodyPart: 'HAND' });
  const skull = addSeries(database, early, { number: 1, modality: 'DX', bodyPart: 'SKULL', description: "O'Neil_a" });
  const images = {
    lung: [3, 1, 2].map((instance) => addImage(database, lung, instance)),
    scout: [addImage(database, scout, null)],
    hand: [addImage(database, hand, 1)],
    skull: [addImage(database, skull, -1), addImage(database, skull, -2)],
  };
  return { project, database, browser: new ImageBrowser(project), first, second, ct, lung, skull, images };
}

describe('pages of images', () => {
  it('are ordered by pseudonym, study date, series number and instance number', () => {
    const { browser, images } = smallProject();
    const [third, one, two] = images.lung;
    const ids = browser.page(ANY_IMAGE, 0, 100).map(({ imageId }) => imageId);
    expect(ids).toEqual([...images.scout, one, two, third, images.skull[1], images.skull[0], ...images.hand]);
    expect(browser.page(ANY_IMAGE, 3, 2).map(({ imageId }) => imageId)).toEqual(ids.slice(3, 5));
    expect(browser.count(ANY_IMAGE)).toBe(7);
    expect(browser.position(ANY_IMAGE, third ?? 0)).toBe(3);
    expect(browser.page(ANY_IMAGE, 7, 10)).toEqual([]);
  });

  it('say what is known of an image, and nothing of who the patient is', () => {
    const { browser, images } = smallProject();
    const [image] = browser.images([images.skull[0] ?? 0]);
    expect(image).toMatchObject({
      pseudonym: 'P2222',
      studyDate: '20230101',
      studyDescription: 'Schädel <b>100%</b>',
      seriesDescription: "O'Neil_a",
      modality: 'DX',
      instanceNumber: -1,
      labels: [],
    });
    expect(Object.keys(image ?? {}).filter((name) => /name|birth/i.test(name))).toEqual([]);
  });

  it('leave out images whose file is gone', () => {
    const { browser, database, images, lung } = smallProject();
    database.run('UPDATE image SET available = 0 WHERE id = ?', [images.lung[0] ?? 0]);
    expect(browser.count(ANY_IMAGE)).toBe(6);
    expect(browser.stack(lung).map(({ imageId }) => imageId)).toEqual([images.lung[1], images.lung[2]]);
  });

  it('follow an image that moves to another series', () => {
    const { browser, database, images, skull } = smallProject();
    database.run('UPDATE image SET series_id = ?, instance_number = 9 WHERE id = ?', [skull, images.lung[0] ?? 0]);
    expect(browser.position(ANY_IMAGE, images.lung[0] ?? 0)).toBe(5);
  });
});

describe('filters', () => {
  it('by modality and body part, empty where files do not say', () => {
    const { browser, images } = smallProject();
    expect(browser.count(filter({ modality: 'CT' }))).toBe(4);
    expect(browser.count(filter({ modality: 'DX', bodyPart: 'HAND' }))).toBe(1);
    expect(browser.page(filter({ bodyPart: '' }), 0, 9).map(({ imageId }) => imageId)).toEqual(images.scout);
    expect(browser.count(filter({ modality: 'MR' }))).toBe(0);
  });

  it('by place in the tree', () => {
    const { browser, first, second, ct, skull } = smallProject();
    expect(browser.count(filter({ place: { patientId: first } }))).toBe(4);
    expect(browser.count(filter({ place: { patientId: second }, bodyPart: 'SKULL' }))).toBe(2);
    expect(browser.count(filter({ place: { studyId: ct } }))).toBe(4);
    expect(browser.page(filter({ place: { seriesId: skull } }), 0, 9).map((image) => image.instanceNumber)).toEqual([
      -2, -1,
    ]);
    expect(browser.count(filter({ place: { seriesId: 999 } }))).toBe(0);
  });

  it('by study date, both days included', () => {
    const { browser } = smallProject();
    expect(browser.count(filter({ from: '20240302', to: '20240302' }))).toBe(4);
    expect(browser.count(filter({ from: '20240303' }))).toBe(1);
    expect(browser.count(filter({ to: '20231231' }))).toBe(2);
  });

  it('by words in any case, each of which must occur', () => {
    const { browser } = smallProject();
    expect(browser.count(filter({ text: 'thorax' }))).toBe(4);
    expect(browser.count(filter({ text: ' LUNG  thorax ' }))).toBe(3);
    expect(browser.count(filter({ text: 'lung hand' }))).toBe(0);
    expect(browser.count(filter({ text: 'p1111' }))).toBe(4);
    expect(browser.count(filter({ text: 'SCHÄDEL' }))).toBe(2);
  });

  it('take markup, quotes and wildcards as they are', () => {
    const { browser } = smallProject();
    expect(browser.count(filter({ text: '<b>100%</b>' }))).toBe(2);
    expect(browser.count(filter({ text: '%' }))).toBe(2);
    expect(browser.count(filter({ text: '_' }))).toBe(2);
    expect(browser.count(filter({ text: "o'neil" }))).toBe(2);
    expect(browser.count(filter({ text: "' OR 1=1 --" }))).toBe(0);
    expect(browser.count(filter({ text: '\\' }))).toBe(0);
    expect(browser.count(filter({ modality: "' OR ''='" }))).toBe(0);
  });

  it('by label: an own label counts before that of the series', () => {
    const { project, browser, images, lung } = smallProject();
    createTask(project, 'finding', [{ name: 'yes' }, { name: 'no' }]);
    const set = (target: { imageId: number } | { seriesId: number }, className: string | null) =>
      setLabels(project, 'finding', [{ target, className }], 'tester');
    set({ seriesId: lung }, 'no');
    set({ imageId: images.lung[0] ?? 0 }, 'yes');
    const labelled = (label: BrowseFilter['label']) => browser.count(filter({ label }));
    expect(labelled({ kind: 'labelled', task: 'finding' })).toBe(3);
    expect(labelled({ kind: 'unlabelled', task: 'finding' })).toBe(4);
    expect(labelled({ kind: 'class', task: 'finding', className: 'yes' })).toBe(1);
    expect(labelled({ kind: 'class', task: 'finding', className: 'no' })).toBe(2);
    expect(browser.images(images.lung).map(({ labels }) => labels.map(({ className }) => className))).toEqual([
      ['yes'],
      ['no'],
      ['no'],
    ]);
    expect(browser.facets(filter({ modality: 'CT' }), 'finding').labels).toEqual({ classes: [1, 2], unlabelled: 1 });
    set({ imageId: images.lung[0] ?? 0 }, null);
    expect(labelled({ kind: 'class', task: 'finding', className: 'yes' })).toBe(0);
    expect(errorOf(() => labelled({ kind: 'labelled', task: 'other' })).code).toBe('not-found');
  });
});

describe('a search over series', () => {
  it('finds what a look at every image finds, whatever is asked together', () => {
    const project = temporaryProject();
    const { database } = project.catalogue;
    const random = new Random(7);
    createTask(project, 'finding', [{ name: 'yes' }, { name: 'no' }]);
    const one = <T>(values: readonly T[]): T => values[random.below(values.length)] as T;
    const changes: Parameters<typeof setLabels>[2] = [];
    for (let series = 0; series < 40; series++) {
      const study = addStudy(database, addPatient(database, `P${random.below(1e9)}`), '20240101', 'Study');
      const seriesId = addSeries(database, study, { modality: one(['CT', 'MR']) });
      if (random.below(3) === 0) database.run("INSERT INTO series_flag VALUES (?, 'gaps')", [seriesId]);
      if (random.below(3) === 0) changes.push({ target: { seriesId }, className: one(['yes', 'no']) });
      for (let image = random.below(8); image > 0; image--) {
        const imageId = addImage(database, seriesId, one([null, 1, 2, 3]));
        if (random.below(5) === 0) database.run('UPDATE image SET available = 0 WHERE id = ?', [imageId]);
        for (const flag of ['uniform', 'derived'])
          if (random.below(4) === 0) database.run('INSERT INTO image_flag VALUES (?, ?, NULL)', [imageId, flag]);
        if (random.below(3) === 0) changes.push({ target: { imageId }, className: one(['yes', 'no']) });
      }
    }
    setLabels(project, 'finding', changes, 'tester');
    const browser = new ImageBrowser(project);
    const all = browser.page(ANY_IMAGE, 0, 1000);
    const count = 'SELECT count(*) AS n FROM image WHERE available = 1';
    expect(all).toHaveLength(database.one<{ n: number }>(count)?.n ?? -1);
    expect(project.catalogue.counts().images).toBe(all.length);
    const classOf = ({ labels }: (typeof all)[number]) => labels[0]?.className ?? null;
    const labels: [BrowseFilter['label'], (image: (typeof all)[number]) => boolean][] = [
      [null, () => true],
      [{ kind: 'labelled', task: 'finding' }, (image) => classOf(image) !== null],
      [{ kind: 'unlabelled', task: 'finding' }, (image) => classOf(image) === null],
      [{ kind: 'class', task: 'finding', className: 'no' }, (image) => classOf(image) === 'no'],
    ];
    const flags: [BrowseFilter['flag'], (image: (typeof all)[number]) => boolean][] = [
      [null, () => true],
      ['any', (image) => image.flags.length > 0],
      ['none', (image) => image.flags.length === 0],
      ['gaps', (image) => image.flags.includes('gaps')],
      ['uniform', (image) => image.flags.includes('uniform')],
    ];
    for (const [label, hasLabel] of labels) {
      for (const [flag, hasFlag] of flags) {
        const wanted = filter({ label, flag });
        const expected = all.filter((image) => hasLabel(image) && hasFlag(image));
        const ids = expected.map(({ imageId }) => imageId);
        expect(browser.count(wanted)).toBe(ids.length);
        expect(browser.page(wanted, 0, 1000).map(({ imageId }) => imageId)).toEqual(ids);
        expect(browser.page(wanted, 5, 7).map(({ imageId }) => imageId)).toEqual(ids.slice(5, 12));
        expect(ids.map((id) => browser.position(wanted, id))).toEqual([...ids.keys()]);
        const { modalities, labels: counted } = browser.facets(wanted, 'finding');
        expect(modalities.reduce((sum, { images }) => sum + images, 0)).toBe(ids.length);
        const ofFlag = all.filter(hasFlag);
        const withClass = (name: string | null) => ofFlag.filter((image) => classOf(image) === name).length;
        expect(counted).toEqual({ classes: [withClass('yes'), withClass('no')], unlabelled: withClass(null) });
      }
    }
    const outside = all.find(({ flags: has }) => has.length > 0);
    expect(browser.position(filter({ flag: 'none' }), outside?.imageId ?? 0)).toBe(-1);
  });

  it('knows the manufacturer', () => {
    const { browser, database, lung } = smallProject();
    database.run("UPDATE series SET manufacturer = 'SIEMENS' WHERE id = ?", [lung]);
    expect(browser.count(filter({ text: 'siemens thorax' }))).toBe(3);
  });
});

describe('the tree', () => {
  it('lists patients by pseudonym with what passes the filter, in pages', () => {
    const { browser, first, second } = smallProject();
    const both = [
      { patientId: first, pseudonym: 'P1111', studies: 1, images: 4 },
      { patientId: second, pseudonym: 'P2222', studies: 2, images: 3 },
    ];
    expect(browser.patients(ANY_IMAGE, 0, 10)).toEqual({ total: 2, patients: both });
    expect(browser.patients(ANY_IMAGE, 1, 10)).toEqual({ total: 2, patients: both.slice(1) });
    const hands = browser.patients(filter({ bodyPart: 'HAND', place: { patientId: first } }), 0, 10);
    expect(hands).toEqual({ total: 1, patients: [{ ...both[1], studies: 1, images: 1 }] });
  });

  it('lists studies by date, each with its series by number', () => {
    const { browser, first, second } = smallProject();
    const studies = browser.studies(ANY_IMAGE, second);
    expect(studies.map(({ description }) => description)).toEqual(['Schädel <b>100%</b>', 'Hand links']);
    const [ct] = browser.studies(ANY_IMAGE, first);
    expect(ct?.series.map(({ description, images }) => [description, images])).toEqual([
      ['Scout', 1],
      ['Lung 1.0', 3],
    ]);
    expect(browser.studies(filter({ bodyPart: 'CHEST' }), first)).toMatchObject([
      { images: 3, series: [{ number: 2 }] },
    ]);
  });
});

describe('counts of a choice', () => {
  it('keep every other condition', () => {
    const { browser } = smallProject();
    expect(browser.facets(filter({ modality: 'CT' }), null)).toEqual({
      modalities: [
        { value: 'CT', images: 4 },
        { value: 'DX', images: 3 },
      ],
      bodyParts: [
        { value: 'CHEST', images: 3 },
        { value: '', images: 1 },
      ],
      labels: null,
      flags: [],
    });
    expect(browser.facets(filter({ text: 'hand' }), null).modalities).toEqual([{ value: 'DX', images: 1 }]);
  });

  it('of a flag are the images that have it and those of a series that has it', () => {
    const { project, browser, lung } = smallProject();
    const { database } = project.catalogue;
    const ids = browser.page(ANY_IMAGE, 0, 100).map(({ imageId }) => imageId);
    const ofSeries = browser.stack(lung).map(({ imageId }) => imageId);
    const alone = ids.find((id) => !ofSeries.includes(id)) ?? 0;
    database.run("INSERT INTO image_flag (image_id, flag) VALUES (?, 'uniform')", [alone]);
    database.run("INSERT INTO series_flag (series_id, flag) VALUES (?, 'gaps')", [lung]);
    expect(browser.page(filter({ flag: 'uniform' }), 0, 9).map(({ imageId }) => imageId)).toEqual([alone]);
    expect(browser.count(filter({ flag: 'gaps' }))).toBe(ofSeries.length);
    expect(browser.count(filter({ flag: 'any' }))).toBe(ofSeries.length + 1);
    expect(browser.count(filter({ flag: 'none' }))).toBe(7 - ofSeries.length - 1);
    expect(browser.images([alone])[0]?.flags).toEqual(['uniform']);
    expect(listSeries(project).reduce((sum, { images }) => sum + images, 0)).toBe(7);
    leaveOut(project, 'gaps', true);
    expect(browser.facets(ANY_IMAGE, null).flags).toEqual([
      { flag: 'uniform', images: 1, leftOut: false },
      { flag: 'gaps', images: ofSeries.length, leftOut: true },
    ]);
    expect(samples(project, { without: ['gaps'] })).toHaveLength(7 - ofSeries.length);
  });

  it('are counted again after another process wrote', () => {
    const { project, browser, lung } = smallProject();
    expect(browser.count(ANY_IMAGE)).toBe(7);
    const other = keepOpen(Project.open(project.folder));
    addImage(other.catalogue.database, lung, 4);
    expect(browser.count(ANY_IMAGE)).toBe(8);
    addImage(project.catalogue.database, lung, 5);
    expect(browser.count(ANY_IMAGE)).toBe(9);
  });
});

describe('an older catalogue', () => {
  it('gets the order of its images', () => {
    const { folder } = temporaryProject();
    const older = join(temporaryFolder(), 'older');
    mkdirSync(older);
    copyFileSync(join(folder, 'project.json'), join(older, 'project.json'));
    const database = Database.open(join(older, 'catalogue.sqlite'));
    // The version before the one that orders images.
    migrate(database, 2);
    const seriesIds = ['P2', 'P1'].map((name) =>
      addSeries(database, addStudy(database, addPatient(database, name), null, null)),
    );
    const ids = seriesIds.map((seriesId) => addImage(database, seriesId, 1));
    expect(() => database.all('SELECT browse_key FROM image')).toThrow(/no such column/);
    database.close();
    const project = keepOpen(Project.open(older));
    const found = new ImageBrowser(project).page(ANY_IMAGE, 0, 9).map(({ imageId }) => imageId);
    expect(found).toEqual(ids.reverse());
  });
});

describe('50,000 radiographs', () => {
  const COUNT = 50_000;

  function large(): Project {
    const project = temporaryProject();
    const numbers = (count: number) =>
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
    project.catalogue.database.transaction(() =>
      project.catalogue.database.exec(`
        ${numbers(20_000)} INSERT INTO patient (id, pseudonym) SELECT i, printf('P%016x', i * 7919 % 20011) FROM n;
        ${numbers(30_000)} INSERT INTO study (id, patient_id, uid, date, description)
          SELECT i, 1 + i * 7919 % 20000, i, 20200101 + i % 28, 'Chest' FROM n;
        ${numbers(COUNT)} INSERT INTO series (id, study_id, uid, number, description, modality)
          SELECT i, 1 + i % 30000, i, i % 3, 'View ' || (i % 5), CASE WHEN i % 4 = 0 THEN 'DX' ELSE 'CR' END FROM n;
        ${numbers(COUNT)} INSERT INTO image (id, series_id, path, sop_instance_uid, instance_number, ${IMAGE_FACTS})
          SELECT i, i, '/scans/' || i, '1.2.' || i, 1, ${IMAGE_VALUES} FROM n;`),
    );
    return project;
  }

  /** What `work` asks of the database: rows that come back, and the steps SQLite plans for each statement. */
  function asked(project: Project, work: () => void): { rows: number; steps: string[] } {
    const { database } = project.catalogue;
    const original = database.all.bind(database);
    const statements: [sql: string, values: SqlValue[]][] = [];
    let rows = 0;
    const spy = vi.spyOn(database, 'all').mockImplementation((sql, values = []) => {
      const found = original(sql, values);
      rows += found.length;
      statements.push([sql, values]);
      return found as never;
    });
    work();
    spy.mockRestore();
    const steps = statements.flatMap(([sql, values]) =>
      database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, values).map(({ detail }) => detail),
    );
    return { rows, steps };
  }

  it('are walked once for each filter, along the index and without sorting; pages are look-ups by id', () => {
    const project = large();
    const browser = new ImageBrowser(project);
    for (const wanted of [ANY_IMAGE, filter({ modality: 'CR' }), filter({ text: 'view 3', from: '20200110' })]) {
      const walk = asked(project, () => expect(browser.count(wanted)).toBeGreaterThan(4000));
      expect(walk.steps.filter((step) => step.includes('series_browse'))).toHaveLength(1);
      expect(walk.steps.join('\n')).not.toMatch(/TEMP B-TREE|image_|SCAN (image|series|study|patient)(?! USING)/);
      expect(walk.rows).toBeLessThan(10);

      const last = browser.count(wanted) - 100;
      const page = asked(project, () => expect(browser.page(wanted, last, 100)).toHaveLength(100));
      expect(page.rows).toBeLessThan(210);
      expect(page.steps.join('\n')).not.toMatch(/SCAN (image|series|study|patient)/);
      const tree = asked(project, () => expect(browser.patients(wanted, 4000, 50).patients).toHaveLength(50));
      expect(tree.steps.join('\n')).not.toMatch(/series_browse|SCAN (image|series|study|patient)/);
    }
    const place = asked(project, () => browser.count(filter({ place: { patientId: 77 }, text: 'view' })));
    expect(place.steps.join('\n')).not.toMatch(/series_browse|SCAN (image|series|study|patient)/);
  });
});
