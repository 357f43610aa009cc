/** @file What the wizard is told before it starts: amounts that add up, patients once, marks left out, refusals. */

import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentJob } from '../../../src-main/base/jobs.js';
import { importFolders } from '../../../src-main/catalogue/import.js';
import { setLabels, setMarks } from '../../../src-main/catalogue/labels.js';
import type { Project } from '../../../src-main/catalogue/project.js';
import { labelledImages, samples } from '../../../src-main/catalogue/queries.js';
import { createTask } from '../../../src-main/catalogue/tasks.js';
import { taskSplit } from '../../../src-main/tasks/task-split.js';
import { checkFinetune } from '../../../src-main/training/finetune-check.js';
import { finetuneSeconds, plannedSteps } from '../../../src-main/training/finetune-plan.js';
import { dicomBytes, errorOf, put, temporaryFolder, temporaryProject } from '../catalogue/support.js';

const CLASSES = [{ name: 'normal' }, { name: 'finding' }];

/** A project of `patients` patients with two images each, and a task of two classes without labels. */
async function projectOf(patients: number): Promise<Project> {
  const folder = temporaryFolder();
  for (let patient = 0; patient < patients; patient++) {
    for (const image of [0, 1]) {
      const instance = `1.2.3.${patient}.${image}`;
      const ids = { patientID: `P${patient}`, study: `1.2.3.${patient}`, series: `1.2.3.${patient}.9`, instance };
      put(join(folder, `${patient}-${image}.dcm`), dicomBytes(ids));
    }
  }
  const project = temporaryProject();
  await importFolders(project, [folder], silentJob());
  createTask(project, 'task', CLASSES);
  return project;
}

/** Labels images by their position in the list of all. @param classOf class index, or null: none */
function labelBy(project: Project, classOf: (patientId: number, index: number) => number | null): void {
  const changes = samples(project).flatMap(({ imageId, patientId }, index) => {
    const classIndex = classOf(patientId, index);
    return classIndex === null ? [] : [{ target: { imageId }, className: CLASSES[classIndex]?.name ?? null }];
  });
  setLabels(project, 'task', changes, 'Ada');
}

