/** @file Distillation, momentum contrast and relative positions against PyTorch and timm (bench/peers/ops_fixtures.py). */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src-main/graph/gradient.js';
import { followed, momentumName, momentumTwin, momentumUpdate } from '../../../src-main/graph/momentum.js';
import { scale } from '../../../src-main/graph/ops/elementwise.js';
import { l2Normalise } from '../../../src-main/graph/ops/normalise.js';
import { sum } from '../../../src-main/graph/ops/reduce.js';
import { input } from '../../../src-main/graph/ops/source.js';
import { relativePositionBias, relativePositions } from '../../../src-main/nn/relative-position.js';
import { defaultDistillation, distillationLoss } from '../../../src-main/ssl/distillation.js';
import { enqueue, momentumContrastLoss } from '../../../src-main/ssl/momentum-contrast.js';
import { evaluate, gradientError, maxDifference } from '../../helpers/run-graph.js';

interface Reference {
  shape: number[];
  data: number[];
}

const fixture = JSON.parse(readFileSync(resolve('tests/fixtures/nn/ssl.json'), 'utf8')) as {
  distillation: {
    views: number;
    globalViews: number;
    student: Reference;
    teacher: Reference;
    centre: Reference;
    loss: number;
    gradient: Reference;
    nextCentre: Reference;
  };
  momentumContrast: {
    queries: Reference;
    keys: Reference;
    queue: Reference;
    temperature: number;
    loss: number;
    gradient: Reference;
  };
  relativePositions: { rows: number; columns: number; table: Reference; bias: Reference };
};

const tensorOf = (name: string, { shape }: Reference) => input(name, shape, 'float64');

describe('distillation', () => {
  const { views, globalViews, ...given } = fixture.distillation;
  const student = tensorOf('student', given.student);
  const teacher = tensorOf('teacher', given.teacher);
  const centre = tensorOf('centre', given.centre);
  const values = { student: given.student.data, teacher: given.teacher.data, centre: given.centre.data };

  test.each(['number', 'tensor'] as const)(
    'loss, gradient and next centre equal PyTorch’s; temperature: %s',
    async (kind) => {
      const temperature = input('temperature', [], 'float64');
      const teacherTemperature = kind === 'number' ? 0.04 : temperature;
      const options = { ...defaultDistillation, views, globalViews, teacherTemperature };
      const { loss, nextCentre } = distillationLoss(student, teacher, centre, options);
      const [toStudent, toTeacher] = gradients(loss, [student, teacher]);
      const inputs = [student, teacher, centre, ...(kind === 'tensor' ? [temperature] : [])];
      const results = await evaluate(
        inputs,
        { loss, nextCentre, toStudent, toTeacher },
        { ...values, temperature: [0.04] },
      );
      expect(results.loss[0]).toBeCloseTo(given.loss, 10);
      expect(maxDifference(results.toStudent, given.gradient.data)).toBeLessThan(1e-10);
      expect(maxDifference(results.nextCentre, given.nextCentre.data)).toBeLessThan(1e-12);
      expect(results.toTeacher.every((value) => value === 0)).toBe(true);
    },
  );

  test('views that do not fit are refused', () => {
    expect(() => distillationLoss(student, teacher, centre)).toThrow(/distillation of float64\[12, 5\]/);
    const one = { ...defaultDistillation, views: 1, globalViews: 1 };
    expect(() => distillationLoss(teacher, teacher, centre, one)).toThrow(/1 views/);
  });
});

describe('momentum contrast', () => {
  const given = fixture.momentumContrast;
  const queries = tensorOf('queries', given.queries);
  const keys = tensorOf('keys', given.keys);
  const queue = tensorOf('queue', given.queue);
  const inputs = [queries, keys, queue];
  const values = { queries: given.queries.data, keys: given.keys.data, queue: given.queue.data };

  test('loss and gradient equal PyTorch’s; none flows to keys and queue', async () => {
    const loss = momentumContrastLoss(l2Normalise(queries), keys, queue, given.temperature);
    const [toQueries, toKeys, toQueue] = gradients(loss, inputs);
    const results = await evaluate(inputs, { loss, toQueries, toKeys, toQueue }, values);
    expect(results.loss[0]).toBeCloseTo(given.loss, 10);
    expect(maxDifference(results.toQueries, given.gradient.data)).toBeLessThan(1e-10);
    expect([...results.toKeys, ...results.toQueue].every((value) => value === 0)).toBe(true);
  });

  test('the queue forgets its oldest keys', async () => {
    const { next } = await evaluate(inputs, { next: enqueue(queue, keys) }, values);
    expect([...next]).toEqual([...given.queue.data.slice(3 * 4), ...given.keys.data]);
    expect(() => enqueue(keys, queue)).toThrow(/a queue of 3 keys for batches of 6/);
  });

  test('momentum weights follow the weights after the step', async () => {
    const weight = input('w', [2], 'float64');
    const twin = momentumTwin('w', weight);
    const state = [{ name: 'w', current: weight, next: scale(weight, 2) }];
    const rate = input('rate', [], 'float64');
    const [update] = momentumUpdate(state, new Map([['w', twin]]), 0.75);
    const [scheduled] = momentumUpdate(state, new Map([['w', twin]]), rate);
    expect(update.name).toBe(momentumName('w'));
    expect(update.current).toBe(twin);
    const outputs = { fixed: update.next, scheduled: scheduled.next };
    const results = await evaluate([weight, twin, rate], outputs, {
      w: [1, -3],
      [momentumName('w')]: [4, 0],
      rate: [0.5],
    });
    expect([...results.fixed]).toEqual([0.75 * 4 + 0.25 * 2, -1.5]);
    expect([...results.scheduled]).toEqual([3, -3]);
    expect(() => momentumUpdate([], new Map([['w', twin]]), 0.9)).toThrow(
      /momentum weight w follows no trained weight/,
    );
  });

  test('an average that follows itself stays where it is', async () => {
    const x = input('x', [2], 'float64');
    expect([...(await evaluate([x], { y: followed(x, x, 0.99) }, { x: [1e-9, 7] })).y]).toEqual([1e-9, 7]);
  });
});

describe('relative positions', () => {
  const { rows, columns, table, bias } = fixture.relativePositions;

  test('the bias is timm’s', async () => {
    const weights = tensorOf('table', table);
    const built = relativePositionBias(weights, rows, columns);
    expect(built.shape).toEqual(bias.shape);
    const { y } = await evaluate([weights], { y: built }, { table: table.data });
    expect([...y]).toEqual(bias.data);
    const [gradient] = gradients(sum(built, null), [weights]);
    const { g } = await evaluate([weights], { g: gradient }, { table: table.data });
    expect(g.reduce((a, b) => a + b)).toBeCloseTo(bias.data.length, 10);
    expect(await gradientError([weights], [weights], sum(built, null), { table: table.data })).toBeLessThan(1e-7);
  });

  test('a table of another grid is refused', () => {
    expect(relativePositions(7)).toBe(169);
    expect(() => relativePositionBias(tensorOf('t', table), 3, 3)).toThrow(/3 x 3 patches of float64\[15, 2\]/);
  });
});
