/** @file The sentences of a result say no more than the figures: good, bad and undecided cases; label efficiency. */

import { describe, expect, it } from 'vitest';
import type { SeedSummary } from '../../../src-main/tasks/bootstrap.js';
import { type Finding, type HeadlineFigures, headline } from '../../../src-main/tasks/headline.js';
import { labelEfficiency, type MeasuredModel } from '../../../src-main/tasks/label-efficiency.js';

function summary(
  mean: number | null,
  low: number | null,
  high: number | null,
  note: string | null = null,
): SeedSummary {
  return { mean, low, high, perSeed: [mean, mean], note };
}

function figures(changes: Partial<HeadlineFigures> = {}): HeadlineFigures {
  const side = (name: string, patients: number) => ({
    name,
    positives: 2 * patients,
    negatives: 80,
    positivePatients: patients,
    negativePatients: 40,
    points: [
      {
        sensitivity: 0.81,
        specificity: 0.88,
        intervals: { sensitivity: [0.62, 0.93] as [number, number], specificity: [0.75, 0.95] as [number, number] },
      },
    ],
    chosen: 0,
  });
  return {
    testImages: 160,
    testPatients: 80,
    threshold: 0.42,
    thresholdSource: 'validation',
    auc: summary(0.912, 0.85, 0.96),
    accuracy: summary(0.85, 0.8, 0.9),
    baseline: { auc: summary(0.8, 0.7, 0.88) },
    gain: summary(0.112, 0.03, 0.19),
    classes: [side('normal', 40), side('finding', 40)],
    ...changes,
  };
}

const textOf = (findings: Finding[]) => findings.map(({ text }) => text).join('\n');
const about = (findings: Finding[], words: RegExp) => findings.find(({ text }) => words.test(text));

describe('headline', () => {
  it('of a good model says what was tested, what it finds and wrongly calls, and that it is better', () => {
    const said = headline(figures(), true);
    const text = textOf(said);
    expect(text).toContain('Tested on 160 images of 80 patients');
    expect(text).toContain('operating point (0.42)');
    expect(text).toContain('find 81 of 100 images of “finding” (95% interval 62 to 93)');
    expect(text).toContain('wrongly call 12 of 100 images of “normal” “finding” (95% interval 5 to 25)');
    expect(about(said, /^Better than guessing/)?.kind).toBe('good');
    expect(about(said, /^Pretraining helped/)).toMatchObject({ kind: 'good', text: expect.stringContaining('+0.112') });
    expect(said.some(({ kind }) => kind === 'caution')).toBe(false);
  });

  it('says that there is no evidence where an interval holds guessing or no difference', () => {
    const said = headline(figures({ auc: summary(0.6, 0.45, 0.7), gain: summary(0.02, -0.05, 0.07) }), true);
    expect(about(said, /No evidence that it is better than guessing/)?.kind).toBe('none');
    expect(about(said, /No evidence that pretraining helped/)?.kind).toBe('none');
    expect(textOf(said)).toContain('\u22120.050 to +0.070');
    expect(textOf(said)).not.toMatch(/Better|Pretraining helped/);
  });

  it('says what is worse', () => {
    const said = headline(figures({ auc: summary(0.3, 0.2, 0.4), gain: summary(-0.1, -0.2, -0.01) }), true);
    expect(about(said, /^Worse than guessing/)?.kind).toBe('caution');
    expect(about(said, /^Pretraining did harm/)?.kind).toBe('caution');
  });

  it('claims nothing without an interval or a figure', () => {
    const without = headline(
      figures({ auc: summary(0.9, null, null, 'too few patients'), gain: summary(0.1, null, null) }),
      true,
    );
    expect(about(without, /No evidence that it is better than guessing/)?.text).toContain('too few patients');
    expect(about(without, /No evidence that pretraining helped/)).toBeDefined();
    const none = headline(figures({ auc: summary(null, null, null, 'only one class') }), true);
    expect(about(none, /cannot be said: only one class/)?.kind).toBe('caution');
  });

  it('tells a small test, a missing comparison and an operating point that nobody chose', () => {
    const small = figures();
    const said = headline(
      {
        ...small,
        baseline: null,
        gain: null,
        thresholdSource: 'label-share',
        classes: [small.classes[0], { ...small.classes[1], positivePatients: 6 }],
      },
      true,
    );
    expect(about(said, /A small test: only 6 patients with “finding”/)?.kind).toBe('caution');
    expect(about(said, /not compared with the same training from scratch/)?.kind).toBe('none');
    expect(about(said, /share of “finding” among the labels/)?.kind).toBe('caution');
    expect(textOf(headline(figures({ baseline: null, gain: null }), false))).toContain('trained from scratch');
    expect(textOf(headline(figures({ thresholdSource: 'middle' }), true))).toContain('the middle, 0.5');
  });

  it('of several classes gives the share that is named rightly', () => {
    const { classes } = figures();
    const said = headline(figures({ classes: [...classes, { ...classes[0], name: 'other' }] }), true);
    expect(textOf(said)).toContain('names the class of 85 of 100 test images rightly (95% interval 80 to 90)');
    expect(textOf(said)).not.toContain('operating point');
  });
});

describe('label efficiency', () => {
  const model = (
    id: string,
    labels: number,
    run: string | null,
    changes: Partial<MeasuredModel> = {},
  ): MeasuredModel => ({
    id,
    mode: 'probe',
    run,
    method: run === null ? null : 'inpainting',
    labels,
    created: `2026-01-0${id}`,
    auc: summary((700 + labels) / 1000, 0.6, 0.8),
    baselineAuc: run === null ? null : summary(0.6, 0.5, 0.7),
    ...changes,
  });

  it('groups by run and mode, by rising labels, beside what was measured from scratch', () => {
    const curves = labelEfficiency([
      model('1', 100, 'inpainting-20260101-000000-aaaa'),
      model('2', 20, 'inpainting-20260101-000000-aaaa'),
      model('3', 50, null),
      model('4', 20, 'inpainting-20260101-000000-aaaa', { mode: 'full', baselineAuc: null }),
    ]);
    expect(curves.map(({ name, points }) => [name, points.map(({ labels }) => labels)])).toEqual([
      ['inpainting aaaa, fine-tuned', [20]],
      ['inpainting aaaa, linear probe', [20, 100]],
      ['From scratch, linear probe', [20, 50, 100]],
    ]);
    expect(curves[1].points[1]).toEqual({ labels: 100, mean: 0.8, low: 0.6, high: 0.8, model: '1' });
  });

  it('takes the newest of models with the same labels and leaves out what is undefined', () => {
    const [curve] = labelEfficiency([model('2', 20, null), model('1', 20, null)]);
    expect(curve.points).toMatchObject([{ model: '2' }]);
    expect(labelEfficiency([model('1', 20, null, { auc: summary(null, null, null) })])).toEqual([]);
  });
});
