/**
 * @file Looking through the images of a project: pages of any filter, the tree of patients, studies and series, and how
 * many images each choice of a filter would show. The series of a filter are walked once; what they give is kept until
 * the catalogue changes, so that scrolling costs a few look-ups for each page and never another walk.
 */

import { PretextError } from '../base/errors.js';
import { type BrowseFilter, browseScan } from './browse-filter.js';
import { groupsOf, type KeyGroups } from './browse-key.js';
import { type Flag, flagCounts, flagsOf, leftOutFlags } from './flags.js';
import type { Project } from './project.js';
import { getTask } from './tasks.js';

export interface ImageLabelMark {
  task: string;
  className: string;
  /** '#rrggbb'. */
  colour: string;
}

/** What a person sees of an image before opening it; the patient by pseudonym only. */
export interface BrowsedImage {
  imageId: number;
  pseudonym: string;
  patientId: number;
  studyId: number;
  seriesId: number;
  /** As in DICOM, YYYYMMDD. */
  studyDate: string | null;
  studyDescription: string | null;
  seriesNumber: number | null;
  seriesDescription: string | null;
  modality: string | null;
  bodyPart: string | null;
  instanceNumber: number | null;
  rows: number;
  columns: number;
  frames: number;
  kind: 'dicom' | 'png' | 'jpeg';
  /** The label in force for each task that has one, in the order of the tasks. */
  labels: ImageLabelMark[];
  /** Its own flags of quality and those of its series. */
  flags: Flag[];
}

export interface BrowsedPatient {
  patientId: number;
  pseudonym: string;
  studies: number;
  images: number;
}

export interface BrowsedSeries {
  seriesId: number;
  number: number | null;
  description: string | null;
  modality: string | null;
  bodyPart: string | null;
  images: number;
}

export interface BrowsedStudy {
  studyId: number;
  date: string | null;
  description: string | null;
  images: number;
  series: BrowsedSeries[];
}

/** How many images a value would show, with every other condition of the filter in force. */
export interface FacetValue {
  /** '' where files do not say. */
  value: string;
  images: number;
}

export interface Facets {
  modalities: FacetValue[];
  bodyParts: FacetValue[];
  /** For the task asked for: images with each class, by its position, and without a label; null without a task. */
  labels: { classes: number[]; unlabelled: number } | null;
  /** Of all images, whatever the filter: those with each flag. */
  flags: { flag: Flag; images: number; leftOut: boolean }[];
}

/** Series in order with the images that pass. */
interface BrowseList {
  series: number[];
  /** Images of each. */
  counts: number[];
  /** Place of the first image of each among all, and at the end their number. */
  starts: number[];
}

/** Where an image stands within its series. */
const NUMBER = 'coalesce(image.instance_number, 2147483647)';

/** Results kept at once: those of a few filters, so that going back to one is immediate. */
const KEPT = 12;

const IMAGE_COLUMNS = `image.id AS imageId, pseudonym, patient.id AS patientId, study.id AS studyId,
  series.id AS seriesId, study.date AS studyDate, study.description AS studyDescription,
  series.number AS seriesNumber, series.description AS seriesDescription, series.modality,
  series.body_part AS bodyPart, image.instance_number AS instanceNumber, image.rows, image.columns, image.frames,
  image.kind`;

/** Adds up counts by name, most frequent first. */
function tally(rows: readonly { value: string; images: number }[]): FacetValue[] {
  const counts = new Map<string, number>();
  for (const { value, images } of rows) counts.set(value, (counts.get(value) ?? 0) + images);
  return [...counts]
    .map(([value, images]) => ({ value, images }))
    .sort((a, b) => b.images - a.images || (a.value < b.value ? -1 : 1));
}

export class ImageBrowser {
  private readonly kept = new Map<string, unknown>();
  private version = '';

  constructor(private readonly project: Project) {}

  /** @throws PretextError `not-found` (task or class of the filter); so also the other functions with a filter. */
  count(filter: BrowseFilter): number {
    return this.list(filter).starts.at(-1) ?? 0;
  }

