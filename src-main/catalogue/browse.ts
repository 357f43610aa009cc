/**
 * @file Looking through the images of a project: pages of any filter, the tree of patients, studies and series, and how
 * many images each choice of a filter would show. A filter is walked once; what it gives is kept until the catalogue
 * changes, so that scrolling costs a few look-ups for each page and never another walk.
 */

import { PretextError } from '../base/errors.js';
import { type BrowseFilter, browseScan, CLASS_IN_FORCE } from './browse-filter.js';
import { groupsOf, IMAGE_TAIL, type KeyGroups } from './browse-key.js';
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

interface BrowseList {
  /** Of images, in order, and beside each that of its series. */
  ids: number[];
  series: number[];
}

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
    return this.list(filter).ids.length;
  }

  /** Images `offset` to `offset + limit` of the filter, ordered by pseudonym, study date, series and instance number. */
  page(filter: BrowseFilter, offset: number, limit: number): BrowsedImage[] {
    return this.images(this.list(filter).ids.slice(offset, offset + limit));
  }

  /** Place of an image among those of the filter, or -1. */
  position(filter: BrowseFilter, imageId: number): number {
    return this.list(filter).ids.indexOf(imageId);
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
       ORDER BY browse_key`,
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
    const scan = browseScan(this.project, others, 'series');
    return this.keep(`values ${JSON.stringify(others)}`, () =>
      this.project.catalogue.database.all(
        `SELECT coalesce(series.modality, '') AS modality, coalesce(series.body_part, '') AS bodyPart,
                count(*) AS images
         FROM ${scan.from} WHERE ${scan.where} GROUP BY 1, 2`,
        scan.values,
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
    const scan = browseScan(this.project, { ...filter, label: null });
    const rows = this.keep(`labels ${task.id} ${JSON.stringify({ ...filter, label: null })}`, () =>
      this.project.catalogue.database.all<{ classId: number | null; images: number }>(
        `SELECT ${CLASS_IN_FORCE} AS classId, count(*) AS images FROM ${scan.from} WHERE ${scan.where} GROUP BY 1`,
        [task.id, task.id, ...scan.values],
      ),
    );
    const counts = new Map(rows.map(({ classId, images }) => [classId, images]));
    return { classes: task.classes.map(({ id }) => counts.get(id) ?? 0), unlabelled: counts.get(null) ?? 0 };
  }

  private list(filter: BrowseFilter): BrowseList {
    return this.keep(`list ${JSON.stringify(filter)}`, () => {
      const scan = browseScan(this.project, filter);
      // Two texts instead of 50,000 rows: the way out of SQLite costs more than the walk.
      const row = this.project.catalogue.database.one<{ ids: string; series: string }>(
        `SELECT json_group_array(id) AS ids, json_group_array(series_id) AS series FROM (
           SELECT image.id, image.series_id FROM ${scan.from} WHERE ${scan.where} ORDER BY image.browse_key)`,
        scan.values,
      );
      return { ids: JSON.parse(row?.ids ?? '[]') as number[], series: JSON.parse(row?.series ?? '[]') as number[] };
    });
  }

  /** The series and patients of a list, from the key of each series' first image. */
  private groups(filter: BrowseFilter): KeyGroups {
    return this.keep(`groups ${JSON.stringify(filter)}`, () => {
      const { ids, series } = this.list(filter);
      const starts = series.flatMap((seriesId, index) => (seriesId === series[index - 1] ? [] : [index]));
      const row = this.project.catalogue.database.one<{ keys: string }>(
        `SELECT json_group_array(key) AS keys FROM (
           SELECT substr(browse_key, 1, length(browse_key) - ${IMAGE_TAIL}) AS key
           FROM json_each(?) AS wanted CROSS JOIN image ON image.id = wanted.value ORDER BY wanted.key)`,
        [JSON.stringify(starts.map((start) => ids[start]))],
      );
      const counts = starts.map((start, index) => (starts[index + 1] ?? ids.length) - start);
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

interface Described {
  studyDescription: string | null;
}
