/** @file Writes what a header says into the catalogue: patient, study, series, image, file. */

import { dirname } from 'node:path';
import { addressExists, entryAddress } from '../dicom/address.js';
import type { ImageHeader } from '../dicom/header.js';
import type { Database, SqlValue } from './database.js';
import { patientKey, pseudonym } from './pseudonym.js';
import { storedGeometry } from './series-images.js';
import type { FoundFile } from './walk.js';

/** The rows an image belongs to. */
export interface ImageRows {
  imageId: number;
  seriesId: number;
  studyId: number;
  patientId: number;
}

/**
 * added: the project did not have this image; known: this very file is its image's file; duplicate: another file
 * that exists holds the same image.
 */
export type Recorded = ImageRows & { outcome: 'added' | 'known' | 'duplicate' };

/** A value DICOM may give as NaN or infinity becomes NULL. */
function finite(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : null;
}

function json(values: number[] | null): string | null {
  return values === null ? null : JSON.stringify(values);
}

/** Columns of `image` that come from the header. */
const FACTS: readonly [column: string, value: (header: ImageHeader) => SqlValue][] = [
  ['kind', (h) => h.kind],
  ['transfer_syntax_uid', (h) => h.transferSyntaxUID],
  ['sop_class_uid', (h) => h.sopClassUID],
  ['instance_number', (h) => finite(h.instanceNumber)],
  ['rows', (h) => h.rows],
  ['columns', (h) => h.columns],
  ['frames', (h) => h.numberOfFrames],
  ['samples_per_pixel', (h) => h.samplesPerPixel],
  ['photometric', (h) => h.photometricInterpretation],
  ['bits_allocated', (h) => h.bitsAllocated],
  ['bits_stored', (h) => h.bitsStored],
  ['pixel_representation', (h) => h.pixelRepresentation],
  ['rescale_slope', (h) => finite(h.rescaleSlope) ?? 1],
  ['rescale_intercept', (h) => finite(h.rescaleIntercept) ?? 0],
  ['window_center', (h) => finite(h.windowCenter)],
  ['window_width', (h) => finite(h.windowWidth)],
  ['laterality', (h) => h.laterality],
  ['view_position', (h) => h.viewPosition],
  ['row_spacing', (h) => finite(h.pixelSpacing?.[0])],
  ['column_spacing', (h) => finite(h.pixelSpacing?.[1])],
  ['slice_thickness', (h) => finite(h.sliceThickness)],
  ['position', (h) => json(h.imagePositionPatient)],
  ['orientation', (h) => json(h.imageOrientationPatient)],
  ['burned_in', (h) => h.burnedInAnnotation],
  ['geometry', (h) => storedGeometry(h.geometry)],
];

const COLUMNS = FACTS.map(([column]) => column);
const INSERT_IMAGE = `INSERT INTO image (series_id, path, sop_instance_uid, content_hash, ${COLUMNS.join(', ')})
  VALUES (?, ?, ?, ?, ${COLUMNS.map(() => '?').join(', ')})`;
const UPDATE_IMAGE = `UPDATE image SET series_id = ?, path = ?, available = 1,
  ${COLUMNS.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`;

type KnownRow = ImageRows & { path: string };

/** Rows that are remembered at once; the files of a series stand together, so few are enough. */
const MOST_KEPT_IDS = 20_000;

