/** @file `pretext volumes`: the series of a project in space, and what import noticed of them. */

import type { Command } from 'commander';
import { seriesGeometry } from '../../catalogue/assess.js';
import { listSeries } from '../../catalogue/series-list.js';
import { findingText } from '../../volumes/findings.js';
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

export function registerVolumes(program: Command, perform: Perform): void {
  const volumes = program
    .command('volumes')
    .description('the series of a project in space: slices, spacing [mm], and what was noticed')
    .action((flags: ProjectFlag) => perform(flags, (context) => showVolumes(context, flags)));
  addExamples(addProject(volumes), ['volumes --project study', 'volumes --project study --json']);
}

function showVolumes({ terminal }: Context, flags: ProjectFlag): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const series = listSeries(project).map((row) => {
      const geometry = seriesGeometry(project, row.seriesId);
      return { ...row, volumes: geometry?.volumes ?? [], findings: geometry?.findings ?? [] };
    });
    const rows = series.map(({ pseudonym, number, modality, images, volumes, findings }) => {
      const [first] = volumes;
      const size = first === undefined ? '-' : first.size.join(' x ');
      const spacing = first === undefined ? '-' : first.spacing.map((mm) => Number(mm.toFixed(3))).join(' x ');
      const noticed = findings.map(findingText).join(' ');
      return [
        pseudonym,
        String(number ?? '-'),
        modality ?? '-',
        String(images),
        String(volumes.length),
        size,
        spacing,
        noticed,
      ];
    });
    const head = ['patient', 'series', 'modality', 'images', 'volumes', 'slices x rows x columns', 'mm', 'noticed'];
    const text = rows.length === 0 ? 'No series yet: take some in with pretext import.' : formatTable(head, rows);
    terminal.result({ series }, text);
    return 'done';
  });
}
