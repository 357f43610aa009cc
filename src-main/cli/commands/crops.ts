/** @file `pretext crops`: which part of each image is shown to the network where images are cropped to the body. */

import type { Command } from 'commander';
import { listSeries } from '../../catalogue/series-list.js';
import { type ShownPart, shownParts } from '../../pixels/crops.js';
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

export function registerCrops(program: Command, perform: Perform): void {
  const crops = program
    .command('crops')
    .description('the part of each image that is shown where images are cropped to the body (pretrain --crop body)')
    .action((flags: ProjectFlag) => perform(flags, (context) => showCrops(context, flags)));
  addExamples(addProject(crops), ['crops --project study', 'crops --project study --json']);
}

/** Share of its area that an image shows. */
function areaOf({ rows, columns, shown }: ShownPart): number {
  return shown === null ? 1 : ((shown.bottom - shown.top) * (shown.right - shown.left)) / (rows * columns);
}

function partText({ rows, columns, shown }: ShownPart): string {
  if (shown === null) return `all of ${rows} x ${columns}`;
  return `${shown.top}-${shown.bottom} of ${rows}, ${shown.left}-${shown.right} of ${columns}`;
}

function showCrops({ terminal }: Context, flags: ProjectFlag): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const images = shownParts(project);
    const bySeries = new Map<number, ShownPart[]>();
    for (const image of images) {
      const known = bySeries.get(image.seriesId);
      if (known === undefined) bySeries.set(image.seriesId, [image]);
      else known.push(image);
    }
    const rows = listSeries(project).flatMap(({ seriesId, pseudonym, number, modality }) => {
      const own = bySeries.get(seriesId);
      if (own === undefined) return [];
      const parts = [...new Set(own.map(partText))];
      const areas = own.map(areaOf).sort((a, b) => a - b);
      const share = `${Math.round(100 * areas[areas.length >> 1])}%`;
      const what = parts.length === 1 ? parts[0] : `${parts.length} different ones`;
      return [[pseudonym, String(number ?? '-'), modality ?? '-', String(own.length), what, share]];
    });
    const head = ['patient', 'series', 'modality', 'images', 'rows and columns that are shown', 'median area'];
    const none = 'Nothing is cropped yet: pretext pretrain --crop body crops the images that it learns from.';
    terminal.result({ images }, rows.length === 0 ? none : formatTable(head, rows));
    return 'done';
  });
}
