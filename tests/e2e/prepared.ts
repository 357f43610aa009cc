/**
 * @file A project that work has been done in, for tests of later screens: the sample study (60 patients, 240 images)
 * with its labels, two short pretraining runs and a probe. Made once for each run of the suite by the command line.
 */

import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentJob } from '../../src-main/base/jobs.js';
import { Project } from '../../src-main/catalogue/project.js';
import { ensurePixelCache } from '../../src-main/pixels/cache.js';
import { writeSampleStudy } from '../../src-main/sample/study.js';
import { resultOf } from '../helpers/command-line.js';

/** The task whose labels the sample study comes with. */
export const TASK = 'finding';

async function make(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pretext-prepared-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const study = join(folder, 'study');
  const project = join(folder, 'project');
  const { truthCsv } = await writeSampleStudy(study, { seed: 1, patients: 60, imagesPerPatient: 4 }, silentJob());
  await resultOf('import', study, '--project', project);
  const opened = Project.open(project);
  await ensurePixelCache(opened, 128, silentJob());
  opened.close();
  const columns = ['--id-column', 'sop_instance_uid', '--label-column', 'label', '--split-column', 'split'];
  await resultOf('label', 'import', truthCsv, '--project', project, '--task', TASK, ...columns);
  const encoder = ['--backbone', 'vit-tiny', '--depth', '2', '--image-size', '64', '--patch-size', '16'];
  const short = ['--epochs', '2', '--device', 'cpu', '--seed', '1', '--project', project];
  await resultOf('pretrain', '--method', 'inpainting', ...encoder, ...short);
  const { run } = await resultOf('pretrain', '--method', 'contrastive', ...encoder, ...short);
  const few = ['--labels', '40', '--seeds', '2', '--device', 'cpu', '--mode', 'probe'];
  await resultOf('finetune', '--project', project, '--task', TASK, '--run', String(run), ...few);
  return folder;
}

let made: Promise<string> | null = null;

/** A copy of the prepared project in `folder`. @returns the copy's folder, and that of its DICOM files. */
export async function preparedProject(folder: string): Promise<{ project: string; study: string }> {
  made ??= make();
  const source = await made;
  const project = join(folder, 'prepared');
  if (!existsSync(project)) cpSync(join(source, 'project'), project, { recursive: true });
  return { project, study: join(source, 'study') };
}
