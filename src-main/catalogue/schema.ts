/** @file The tables of the catalogue, and how an older catalogue becomes a newer one. */

import { PretextError } from '../base/errors.js';
import type { Database } from './database.js';

/**
 * Each entry leads from the version of its index to the next; `PRAGMA user_version` holds the version. Entries that
 * were ever released are not changed any more: a new version is a new entry.
 */
const MIGRATIONS: readonly string[] = [
  `
  -- The one place where a patient's name and identifier are kept; everything else knows the pseudonym.
  CREATE TABLE patient (
    id INTEGER PRIMARY KEY,
    pseudonym TEXT NOT NULL UNIQUE,
    patient_id TEXT,
    patient_name TEXT,
    sex TEXT,
    birth_date TEXT
  ) STRICT;

  -- uid: StudyInstanceUID, or 'folder:' and the path where a file has none.
  CREATE TABLE study (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patient(id),
    uid TEXT NOT NULL,
    date TEXT,
    description TEXT,
    UNIQUE (patient_id, uid)
  ) STRICT;

  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    study_id INTEGER NOT NULL REFERENCES study(id),
    uid TEXT NOT NULL,
    number INTEGER,
    description TEXT,
    modality TEXT,
    body_part TEXT,
    manufacturer TEXT,
    UNIQUE (study_id, uid)
  ) STRICT;
  CREATE INDEX series_modality ON series (modality, body_part);

  -- One SOP instance or picture. available = 0: the file at path was replaced by other content; labels are kept.
  CREATE TABLE image (
    id INTEGER PRIMARY KEY,
    series_id INTEGER NOT NULL REFERENCES series(id),
    path TEXT NOT NULL,
    available INTEGER NOT NULL DEFAULT 1,
    sop_instance_uid TEXT UNIQUE,
    content_hash TEXT UNIQUE,
    kind TEXT NOT NULL,
    transfer_syntax_uid TEXT,
    sop_class_uid TEXT,
    instance_number INTEGER,
    rows INTEGER NOT NULL,
    columns INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    samples_per_pixel INTEGER NOT NULL,
    photometric TEXT NOT NULL,
    bits_allocated INTEGER NOT NULL,
    bits_stored INTEGER NOT NULL,
    pixel_representation INTEGER NOT NULL,
    rescale_slope REAL NOT NULL,
    rescale_intercept REAL NOT NULL,
    window_center REAL,
    window_width REAL,
    laterality TEXT,
    view_position TEXT,
    row_spacing REAL,
    column_spacing REAL,
    slice_thickness REAL,
    position TEXT,
    orientation TEXT,
    burned_in TEXT,
    CHECK (sop_instance_uid IS NOT NULL OR content_hash IS NOT NULL)
  ) STRICT;
  CREATE INDEX image_series ON image (series_id, instance_number);
  CREATE INDEX image_path ON image (path);

  -- Every file that was ever looked at: it holds an image (several files may hold the same), or was skipped.
  CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ms INTEGER NOT NULL,
    image_id INTEGER REFERENCES image(id),
    reason TEXT,
    CHECK ((image_id IS NULL) <> (reason IS NULL))
  ) STRICT;
  CREATE INDEX file_image ON file (image_id) WHERE image_id IS NOT NULL;
  CREATE INDEX file_skipped ON file (path) WHERE reason IS NOT NULL;

  CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL
  ) STRICT;

  CREATE TABLE task_class (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES task(id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    colour TEXT NOT NULL,
    UNIQUE (task_id, name),
    UNIQUE (task_id, position)
  ) STRICT;

  -- The official split of a study, where its labels came with one.
  CREATE TABLE task_split (
    task_id INTEGER NOT NULL REFERENCES task(id),
    image_id INTEGER NOT NULL REFERENCES image(id),
    split TEXT NOT NULL CHECK (split IN ('train', 'val', 'test')),
    PRIMARY KEY (task_id, image_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX task_split_image ON task_split (image_id);

  -- One act of a person: a key press, a CSV file, an undo. Never changed or removed.
  CREATE TABLE label_action (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES task(id),
    author TEXT NOT NULL,
    time TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('user', 'csv', 'undo')),
    undoes INTEGER UNIQUE REFERENCES label_action(id)
  ) STRICT;
  CREATE INDEX label_action_task ON label_action (task_id);

  -- What an act did to one image or one series; class_id NULL removes the label. replaces: for an undo the event
  -- that was undone, else the event that was in force before.
  CREATE TABLE label_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    action_id INTEGER NOT NULL REFERENCES label_action(id),
    image_id INTEGER REFERENCES image(id),
    series_id INTEGER REFERENCES series(id),
    class_id INTEGER REFERENCES task_class(id),
    replaces INTEGER REFERENCES label_event(id),
    CHECK ((image_id IS NULL) <> (series_id IS NULL))
  ) STRICT;
  CREATE INDEX label_event_action ON label_event (action_id);
  CREATE INDEX label_event_image ON label_event (image_id) WHERE image_id IS NOT NULL;
  CREATE INDEX label_event_series ON label_event (series_id) WHERE series_id IS NOT NULL;

  CREATE TRIGGER label_action_no_update BEFORE UPDATE ON label_action
    BEGIN SELECT RAISE(ABORT, 'the label history is append-only'); END;
  CREATE TRIGGER label_action_no_delete BEFORE DELETE ON label_action
    BEGIN SELECT RAISE(ABORT, 'the label history is append-only'); END;
  CREATE TRIGGER label_event_no_update BEFORE UPDATE ON label_event
    BEGIN SELECT RAISE(ABORT, 'the label history is append-only'); END;
  CREATE TRIGGER label_event_no_delete BEFORE DELETE ON label_event
    BEGIN SELECT RAISE(ABORT, 'the label history is append-only'); END;

  -- The event in force for each labelled image and series, kept in step with the events in the same transaction.
  CREATE TABLE image_label (
    task_id INTEGER NOT NULL REFERENCES task(id),
    image_id INTEGER NOT NULL REFERENCES image(id),
    class_id INTEGER REFERENCES task_class(id),
    event_id INTEGER NOT NULL REFERENCES label_event(id),
    PRIMARY KEY (task_id, image_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE series_label (
    task_id INTEGER NOT NULL REFERENCES task(id),
    series_id INTEGER NOT NULL REFERENCES series(id),
    class_id INTEGER REFERENCES task_class(id),
    event_id INTEGER NOT NULL REFERENCES label_event(id),
    PRIMARY KEY (task_id, series_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What an act did to the mark of one image beside its label; mark NULL takes it away. replaces: as in label_event.
  CREATE TABLE mark_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    action_id INTEGER NOT NULL REFERENCES label_action(id),
    image_id INTEGER NOT NULL REFERENCES image(id),
    mark TEXT CHECK (mark IN ('unsure', 'skipped')),
    replaces INTEGER REFERENCES mark_event(id)
  ) STRICT;
  CREATE INDEX mark_event_action ON mark_event (action_id);
  CREATE INDEX mark_event_image ON mark_event (image_id);

  CREATE TRIGGER mark_event_no_update BEFORE UPDATE ON mark_event
    BEGIN SELECT RAISE(ABORT, 'the label history is append-only'); END;
  CREATE TRIGGER mark_event_no_delete BEFORE DELETE ON mark_event
    BEGIN SELECT RAISE(ABORT, 'the label history is append-only'); END;

  -- The mark in force, kept in step with the events in the same transaction.
  CREATE TABLE image_mark (
    task_id INTEGER NOT NULL REFERENCES task(id),
    image_id INTEGER NOT NULL REFERENCES image(id),
    mark TEXT CHECK (mark IN ('unsure', 'skipped')),
    event_id INTEGER NOT NULL REFERENCES mark_event(id),
    PRIMARY KEY (task_id, image_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Where an image stands among all images: patient, study, series, number. One index over it makes any page of the
  -- images a short walk. Its end has a fixed form, from which catalogue/browse.ts reads study and series.
  ALTER TABLE image ADD COLUMN browse_key TEXT;

  CREATE VIEW image_key AS
    SELECT image.id AS image_id,
           pseudonym || substr(coalesce(date, '') || '        ', 1, 8)
           || printf('%08x%09x%08x%09x%08x', study.id,
                     min(max(coalesce(series.number, 2147483647), -2147483648), 2147483647) + 2147483648, series.id,
                     min(max(coalesce(image.instance_number, 2147483647), -2147483648), 2147483647) + 2147483648,
                     image.id) AS browse_key
    FROM image JOIN series ON series.id = image.series_id JOIN study ON study.id = series.study_id
    JOIN patient ON patient.id = study.patient_id;

  UPDATE image SET browse_key = (SELECT browse_key FROM image_key WHERE image_id = image.id);
  CREATE INDEX image_browse ON image (browse_key, series_id) WHERE available = 1;

  CREATE TRIGGER image_browse_insert AFTER INSERT ON image
    BEGIN UPDATE image SET browse_key = (SELECT browse_key FROM image_key WHERE image_id = NEW.id) WHERE id = NEW.id; END;
  CREATE TRIGGER image_browse_update AFTER UPDATE OF series_id, instance_number ON image
    BEGIN UPDATE image SET browse_key = (SELECT browse_key FROM image_key WHERE image_id = NEW.id) WHERE id = NEW.id; END;
  `,
  `
  -- What the file says of its place in the patient beside position, orientation and spacing: dicom/image-geometry.ts as
  -- JSON; for one frame without the three. NULL: a picture, or read by an older Pretext.
  ALTER TABLE image ADD COLUMN geometry TEXT;

  -- The volumes of a series and what was noticed (volumes/assemble.ts as JSON). A series without a row is to be assessed.
  CREATE TABLE series_geometry (
    series_id INTEGER PRIMARY KEY REFERENCES series(id),
    volumes INTEGER NOT NULL,
    geometry TEXT NOT NULL
  ) STRICT;

  CREATE TRIGGER series_geometry_insert AFTER INSERT ON image
    BEGIN DELETE FROM series_geometry WHERE series_id = NEW.series_id; END;
  CREATE TRIGGER series_geometry_update AFTER UPDATE OF series_id, available, geometry ON image
    BEGIN DELETE FROM series_geometry WHERE series_id IN (OLD.series_id, NEW.series_id); END;

  -- What makes an image or a whole series doubtful for training; names as in catalogue/flags.ts.
  CREATE TABLE image_flag (
    image_id INTEGER NOT NULL REFERENCES image(id),
    flag TEXT NOT NULL,
    -- For a near-duplicate the image it resembles.
    other_id INTEGER REFERENCES image(id),
    PRIMARY KEY (image_id, flag)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX image_flag_name ON image_flag (flag, image_id);

  CREATE TABLE series_flag (
    series_id INTEGER NOT NULL REFERENCES series(id),
    flag TEXT NOT NULL,
    PRIMARY KEY (series_id, flag)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX series_flag_name ON series_flag (flag, series_id);

  -- What was measured on the cached pixels of an image: grey levels, and a perceptual hash of 64 bits in hexadecimal.
  CREATE TABLE image_measure (
    image_id INTEGER PRIMARY KEY REFERENCES image(id),
    levels INTEGER NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;

  -- Other pixels than those that were measured.
  CREATE TRIGGER image_measure_update AFTER UPDATE OF path ON image WHEN OLD.path <> NEW.path
    BEGIN DELETE FROM image_measure WHERE image_id = NEW.id; END;

  -- Flags whose images stay out of pretraining and are not suggested for labelling.
  CREATE TABLE left_out_flag (flag TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  `,
  `
  -- Where a series stands among all series (patient, study, number), and its images whose files are there with their
  -- frames: a search looks at series, of which there are far fewer, and at images only to show them. The form of the key
  -- is fixed: catalogue/browse-key.ts reads the study and the series from it.
  ALTER TABLE series ADD COLUMN browse_key TEXT;
  ALTER TABLE series ADD COLUMN image_count INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE series ADD COLUMN frame_count INTEGER NOT NULL DEFAULT 0;

  CREATE VIEW series_key AS
    SELECT series.id AS series_id,
           pseudonym || substr(coalesce(date, '') || '        ', 1, 8)
           || printf('%08x%09x%08x', study.id,
                     min(max(coalesce(series.number, 2147483647), -2147483648), 2147483647) + 2147483648,
                     series.id) AS browse_key
    FROM series JOIN study ON study.id = series.study_id JOIN patient ON patient.id = study.patient_id;

  UPDATE series SET browse_key = (SELECT browse_key FROM series_key WHERE series_id = series.id),
    image_count = (SELECT count(*) FROM image WHERE series_id = series.id AND available = 1),
    frame_count = (SELECT coalesce(sum(frames), 0) FROM image WHERE series_id = series.id AND available = 1);
  CREATE INDEX series_browse ON series (browse_key, study_id, modality, body_part, image_count);

  CREATE TRIGGER series_browse_insert AFTER INSERT ON series
    BEGIN UPDATE series SET browse_key = (SELECT browse_key FROM series_key WHERE series_id = NEW.id) WHERE id = NEW.id; END;

  CREATE TRIGGER series_count_insert AFTER INSERT ON image WHEN NEW.available = 1
    BEGIN UPDATE series SET image_count = image_count + 1, frame_count = frame_count + NEW.frames WHERE id = NEW.series_id; END;
  CREATE TRIGGER series_count_delete AFTER DELETE ON image WHEN OLD.available = 1
    BEGIN UPDATE series SET image_count = image_count - 1, frame_count = frame_count - OLD.frames WHERE id = OLD.series_id; END;
  CREATE TRIGGER series_count_update AFTER UPDATE OF series_id, available, frames ON image
    WHEN OLD.series_id <> NEW.series_id OR OLD.available <> NEW.available OR OLD.frames <> NEW.frames
    BEGIN
      UPDATE series SET image_count = image_count - OLD.available, frame_count = frame_count - OLD.available * OLD.frames
        WHERE id = OLD.series_id;
      UPDATE series SET image_count = image_count + NEW.available, frame_count = frame_count + NEW.available * NEW.frames
        WHERE id = NEW.series_id;
    END;

  -- Within a series by number, those without one last, then in the order of their arrival.
  DROP TRIGGER image_browse_insert;
  DROP TRIGGER image_browse_update;
  DROP INDEX image_browse;
  DROP VIEW image_key;
  ALTER TABLE image DROP COLUMN browse_key;
  DROP INDEX image_series;
  CREATE INDEX image_series ON image (series_id, coalesce(instance_number, 2147483647));
  `,
  `
  -- Who the patient is stays in the files, which show it when asked; here the pseudonym is all there is.
  ALTER TABLE patient DROP COLUMN patient_id;
  ALTER TABLE patient DROP COLUMN patient_name;
  ALTER TABLE patient DROP COLUMN sex;
  ALTER TABLE patient DROP COLUMN birth_date;
  `,
  `
  -- Archives and directories of media that were read, so that one that did not change is known again.
  CREATE TABLE container (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Images whose header is fine and whose pixels were refused; listed with the skipped files.
  CREATE TABLE pixel_refusal (
    image_id INTEGER PRIMARY KEY REFERENCES image(id),
    reason TEXT NOT NULL
  ) STRICT;

  -- Folders that the window watches while the project is open.
  CREATE TABLE watched_folder (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  `,
];

/** The version this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the catalogue to this program's version, in one transaction, so that a crash leaves the old or the new one.
 *
 * @param target stops at an earlier version; tests make old catalogues with it.
 * @throws PretextError `not-a-project` where a newer Pretext wrote it.
 */
export function migrate(database: Database, target = SCHEMA_VERSION): void {
  const found = database.pragmaNumber('user_version');
  if (found > SCHEMA_VERSION) {
    throw new PretextError({
      code: 'not-a-project',
      message: `The catalogue was written by a newer Pretext (version ${found}; this one reads up to ${SCHEMA_VERSION}).`,
      path: database.path,
      remedy: 'Open the project with the newer Pretext.',
    });
  }
  if (found >= target) return;
  // What a migration takes away is overwritten in the file, not only given up.
  database.exec('PRAGMA secure_delete = ON');
  database.transaction(() => {
    // Read again inside the transaction: another process may have migrated while this one waited for the lock.
    const version = database.pragmaNumber('user_version');
    for (const step of MIGRATIONS.slice(version, target)) database.exec(step);
    database.exec(`PRAGMA user_version = ${target}`);
  });
}