/** Records files one by one; the caller puts many of them into one transaction. */
export class ImageRecorder {
  /** Row ids of patients, studies and series seen so far, by table and key. */
  private readonly ids = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly salt: Uint8Array,
  ) {}

  /** The image of a file that was read before and did not change since (size and time), or null. */
  recall(file: FoundFile): Recorded | null {
    const row = this.database.one<KnownRow>(
      `SELECT image.id AS imageId, series_id AS seriesId, study_id AS studyId, patient_id AS patientId, image.path
       FROM file JOIN image ON image.id = file.image_id JOIN series ON series.id = image.series_id
       JOIN study ON study.id = series.study_id
       WHERE file.path = ? AND size = ? AND mtime_ms = ? AND available = 1
         AND (geometry IS NOT NULL OR kind <> 'dicom')`,
      [file.path, file.size, file.mtimeMs],
    );
    if (row === undefined) return null;
    const { path, ...rows } = row;
    if (path === file.path) return { ...rows, outcome: 'known' };
    // The file its image was read from is gone: reading it again makes this one the image's file.
    return addressExists(path) ? { ...rows, outcome: 'duplicate' } : null;
  }

  /** Stores an image file. An image the project has (SOPInstanceUID, else content hash) is not added again. */
  recordImage(file: FoundFile, header: ImageHeader): Recorded {
    const identity = header.sopInstanceUID ?? header.contentHash;
    const column = header.sopInstanceUID === null ? 'content_hash' : 'sop_instance_uid';
    const found = this.database.one<KnownRow & { available: number }>(
      `SELECT image.id AS imageId, series_id AS seriesId, study_id AS studyId, patient_id AS patientId, image.path,
              available
       FROM image JOIN series ON series.id = image.series_id JOIN study ON study.id = series.study_id
       WHERE image.${column} = ?`,
      [identity],
    );
    const elsewhere =
      found !== undefined && found.available === 1 && found.path !== file.path && addressExists(found.path);
    if (elsewhere) {
      const { imageId, seriesId, studyId, patientId } = found;
      this.setFile(file, imageId, null);
      return { imageId, seriesId, studyId, patientId, outcome: 'duplicate' };
    }
    const parents = this.recordParents(file, header);
    const facts = FACTS.map(([, value]) => value(header));
    if (found === undefined) {
      const contentHash = header.sopInstanceUID === null ? header.contentHash : null;
      const imageId = this.database.run(INSERT_IMAGE, [
        parents.seriesId,
        file.path,
        header.sopInstanceUID,
        contentHash,
        ...facts,
      ]).id;
      this.setFile(file, imageId, null);
      return { imageId, ...parents, outcome: 'added' };
    }
    this.setFile(file, found.imageId, null);
    this.database.run(UPDATE_IMAGE, [parents.seriesId, file.path, ...facts, found.imageId]);
    return { imageId: found.imageId, ...parents, outcome: 'known' };
  }

  /** Notes a file that could not be taken in. */
  recordSkipped(file: FoundFile, reason: string): void {
    this.setFile(file, null, reason);
  }

  /** Takes a file off the list of skipped ones. */
  forgetSkipped(file: FoundFile): void {
    this.database.run('DELETE FROM file WHERE path = ? AND image_id IS NULL', [file.path]);
  }

  /** Notes that an archive or a directory of a medium was read as it is now. */
  recordContainer(file: FoundFile): void {
    this.database.run(
      `INSERT INTO container (path, size, mtime_ms) VALUES (?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ms = excluded.mtime_ms`,
      [file.path, file.size, file.mtimeMs],
    );
  }

  /** Takes entries off the catalogue that an archive no longer holds: their images are not there any more. */
  forgetRemoved(archive: string, held: ReadonlySet<string>): void {
    // Code units from '/' to '0', its successor: every address that begins with the archive's.
    const known = this.database.all<{ path: string; imageId: number | null }>(
      'SELECT path, image_id AS imageId FROM file WHERE path > ? AND path < ?',
      [entryAddress(archive, ''), `${archive}!0`],
    );
    for (const { path, imageId } of known) {
      if (held.has(path)) continue;
      this.database.run('DELETE FROM file WHERE path = ?', [path]);
      if (imageId !== null) this.detach(imageId, path);
    }
  }

  private recordParents(file: FoundFile, header: ImageHeader): Omit<ImageRows, 'imageId'> {
    const name = pseudonym(patientKey(header, file.path), this.salt);
    const patientId = this.findOrInsert('patient', ['pseudonym'], [name], {});
    const folder = `folder:${dirname(file.path)}`;
    const studyId = this.findOrInsert('study', ['patient_id', 'uid'], [patientId, header.studyInstanceUID ?? folder], {
      date: header.studyDate,
      description: header.studyDescription,
    });
    const seriesId = this.findOrInsert('series', ['study_id', 'uid'], [studyId, header.seriesInstanceUID ?? folder], {
      number: finite(header.seriesNumber),
      description: header.seriesDescription,
      modality: header.modality,
      body_part: header.bodyPartExamined,
      manufacturer: header.manufacturer,
    });
    return { patientId, studyId, seriesId };
  }

  private findOrInsert(
    table: 'patient' | 'study' | 'series',
    keyColumns: string[],
    key: SqlValue[],
    facts: Record<string, SqlValue>,
  ): number {
    const cacheKey = `${table}\0${key.join('\0')}`;
    const cached = this.ids.get(cacheKey);
    if (cached !== undefined) return cached;
    const where = keyColumns.map((column) => `${column} = ?`).join(' AND ');
    const found = this.database.one<{ id: number }>(`SELECT id FROM ${table} WHERE ${where}`, key);
    const columns = [...keyColumns, ...Object.keys(facts)];
    const id =
      found?.id ??
      this.database.run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`, [
        ...key,
        ...Object.values(facts),
      ]).id;
    if (this.ids.size >= MOST_KEPT_IDS) this.ids.clear();
    this.ids.set(cacheKey, id);
    return id;
  }

  private setFile(file: FoundFile, imageId: number | null, reason: string | null): void {
    const before = this.database.one<{ imageId: number | null }>(
      'SELECT image_id AS imageId FROM file WHERE path = ?',
      [file.path],
    );
    this.database.run(
      `INSERT INTO file (path, size, mtime_ms, image_id, reason) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ms = excluded.mtime_ms,
         image_id = excluded.image_id, reason = excluded.reason`,
      [file.path, file.size, file.mtimeMs, imageId, reason],
    );
    if (before !== undefined && before.imageId !== null && before.imageId !== imageId) {
      this.detach(before.imageId, file.path);
    }
  }

  /** The file at `path` holds other content now: its old image is read from another copy, or is unavailable. */
  private detach(imageId: number, path: string): void {
    const copies = this.database.all<{ path: string }>('SELECT path FROM file WHERE image_id = ? ORDER BY path', [
      imageId,
    ]);
    const copy = copies.find((candidate) => addressExists(candidate.path));
    if (copy === undefined) {
      this.database.run('UPDATE image SET available = 0 WHERE id = ? AND path = ?', [imageId, path]);
    } else {
      this.database.run('UPDATE image SET path = ? WHERE id = ? AND path = ?', [copy.path, imageId, path]);
    }
  }
}
