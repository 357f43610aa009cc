/** @file What a plan counts: the images that a run will really learn from. */

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentJob } from '../../../src-main/base/jobs.js';
import { dataFacts } from '../../../src-main/catalogue/facts.js';
import { leaveOut } from '../../../src-main/catalogue/flags.js';
import { importFolders } from '../../../src-main/catalogue/import.js';
import { recordRefusals } from '../../../src-main/catalogue/refusals.js';
import { planPretraining, readPlanData } from '../../../src-main/training/plan.js';
import { dicomBytes, put, temporaryFolder, temporaryProject } from './support.js';

it('counts neither images with a flag that is left out nor those without readable pixels', async () => {
  const project = temporaryProject();
  const folder = temporaryFolder();
  // Secondary captures by their SOP class, so each has that flag.
  for (let i = 0; i < 6; i++) {
    const image = { instance: `1.2.8.${i}`, patientID: `P${i % 3}`, study: `1.2.${i % 3}`, series: `1.2.${i % 3}.1` };
    put(join(folder, `${i}.dcm`), dicomBytes(image));
  }
  await importFolders(project, [folder], silentJob());
  expect(dataFacts(project, null)).toMatchObject({ frames: 6, images: 6, patients: 3, series: 3, leftOut: 0 });
  recordRefusals(
    project,
    new Map([
      [1, 'Its pixels are cut off.'],
      [2, null],
    ]),
  );
  expect(dataFacts(project, null)).toMatchObject({ frames: 5, images: 5, patients: 3, leftOut: 1 });
  const { database } = project.catalogue;
  database.run('DELETE FROM image_flag WHERE image_id <= 3');
  leaveOut(project, 'secondary-capture', true);
  expect(dataFacts(project, null)).toMatchObject({ frames: 2, leftOut: 4 });
  const machine = { devices: [], processors: 2 };
  const plan = planPretraining(readPlanData(project), machine);
  expect(plan.facts.frames).toBe(2);
  expect(plan.lines.find(({ name }) => name === 'split')?.reason).toContain('4 images with flags that are left out');
  leaveOut(project, 'secondary-capture', false);
  expect(dataFacts(project, null)).toMatchObject({ frames: 5, leftOut: 1 });
});
