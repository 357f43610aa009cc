import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JobControl, silentJob } from '../../../src-main/base/jobs.js';
import { readHeader } from '../../../src-main/dicom/header.js';
import { drawCases, writeSampleStudy } from '../../../src-main/sample/study.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretext-sample-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = { seed: 3, patients: 14, imagesPerPatient: 2, side: 48 };

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.path, entry.name))
    .sort();
}

function digest(root: string): string {
  const hash = createHash('sha256');
  for (const file of filesBelow(root)) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

describe('the sample study', () => {
  it('writes every slice once, with the truth beside it', async () => {
    const study = await writeSampleStudy(folder, options, silentJob());
    expect(study).toMatchObject({ files: 28, patients: 14 });
    const truth: Record<string, string>[] = parse(readFileSync(study.truthCsv), { columns: true });
    const headers = filesBelow(folder)
      .filter((file) => file !== study.truthCsv)
      .map((file) => readHeader(readFileSync(file), file));
    expect(headers.map((header) => header.sopInstanceUID).sort()).toEqual(
      truth.map((row) => row.sop_instance_uid).sort(),
    );
    expect(new Set(headers.map((header) => header.patientID))).toEqual(new Set(truth.map((row) => row.patient_id)));
    expect(new Set(headers.map((header) => header.seriesInstanceUID)).size).toBe(14);
    expect(new Set(headers.map((header) => header.transferSyntaxUID)).size).toBeGreaterThanOrEqual(3);
    for (const split of ['train', 'test']) {
      const labels = truth.filter((row) => row.split === split).map((row) => row.label);
      expect(new Set(labels)).toEqual(new Set(['finding', 'normal']));
    }
  });

  it('writes the same bytes again, and others for another seed', async () => {
    await writeSampleStudy(folder, options, silentJob());
    const first = digest(folder);
    await writeSampleStudy(folder, options, silentJob());
    expect(digest(folder)).toBe(first);
    const other = join(folder, 'other');
    await writeSampleStudy(other, { ...options, seed: 4 }, silentJob());
    rmSync(join(folder, 'archive'), { recursive: true, force: true });
    expect(filesBelow(other).length).toBe(29);
    expect(digest(other)).not.toBe(first);
  });

  it('stops when asked to', async () => {
    const abort = new AbortController();
    const control: JobControl = { signal: abort.signal, onProgress: () => abort.abort() };
    await expect(writeSampleStudy(folder, options, control)).rejects.toMatchObject({ code: 'cancelled' });
    expect(filesBelow(folder).length).toBeLessThan(29);
  });

  it('splits by patient, half of each split with the finding', () => {
    const cases = drawCases(9, 120, 1 / 3);
    const count = (split: string, label: string): number =>
      cases.filter((item) => item.split === split && item.label === label).length;
    expect(count('test', 'finding')).toBe(20);
    expect(count('test', 'normal')).toBe(20);
    expect(count('train', 'finding')).toBe(40);
    expect(cases.map((item) => item.index)).toEqual(Array.from({ length: 120 }, (_, index) => index));
  });
});