  /** Images `offset` to `offset + limit` of the filter, ordered by pseudonym, study date, series and instance number. */
  page(filter: BrowseFilter, offset: number, limit: number): BrowsedImage[] {
    const { series, starts } = this.list(filter);
    const first = lastAtMost(starts, offset);
    const last = lastAtMost(starts, offset + limit - 1);
    if (first >= series.length || limit <= 0) return [];
    const { image } = browseScan(this.project, filter);
    const rows = this.project.catalogue.database.all<{ id: number }>(
      `SELECT image.id AS id FROM json_each(?) AS wanted
       CROSS JOIN image INDEXED BY image_series ON image.series_id = wanted.value
       WHERE image.available = 1 AND ${image.sql} ORDER BY wanted.key, ${NUMBER}, image.id LIMIT ? OFFSET ?`,
      [JSON.stringify(series.slice(first, last + 1)), ...image.values, limit, offset - (starts[first] ?? 0)],
    );
    return this.images(rows.map(({ id }) => id));
  }

  /** Place of an image among those of the filter, or -1. */
  position(filter: BrowseFilter, imageId: number): number {
    const { database } = this.project.catalogue;
    const { image } = browseScan(this.project, filter);
    const passes = `image.available = 1 AND ${image.sql}`;
    const found = database.one<{ seriesId: number; number: number }>(
      `SELECT series_id AS seriesId, ${NUMBER} AS number FROM image WHERE image.id = ? AND ${passes}`,
      [imageId, ...image.values],
    );
    const { series, starts } = this.list(filter);
    const place = found === undefined ? -1 : series.indexOf(found.seriesId);
    if (found === undefined || place < 0) return -1;
    const before = database.one<{ n: number }>(
      `SELECT count(*) AS n FROM image INDEXED BY image_series
       WHERE image.series_id = ? AND (${NUMBER}, image.id) < (?, ?) AND ${passes}`,
      [found.seriesId, found.number, imageId, ...image.values],
    );
    return (starts[place] ?? 0) + (before?.n ?? 0);
  }

  /** The images of these ids that are in the project, in the order given. */
  images(ids: readonly number[]): BrowsedImage[] {
    const { database } = this.project.catalogue;
    const wanted = JSON.stringify(ids);
    const rows = database.all<Omit<BrowsedImage, 'labels' | 'flags'>>(
      `SELECT ${IMAGE_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN image ON image.id = wanted.value
       CROSS JOIN series ON series.id = image.series_id CROSS JOIN study ON study.id = series.study_id
       CROSS JOIN patient ON patient.id = study.patient_id ORDER BY wanted.key`,
      [wanted],
    );
    const labels = new Map<number, ImageLabelMark[]>();
    for (const { imageId, ...mark } of database.all<ImageLabelMark & { imageId: number }>(
      `SELECT image.id AS imageId, task.name AS task, task_class.name AS className, task_class.colour
       FROM json_each(?) AS wanted CROSS JOIN image ON image.id = wanted.value CROSS JOIN task
       LEFT JOIN image_label AS own ON own.task_id = task.id AND own.image_id = image.id
       LEFT JOIN series_label AS whole ON whole.task_id = task.id AND whole.series_id = image.series_id
       CROSS JOIN task_class ON task_class.id = coalesce(own.class_id, whole.class_id)
       ORDER BY wanted.key, task.id`,
      [wanted],
    )) {
      labels.set(imageId, [...(labels.get(imageId) ?? []), mark]);
    }
    const flags = flagsOf(this.project, ids);
    return rows.map((row) => ({
      ...row,
      labels: labels.get(row.imageId) ?? [],
      flags: flags.get(row.imageId) ?? [],
    }));
  }

  /** Patients with images that pass the filter, by pseudonym; whatever place the filter names. */
  patients(filter: BrowseFilter, offset: number, limit: number): { total: number; patients: BrowsedPatient[] } {
    const { patients } = this.groups({ ...filter, place: null });
    const page = patients.slice(offset, offset + limit);
    const rows = this.project.catalogue.database.all<{ id: number; pseudonym: string }>(
      'SELECT id, pseudonym FROM patient WHERE pseudonym IN (SELECT value FROM json_each(?))',
      [JSON.stringify(page.map(({ pseudonym }) => pseudonym))],
    );
    const ids = new Map(rows.map(({ id, pseudonym }) => [pseudonym, id]));
    return {
      total: patients.length,
      patients: page.map((patient) => ({ patientId: ids.get(patient.pseudonym) ?? 0, ...patient })),
    };
  }