describe('check before fine-tuning', () => {
  it('says what is there: each patient once in the drawing, amounts that add up', async () => {
    const project = await projectOf(24);
    labelBy(project, (patientId, index) => (index === 0 ? 1 : patientId % 3 === 0 ? 1 : 0));
    const check = checkFinetune(project, 'task', null);
    expect(check.problem).toBeNull();
    expect(check.split).toMatchObject({ origin: 'automatic', validation: 'none', choosesThreshold: false });
    expect(check.groups.reduce((sum, { patients }) => sum + patients, 0)).toBe(24);
    const { train, val, test } = check.split;
    expect(train.images + val.images + test.images).toBe(48);
    expect(train.patients + val.patients + test.patients).toBe(24);
    for (const part of ['train', 'val', 'test'] as const) {
      const drawn = check.groups.filter((group) => group.part === part);
      expect(drawn.reduce((sum, { patients }) => sum + patients, 0)).toBe(check.split[part].patients);
      expect(check.classes.reduce((sum, entry) => sum + entry[part].images, 0)).toBe(check.split[part].images);
    }
    expect(check.mixedPatients).toBeLessThanOrEqual(1);
    expect(check.encoder).toEqual({
      backbone: 'vit-tiny',
      depth: 12,
      imageSize: 64,
      patchSize: 8,
      sawTestPatients: false,
    });
  });

  it('tells the very split that fine-tuning makes of the images', async () => {
    const project = await projectOf(16);
    labelBy(project, (patientId, index) => (index % 5 === 0 ? 1 : patientId % 2));
    const images = labelledImages(project, 'task');
    const { ofImage, patients } = taskSplit(images, 2);
    const check = checkFinetune(project, 'task', null);
    for (const part of ['train', 'val', 'test'] as const) {
      expect(check.split[part].patients).toBe(patients[part]);
      for (const [index, entry] of check.classes.entries()) {
        const own = images.filter(({ imageId, classIndex }) => classIndex === index && ofImage.get(imageId) === part);
        expect(entry[part]).toEqual({
          images: own.length,
          patients: new Set(own.map((image) => image.patientId)).size,
        });
      }
    }
  });

  it('leaves out what is marked unsure, and says how much', async () => {
    const project = await projectOf(12);
    labelBy(project, (patientId) => patientId % 2);
    const before = checkFinetune(project, 'task', null);
    const [first, second] = samples(project);
    setMarks(project, 'task', [first?.imageId ?? 0], 'unsure', 'Ada');
    setMarks(project, 'task', [second?.imageId ?? 0], 'skipped', 'Ada');
    const after = checkFinetune(project, 'task', null);
    const images = ({ classes }: typeof after) => classes.reduce((sum, { all }) => sum + all.images, 0);
    expect([images(before), images(after)]).toEqual([24, 22]);
    expect([before.leftOut.marked, after.leftOut.marked]).toEqual([0, 2]);
    expect(after.split.train.images + after.split.test.images).toBe(22);
  });

  it('refuses one class and no label with the remedy, and names what is not there', async () => {
    const other = await projectOf(4);
    expect(checkFinetune(other, 'task', null).problem).toMatchObject({ message: expect.stringContaining('No image') });
    labelBy(other, () => 1);
    const { problem, classes } = checkFinetune(other, 'task', null);
    expect(problem?.message).toContain('one class, finding');
    expect(problem?.remedy).toContain('two classes');
    expect(classes.map(({ all }) => all.images)).toEqual([0, 8]);
    expect(errorOf(() => checkFinetune(other, 'nothing', null)).code).toBe('not-found');
    expect(errorOf(() => checkFinetune(other, 'task', 'no-run')).code).toBe('not-found');
  });
});

describe('planned time', () => {
  const speed = { stepMs: 100, imageMs: 2, compileStepMs: 1000, compileReadMs: 500 };
  const size = { labels: 100, trainingImages: 1000, measuredImages: 500, seeds: 5, epochs: null, pretrained: true };

  it('grows with labels, draws and test images; a probe is quicker than training every weight', () => {
    const amount = fc.integer({ min: 2, max: 5000 });
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: 1, max: 20 }), (labels, measuredImages, seeds) => {
        const base = { ...size, labels, trainingImages: Math.max(labels, 1000), measuredImages, seeds };
        for (const mode of ['probe', 'full'] as const) {
          const time = finetuneSeconds(mode, base, speed);
          expect(time).toBeGreaterThan(0);
          expect(finetuneSeconds(mode, { ...base, seeds: seeds + 1 }, speed)).toBeGreaterThanOrEqual(time);
          expect(finetuneSeconds(mode, { ...base, measuredImages: measuredImages + 100 }, speed)).toBeGreaterThan(time);
          expect(finetuneSeconds(mode, { ...base, pretrained: false }, speed)).toBeLessThan(time);
        }
      }),
    );
    expect(finetuneSeconds('probe', size, speed)).toBeLessThan(finetuneSeconds('full', size, speed));
  });

  it('counts steps as training does: bounded by plan, passes where they are asked for', () => {
    expect(plannedSteps(4, null)).toBe(80);
    expect(plannedSteps(320, null)).toBe(200);
    expect(plannedSteps(100_000, null)).toBe(600);
    expect(plannedSteps(64, 3)).toBe(6);
    // 5 draws of 80 steps of 0.1 s and 500 test images, with compiling, for both arms, and a second and a half to start.
    expect(finetuneSeconds('full', { ...size, labels: 32 }, speed)).toBeCloseTo(1.5 + 2 * (1.5 + 5 * (8 + 1)), 5);
  });
});
