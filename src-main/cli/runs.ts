/** @file Names of runs on the command line. */

import { PretextError } from '../base/errors.js';
import type { Project } from '../catalogue/project.js';
import { listRuns } from '../training/run-store.js';

/** The run that is meant: an id, or `latest`. @throws PretextError `not-found` where there is no run yet. */
export function resolveRun(project: Project, name: string): string {
  if (name !== 'latest') return name;
  const newest = listRuns(project).at(-1);
  if (newest !== undefined) return newest;
  throw new PretextError({
    code: 'not-found',
    message: 'There is no run in this project yet.',
    path: project.folder,
    remedy: "Make one with 'pretext pretrain'.",
  });
}