  /** Studies of a patient, oldest first, each with its series, as far as they have images that pass the filter. */
  studies(filter: BrowseFilter, patientId: number): BrowsedStudy[] {
    const { database } = this.project.catalogue;
    const { groups } = this.groups({ ...filter, place: { patientId } });
    const rows = database.all<Omit<BrowsedSeries, 'images'> & Omit<BrowsedStudy, 'images' | 'series'> & Described>(
      `SELECT series.id AS seriesId, number, series.description, modality, body_part AS bodyPart, study.id AS studyId,
              date, study.description AS studyDescription
       FROM study JOIN series ON series.study_id = study.id WHERE patient_id = ?`,
      [patientId],
    );
    const facts = new Map(rows.map((row) => [row.seriesId, row]));
    const studies: BrowsedStudy[] = [];
    for (const { seriesId, images } of groups) {
      const row = facts.get(seriesId);
      if (row === undefined) continue;
      const { studyId, date, studyDescription, ...series } = row;
      let study = studies.at(-1);
      if (study?.studyId !== studyId) {
        study = { studyId, date, description: studyDescription, images: 0, series: [] };
        studies.push(study);
      }
      study.images += images;
      study.series.push({ ...series, images });
    }
    return studies;
  }

  /** How many images each choice would show. @param task whose classes are counted; null for none */
  facets(filter: BrowseFilter, task: string | null): Facets {
    const all = this.valueCounts(filter);
    const matching = (wanted: string | null, value: string) => wanted === null || wanted === value;
    return {
      modalities: tally(
        all
          .filter(({ bodyPart }) => matching(filter.bodyPart, bodyPart))
          .map(({ modality, images }) => ({ value: modality, images })),
      ),
      bodyParts: tally(
        all
          .filter(({ modality }) => matching(filter.modality, modality))
          .map(({ bodyPart, images }) => ({ value: bodyPart, images })),
      ),
      labels: task === null ? null : this.labelCounts(filter, task),
      flags: this.flags(),
    };
  }

  /** Images of a series as a stack: all that are there, by instance number. */
  stack(seriesId: number): { imageId: number; frames: number }[] {
    return this.project.catalogue.database.all<{ imageId: number; frames: number }>(
      `SELECT id AS imageId, frames FROM image INDEXED BY image_series WHERE series_id = ? AND available = 1
       ORDER BY ${NUMBER}, id`,
      [seriesId],
    );
  }

  /** The file of an image. @throws PretextError `not-found`. */
  path(imageId: number): string {
    const row = this.project.catalogue.database.one<{ path: string }>('SELECT path FROM image WHERE id = ?', [imageId]);
    if (row !== undefined) return row.path;
    throw new PretextError({ code: 'not-found', message: 'This image is no longer in the project.' });
  }

  private valueCounts(filter: BrowseFilter): { modality: string; bodyPart: string; images: number }[] {
    const others = { ...filter, modality: null, bodyPart: null };
    const { passing } = browseScan(this.project, others);
    return this.keep(`values ${JSON.stringify(others)}`, () =>
      this.project.catalogue.database.all(
        `${passing.sql} SELECT coalesce(modality, '') AS modality, coalesce(body_part, '') AS bodyPart, sum(n) AS images
         FROM passing GROUP BY 1, 2 HAVING sum(n) > 0`,
        passing.values,
      ),
    );
  }

  private flags(): Facets['flags'] {
    return this.keep('flags', () => {
      const left = new Set(leftOutFlags(this.project));
      return flagCounts(this.project).map(({ flag, images }) => ({ flag, images, leftOut: left.has(flag) }));
    });
  }

