/** @file The prediction table, read back by a CSV parser. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { type PredictionTable, predictionCsv, writePredictionCsv } from '../../../src-main/exports/csv.js';

const table: PredictionTable = {
  classNames: ['normal', 'pneumonia'],
  threshold: 0.3,
  images: [
    { path: 'a, b.dcm', sopInstanceUID: '1.1', seriesInstanceUID: '1', patient: 'P1', probabilities: [0.8, 0.2] },
    {
      path: 'c "d".dcm',
      sopInstanceUID: '1.2',
      seriesInstanceUID: '1',
      patient: 'P1',
      probabilities: Float32Array.of(0.25, 0.75),
    },
    { path: '=cmd()', sopInstanceUID: null, seriesInstanceUID: null, patient: '@P2', probabilities: [0.6, 0.4] },
  ],
};

function rowsOf(text: string): Record<string, string>[] {
  return parse(text, { columns: true });
}

describe('prediction table', () => {
  it('has a row per image, then the mean of each series', () => {
    expect(rowsOf(predictionCsv(table))).toEqual([
      {
        level: 'image',
        path: 'a, b.dcm',
        sop_instance_uid: '1.1',
        series_instance_uid: '1',
        patient: 'P1',
        images: '1',
        probability_normal: '0.8',
        probability_pneumonia: '0.2',
        predicted: 'normal',
      },
      {
        level: 'image',
        path: 'c "d".dcm',
        sop_instance_uid: '1.2',
        series_instance_uid: '1',
        patient: 'P1',
        images: '1',
        probability_normal: '0.25',
        probability_pneumonia: '0.75',
        predicted: 'pneumonia',
      },
      {
        level: 'image',
        path: "'=cmd()",
        sop_instance_uid: '',
        series_instance_uid: '',
        patient: "'@P2",
        images: '1',
        probability_normal: '0.6',
        probability_pneumonia: '0.4',
        predicted: 'pneumonia',
      },
      {
        level: 'series',
        path: '',
        sop_instance_uid: '',
        series_instance_uid: '1',
        patient: 'P1',
        images: '2',
        probability_normal: '0.525',
        probability_pneumonia: '0.475',
        predicted: 'pneumonia',
      },
    ]);
  });

  it('names the more probable class without a threshold', () => {
    const named = rowsOf(predictionCsv({ ...table, threshold: null })).map((row) => row.predicted);
    expect(named).toEqual(['normal', 'pneumonia', 'normal', 'normal']);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('keeps a spreadsheet from running %j', (text) => {
    const classNames = ['normal', text];
    const rows = rowsOf(
      predictionCsv({ ...table, classNames, images: [{ ...table.images[0], path: text, probabilities: [0, 1] }] }),
    );
    expect(rows[0].path).toBe(`'${text}`);
    expect(rows[0].predicted).toBe(`'${text}`);
    expect(rows[0].probability_normal).toBe('0');
  });

  it('leaves numbers as numbers, tiny ones too', () => {
    const images = [{ ...table.images[0], probabilities: [1 - 1e-9, 1e-9] }];
    expect(rowsOf(predictionCsv({ ...table, images }))[0].probability_pneumonia).toBe('1e-9');
  });

  it('refuses probabilities that are no numbers', () => {
    const images = [{ ...table.images[0], probabilities: [Number.NaN, 1] }];
    expect(() => predictionCsv({ ...table, images })).toThrow(/NaN/);
    expect(() => predictionCsv({ ...table, images: [{ ...table.images[0], probabilities: [1] }] })).toThrow(
      /2 probabilities/,
    );
  });

  it('is written to a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pretext-csv-'));
    writePredictionCsv(join(folder, 'p.csv'), table);
    expect(readFileSync(join(folder, 'p.csv'), 'utf8')).toBe(predictionCsv(table));
    rmSync(folder, { recursive: true });
  });
});
