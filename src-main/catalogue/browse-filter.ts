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
  /** Words that must each occur in the pseudonym, a description of study or series, or the manufacturer, in any case. */
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

/** SQL with the values that its question marks stand for. */
export interface Bound {
  sql: string;
  values: SqlValue[];
}

/** The search of a filter: over series as far as it can, since there are far fewer of them than images. */
export interface BrowseScan {
  /**
   * `WITH ..., passing AS (...)`: a row for each series that may hold such images, with its id, browse_key, modality,
   * body_part and `n`, the number of its images that pass.
   */
  passing: Bound;
  /** What an image of such a series must be besides: conditions over `image`. */
  image: Bound;
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

function placeCondition(place: BrowsePlace): Bound {
  if ('seriesId' in place) return { sql: 'series.id = ?', values: [place.seriesId] };
  if ('studyId' in place) return { sql: 'series.study_id = ?', values: [place.studyId] };
  return { sql: 'study.patient_id = ?', values: [place.patientId] };
}

/** What a filter asks of single images, in three ways: of one image, and of how many of a series pass. */
interface ImageCondition {
  /** Over `image`. */
  image: Bound;
  /** A table expression that counts in `series_id` and `n` the images that are named one by one. */
  named: Bound;
  /** How many images of `series` pass, where `named.n` of them are named. */
  count: Bound;
}

function flagCondition(flag: NonNullable<BrowseFilter['flag']>): ImageCondition {
  const one = flag !== 'any' && flag !== 'none';
  const values = one ? [flag] : [];
  const such = one ? 'flag = ?' : '1';
  const named = `SELECT image.series_id, count(DISTINCT image.id) AS n
    FROM image_flag CROSS JOIN image ON image.id = image_flag.image_id WHERE ${such} AND image.available = 1 GROUP BY 1`;
  const flagged = `CASE WHEN EXISTS (SELECT 1 FROM series_flag WHERE series_id = series.id AND ${such})
    THEN series.image_count ELSE coalesce(named.n, 0) END`;
  return {
    image: one
      ? { sql: HAS_FLAG, values: [flag, flag] }
      : { sql: flag === 'any' ? HAS_ANY_FLAG : `NOT ${HAS_ANY_FLAG}`, values: [] },
    named: { sql: named, values },
    count: { sql: flag === 'none' ? `series.image_count - ${flagged}` : flagged, values },
  };
}

function labelCondition(project: Project, label: BrowseLabel): ImageCondition {
  const task = getTask(project, label.task);
  const wanted = label.kind === 'class' ? getClass(task, label.className).id : null;
  const test = wanted !== null ? '= ?' : label.kind === 'labelled' ? 'IS NOT NULL' : 'IS NULL';
  const last = wanted === null ? [] : [wanted];
  const counted = wanted === null ? 'count(*)' : 'count(*) FILTER (WHERE class_id = ?)';
  const named = `SELECT image.series_id, ${counted} AS n, count(*) AS labelled
    FROM image_label CROSS JOIN image ON image.id = image_label.image_id
    WHERE task_id = ? AND class_id IS NOT NULL AND image.available = 1 GROUP BY 1`;
  const whole = `EXISTS (SELECT 1 FROM series_label
    WHERE task_id = ? AND series_id = series.id AND class_id ${wanted === null ? 'IS NOT NULL' : '= ?'})`;
  // A label of the series holds for its images that have none of their own.
  const rest = '(series.image_count - coalesce(named.labelled, 0))';
  const passing = `coalesce(named.n, 0) + ${whole} * ${rest}`;
  return {
    image: { sql: `${CLASS_IN_FORCE} ${test}`, values: [task.id, task.id, ...last] },
    named: { sql: named, values: [...last, task.id] },
    count: {
      sql: label.kind === 'unlabelled' ? `series.image_count - (${passing})` : passing,
      values: [task.id, ...last],
    },
  };
}

/** Where a filter asks two things of each image, the images of each series are looked at. */
function together(conditions: readonly ImageCondition[]): ImageCondition {
  const [only, ...others] = conditions;
  if (only !== undefined && others.length === 0) return only;
  const image = {
    sql: ['image.available = 1', ...conditions.map(({ image: { sql } }) => sql)].join(' AND '),
    values: conditions.flatMap(({ image: { values } }) => values),
  };
  const count =
    only === undefined
      ? { sql: 'series.image_count', values: [] }
      : {
          sql: `(SELECT count(*) FROM image INDEXED BY image_series WHERE image.series_id = series.id AND ${image.sql})`,
          values: image.values,
        };
  return { image, named: { sql: 'SELECT 0 AS series_id, 0 AS n WHERE 0', values: [] }, count };
}

/** @throws PretextError `not-found` (task, class). */
export function browseScan(project: Project, filter: BrowseFilter): BrowseScan {
  const where: string[] = ['series.image_count > 0'];
  const values: SqlValue[] = [];
  const must = (condition: string, ...bound: SqlValue[]) => {
    where.push(condition);
    values.push(...bound);
  };
  if (filter.place !== null) {
    const place = placeCondition(filter.place);
    must(place.sql, ...place.values);
  }
  if (filter.modality !== null) must("coalesce(series.modality, '') = ?", filter.modality);
  if (filter.bodyPart !== null) must("coalesce(series.body_part, '') = ?", filter.bodyPart);
  if (filter.from !== null) must('study.date >= ?', filter.from);
  if (filter.to !== null) must('study.date <= ?', filter.to);
  const words = filter.text.split(/\s+/).filter((word) => word !== '');
  for (const word of words.slice(0, MAX_WORDS)) {
    const forms = formsOf(word);
    const columns = ['series.description', 'study.description', 'patient.pseudonym', 'series.manufacturer'];
    const likes = columns.flatMap((column) => forms.map(() => `${column} LIKE ? ESCAPE '\\'`));
    must(`(${likes.join(' OR ')})`, ...columns.flatMap(() => forms));
  }
  const asked: ImageCondition[] = [];
  if (filter.label !== null) asked.push(labelCondition(project, filter.label));
  if (filter.flag !== null) asked.push(flagCondition(filter.flag));
  const { image, named, count } = together(asked);
  // A table is joined only where a condition asks for it.
  const needsPatient = words.length > 0;
  const needsStudy =
    needsPatient ||
    filter.from !== null ||
    filter.to !== null ||
    (filter.place !== null && 'patientId' in filter.place);
  const from =
    filter.place === null
      ? [
          'series INDEXED BY series_browse',
          ...(needsStudy ? ['study ON study.id = series.study_id'] : []),
          ...(needsPatient ? ['patient ON patient.id = study.patient_id'] : []),
        ].join(' CROSS JOIN ')
      : `series${needsStudy ? ' JOIN study ON study.id = series.study_id' : ''}${
          needsPatient ? ' JOIN patient ON patient.id = study.patient_id' : ''
        }`;
  const counted = asked.length === 1;
  const sql = `WITH ${counted ? `named AS MATERIALIZED (${named.sql}), ` : ''}passing AS (
    SELECT series.id AS id, series.browse_key AS browse_key, series.modality AS modality,
           series.body_part AS body_part, ${count.sql} AS n
    FROM ${from}${counted ? ' LEFT JOIN named ON named.series_id = series.id' : ''}
    WHERE ${where.join(' AND ')} ORDER BY series.browse_key)`;
  return {
    passing: { sql, values: [...(counted ? named.values : []), ...count.values, ...values] },
    image: { sql: image.sql, values: image.values },
  };
}
