/** @file Answers calls about projects and their jobs, and about taking scans in. */

import { basename, dirname, join } from 'node:path';
import type { jobCalls } from '../contract/jobs.js';
import type { projectCalls } from '../contract/project.js';
import { writeSkippedCsv } from '../exports/csv.js';
import type { ImportOptions } from '../training/import.js';
import type { Handlers } from './handlers.js';
import { forgetProject, leaveProject, recentProjects } from './preferences.js';
import { importPlan } from './watched-folders.js';
import type { Workbench } from './workbench.js';

/** Small enough to be there within a minute, large enough to learn something from. */
const SAMPLE = { seed: 1, patients: 60, imagesPerPatient: 4 };

function startImport(workbench: Workbench, options: Omit<ImportOptions, 'pictures'>, subject: string): string {
  const plan = importPlan(workbench.project.folder, options, subject);
  return workbench.jobs.start({ ...plan, onEnd: () => workbench.changed('images') });
}

export function answerProject(workbench: Workbench): Handlers<keyof typeof projectCalls | keyof typeof jobCalls> {
  return {
    'project:current': () => (workbench.hasProject ? workbench.info() : null),
    'project:recent': () => recentProjects(),
    'project:forget': ({ folder }) => forgetProject(folder),
    'project:open': ({ folder, create }) => workbench.open(folder, create),
    'project:close': () => {
      workbench.close();
      leaveProject();
      return null;
    },
    'import:start': ({ paths, watch }) => {
      const left = watch ? paths.filter((path) => !workbench.watches.add(path)) : paths;
      return left.length === 0 ? null : startImport(workbench, { paths: left, sample: null }, left.join(', '));
    },
    'import:sample': () => {
      const { folder } = workbench.project;
      const study = join(dirname(folder), `${basename(folder)}-sample-study`);
      return startImport(workbench, { paths: [study], sample: SAMPLE }, study);
    },
    'import:unwatch': ({ folder }) => {
      workbench.watches.remove(folder);
      return workbench.info();
    },
    'import:skippedReasons': () => workbench.project.catalogue.skippedReasons(),
    'import:skipped': ({ reason, offset, limit }) => workbench.project.catalogue.skippedPage(reason, offset, limit),
    'import:saveSkipped': ({ path }) => {
      writeSkippedCsv(path, workbench.project.catalogue.skippedFiles());
      return { path };
    },
    'jobs:list': () => (workbench.hasProject ? workbench.jobs.list(workbench.project.folder) : []),
    'jobs:stop': ({ id }) => {
      workbench.jobs.stop(id);
      return null;
    },
  };
}
