/** @file Which images a person wants to see, as the SQL that walks them in order. */

import type { SqlValue } from './database.js';
import { type Flag, HAS_ANY_FLAG, HAS_FLAG } from './flags.js';
import type { Project } from './project.js';
import { getClass, getTask } from './tasks.js';

export type BrowsePlace = { patientId: number } | { studyId: number } | { seriesId: number };

export type BrowseLabel =
  | { kind: 'labelled' | 'unlabelled'; task: string }
  | { kind: 'class'; task: string; className: string };

/** Every condition must hold; null and the empty text mean any. */
export interface BrowseFilter {
  place: BrowsePlace | null;
  /** '' for images whose file does not say; so also the body part. */
  modality: string | null;
  bodyPart: string | null;
  /** First and last study date, YYYYMMDD; images without a date pass neither. */
  from: string | null;
  to: string | null;
  label: BrowseLabel | null;
  /** Images with this flag of quality; 'any' or 'none': with one at least, or without. */
  flag: Flag | 'any' | 'none' | null;
  /** Words that must each occur in the pseudonym, the study's or the series' description, in any case. */
  text: string;
}

export const ANY_IMAGE: BrowseFilter = {
  place: null,
  modality: null,
  bodyPart: null,
  from: null,
  to: null,
  label: null,
  flag: null,
  text: '',
};

/** `FROM ... WHERE ...` over `image` and what the conditions need, walked in the order of `image.browse_key`. */
export interface BrowseScan {
  from: string;
  where: string;
  values: SqlValue[];
  /** Whether an index gives that order, or the few rows of a place have to be sorted. */
  ordered: boolean;
}

/** More words than anybody types; each costs time for every image. */
const MAX_WORDS = 8;

/** The class in force for the task `?`, `?` of an image: its own label, else its series'. */
export const CLASS_IN_FORCE = `coalesce(
  (SELECT class_id FROM image_label WHERE image_label.task_id = ? AND image_label.image_id = image.id),
  (SELECT class_id FROM series_label WHERE series_label.task_id = ? AND series_label.series_id = image.series_id))`;

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}

/** SQLite's LIKE ignores the case of ASCII letters only; the other forms of a word stand beside it. */
function formsOf(word: string): string[] {
  return [...new Set([word, word.toLocaleLowerCase(), word.toLocaleUpperCase()])].map(
    (form) => `%${escapeLike(form)}%`,
  );
}

function seriesOf(place: BrowsePlace): { sql: string; id: number } {
  if ('seriesId' in place) return { sql: '= ?', id: place.seriesId };
  if ('studyId' in place) return { sql: 'IN (SELECT id FROM series WHERE study_id = ?)', id: place.studyId };
  const sql = 'IN (SELECT series.id FROM study JOIN series ON series.study_id = study.id WHERE patient_id = ?)';
  return { sql, id: place.patientId };
}

/**
 * @param columns whether columns of `series` are selected, so that it has to be joined whatever the conditions are
 * @throws PretextError `not-found` (task, class).
 */
export function browseScan(project: Project, filter: BrowseFilter, columns?: 'series'): BrowseScan {
  const where = ['image.available = 1'];
  const values: SqlValue[] = [];
  const must = (condition: string, ...bound: SqlValue[]) => {
    where.push(condition);
    values.push(...bound);
  };
  if (filter.place !== null) {
    const { sql, id } = seriesOf(filter.place);
    must(`image.series_id ${sql}`, id);
  }
  if (filter.modality !== null) must("coalesce(series.modality, '') = ?", filter.modality);
  if (filter.bodyPart !== null) must("coalesce(series.body_part, '') = ?", filter.bodyPart);
  if (filter.from !== null) must('study.date >= ?', filter.from);
  if (filter.to !== null) must('study.date <= ?', filter.to);
  if (filter.label !== null) {
    const task = getTask(project, filter.label.task);
    if (filter.label.kind === 'class') {
      must(`${CLASS_IN_FORCE} = ?`, task.id, task.id, getClass(task, filter.label.className).id);
    } else {
      must(`${CLASS_IN_FORCE} IS ${filter.label.kind === 'labelled' ? 'NOT NULL' : 'NULL'}`, task.id, task.id);
    }
  }
  if (filter.flag === 'any') must(HAS_ANY_FLAG);
  else if (filter.flag === 'none') must(`NOT ${HAS_ANY_FLAG}`);
  else if (filter.flag !== null) must(HAS_FLAG, filter.flag, filter.flag);
  const words = filter.text.split(/\s+/).filter((word) => word !== '');
  for (const word of words.slice(0, MAX_WORDS)) {
    const forms = formsOf(word);
    const like = (column: string) => forms.map(() => `${column} LIKE ? ESCAPE '\\'`).join(' OR ');
    must(
      `(${like('series.description')} OR ${like('study.description')} OR ${like('patient.pseudonym')})`,
      ...forms,
      ...forms,
      ...forms,
    );
  }
  const ordered = filter.place === null;
  // A table is joined only where a condition asks for it: each costs a look-up for every image.
  const needsPatient = words.length > 0;
  const needsStudy = needsPatient || filter.from !== null || filter.to !== null;
  const needsSeries = columns === 'series' || needsStudy || filter.modality !== null || filter.bodyPart !== null;
  const from = [
    `image INDEXED BY ${ordered ? 'image_browse' : 'image_series'}`,
    ...(needsSeries ? ['series ON series.id = image.series_id'] : []),
    ...(needsStudy ? ['study ON study.id = series.study_id'] : []),
    ...(needsPatient ? ['patient ON patient.id = study.patient_id'] : []),
  ];
  return { from: from.join(' CROSS JOIN '), where: where.join(' AND '), values, ordered };
}
