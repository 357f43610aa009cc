/** @file `pretext flags`: images that are doubtful for training, and which of them are left out. */

import type { Command } from 'commander';
import { ImageBrowser } from '../../catalogue/browse.js';
import { ANY_IMAGE } from '../../catalogue/browse-filter.js';
import { FLAGS, type Flag, flagCounts, leaveOut, leftOutFlags, requireFlag } from '../../catalogue/flags.js';
import type { Project } from '../../catalogue/project.js';
import { ensurePixelCache } from '../../pixels/cache.js';
import {
  addExamples,
  addProject,
  type Context,
  type Outcome,
  type Perform,
  type ProjectFlag,
  withProject,
} from '../command.js';
import { formatTable } from '../format.js';

interface FlagsFlags extends ProjectFlag {
  show?: string;
  leaveOut?: string[];
  takeIn?: string[];
  measure?: boolean;
}

/** Side of the pixel cache that is made to measure images: the smallest. */
const MEASURE_SIDE = 64;

export function registerFlags(program: Command, perform: Perform): void {
  const command = program
    .command('flags')
    .description('images that are doubtful for training, by flag; which flags are left out of it')
    .action((flags: FlagsFlags) => perform(flags, (context) => showFlags(context, flags)));
  addProject(command)
    .option('--show <flag>', `list the images with this flag (${FLAGS.join(', ')})`)
    .option('--leave-out <flags...>', 'keep images with these flags out of pretraining and suggestions')
    .option('--take-in <flags...>', 'no longer leave these flags out')
    .option('--measure', 'first measure images that no pixel cache holds yet (uniform, few grey levels, duplicates)');
  addExamples(command, [
    'flags --project study --measure',
    'flags --project study --show near-duplicate --json',
    'flags --project study --leave-out localiser uniform near-duplicate',
  ]);
}

function showFlags({ terminal, interruption }: Context, flags: FlagsFlags): Promise<Outcome> {
  const out = (flags.leaveOut ?? []).map(requireFlag);
  const back = (flags.takeIn ?? []).map(requireFlag);
  const shown = flags.show === undefined ? null : requireFlag(flags.show);
  return withProject(flags.project, async (project): Promise<Outcome> => {
    for (const flag of out) leaveOut(project, flag, true);
    for (const flag of back) leaveOut(project, flag, false);
    if (flags.measure === true) {
      const control = { signal: interruption.signal, onProgress: terminal.progress.bind(terminal) };
      await ensurePixelCache(project, MEASURE_SIDE, control);
    }
    const leftOut = new Set<Flag>(leftOutFlags(project));
    const counts = flagCounts(project).map((count) => ({ ...count, leftOut: leftOut.has(count.flag) }));
    if (shown !== null) {
      const images = flaggedImages(project, shown);
      const rows = images.map(({ imageId, pseudonym, path }) => [String(imageId), pseudonym, path]);
      const text =
        rows.length === 0 ? `No image has the flag ${shown}.` : formatTable(['image', 'patient', 'file'], rows);
      terminal.result({ flag: shown, images }, text);
      return 'done';
    }
    const rows = counts.map(({ flag, images, leftOut: isOut }) => [flag, String(images), isOut ? 'left out' : '']);
    const text = rows.length === 0 ? 'No image has a flag.' : formatTable(['flag', 'images', 'training'], rows);
    terminal.result({ flags: counts, leftOut: [...leftOut] }, text);
    return 'done';
  });
}

function flaggedImages(project: Project, flag: Flag) {
  const browser = new ImageBrowser(project);
  const filter = { ...ANY_IMAGE, flag };
  return browser.page(filter, 0, browser.count(filter)).map(({ imageId, pseudonym, flags }) => ({
    imageId,
    pseudonym,
    flags,
    path: browser.path(imageId),
  }));
}