  private labelCounts(filter: BrowseFilter, taskName: string): Facets['labels'] {
    const task = getTask(this.project, taskName);
    const others = { ...filter, label: null };
    const total = this.count(others);
    const counts = this.keep(`labels ${task.id} ${JSON.stringify(others)}`, () =>
      this.ownLabels(others, task.id).concat(this.seriesLabels(others, task.id)),
    );
    const ofClass = new Map<number, number>();
    for (const { classId, images } of counts) ofClass.set(classId, (ofClass.get(classId) ?? 0) + images);
    const classes = task.classes.map(({ id }) => ofClass.get(id) ?? 0);
    return { classes, unlabelled: total - classes.reduce((sum, images) => sum + images, 0) };
  }

  /** Images that pass, by the class that they themselves were given. */
  private ownLabels(filter: BrowseFilter, taskId: number): { classId: number; images: number }[] {
    const { passing, image } = browseScan(this.project, filter);
    return this.project.catalogue.database.all(
      `${passing.sql} SELECT image_label.class_id AS classId, count(*) AS images FROM image_label
       CROSS JOIN image ON image.id = image_label.image_id JOIN passing ON passing.id = image.series_id
       WHERE task_id = ? AND class_id IS NOT NULL AND image.available = 1 AND ${image.sql} GROUP BY 1`,
      [...passing.values, taskId, ...image.values],
    );
  }

  /** Images that pass without a label of their own, by the class that their series was given. */
  private seriesLabels(filter: BrowseFilter, taskId: number): { classId: number; images: number }[] {
    const { passing, image } = browseScan(this.project, filter);
    return this.project.catalogue.database.all(
      `${passing.sql} SELECT series_label.class_id AS classId, count(*) AS images FROM series_label
       JOIN passing ON passing.id = series_label.series_id
       CROSS JOIN image INDEXED BY image_series ON image.series_id = series_label.series_id
       WHERE task_id = ? AND class_id IS NOT NULL AND image.available = 1 AND ${image.sql}
         AND NOT EXISTS (SELECT 1 FROM image_label AS own
           WHERE own.task_id = ? AND own.image_id = image.id AND own.class_id IS NOT NULL) GROUP BY 1`,
      [...passing.values, taskId, ...image.values, taskId],
    );
  }

  private list(filter: BrowseFilter): BrowseList {
    return this.keep(`list ${JSON.stringify(filter)}`, () => {
      const { passing } = browseScan(this.project, filter);
      // Two texts instead of a row for each series: the way out of SQLite costs more than the walk.
      const row = this.project.catalogue.database.one<{ series: string; counts: string }>(
        `${passing.sql} SELECT json_group_array(id) AS series, json_group_array(n) AS counts
         FROM (SELECT id, n FROM passing WHERE n > 0 ORDER BY browse_key)`,
        passing.values,
      );
      const series = JSON.parse(row?.series ?? '[]') as number[];
      const counts = JSON.parse(row?.counts ?? '[]') as number[];
      const starts = [0];
      for (const count of counts) starts.push((starts.at(-1) ?? 0) + count);
      return { series, counts, starts };
    });
  }

  /** The tree of a list's series, from their keys. */
  private groups(filter: BrowseFilter): KeyGroups {
    return this.keep(`groups ${JSON.stringify(filter)}`, () => {
      const { series, counts } = this.list(filter);
      const row = this.project.catalogue.database.one<{ keys: string }>(
        `SELECT json_group_array(browse_key) AS keys FROM (
           SELECT browse_key FROM json_each(?) AS wanted CROSS JOIN series ON series.id = wanted.value
           ORDER BY wanted.key)`,
        [JSON.stringify(series)],
      );
      return groupsOf(JSON.parse(row?.keys ?? '[]') as string[], counts);
    });
  }

  /** A result from before, unless this or another process has written to the catalogue since. */
  private keep<T>(key: string, make: () => T): T {
    const version = this.project.catalogue.database.version();
    if (version !== this.version) this.kept.clear();
    this.version = version;
    const found = this.kept.get(key) as T | undefined;
    const value = found ?? make();
    this.kept.delete(key);
    this.kept.set(key, value);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
    return value;
  }
}

/** The last place whose value is at most `value`; `values` rise. */
function lastAtMost(values: readonly number[], value: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((values[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Described {
  studyDescription: string | null;
}
