/** @file `pretext label`: classes and labels, in and out as CSV, by hand, with undo. */

import type { Command } from 'commander';
import { PretextError } from '../../base/errors.js';
import { type IdColumn, imageIndex } from '../../catalogue/image-index.js';
import { type LabelTarget, labelHistory, type Mark, setLabels, setMarks, undoLabels } from '../../catalogue/labels.js';
import { exportLabelsCsv, importLabelsCsv, type LabelImportSummary } from '../../catalogue/labels-csv.js';
import type { Project } from '../../catalogue/project.js';
import { classCounts, labelledImages, samples } from '../../catalogue/queries.js';
import { createTask, getTask, listTasks } from '../../catalogue/tasks.js';
import {
  addExamples,
  addProject,
  type Context,
  choice,
  defaultAuthor,
  type Outcome,
  type Perform,
  type ProjectFlag,
  UsageError,
  withProject,
} from '../command.js';
import { formatTable, plural } from '../format.js';

interface TaskFlags extends ProjectFlag {
  task: string;
}

interface AuthorFlags extends TaskFlags {
  author?: string;
}

interface ImportFlags extends AuthorFlags {
  idColumn: IdColumn;
  idColumnName?: string;
  labelColumn: string;
  splitColumn?: string;
  markColumn?: string;
  classes?: string[];
}

interface MarkFlags extends AuthorFlags {
  image: string[];
}

interface SetFlags extends AuthorFlags {
  class?: string;
  clear?: boolean;
  image?: string[];
  series?: string[];
}

const AUTHOR = ['--author <name>', 'who labels (default: the user of this computer)'] as const;

export function registerLabel(program: Command, perform: Perform): void {
  const label = program.command('label').description('labels of a task: in and out as CSV, by hand, with undo');
  addExamples(label, [
    'label import labels.csv --project study --task nodule --id-column path --label-column label',
    'label tasks --project study',
  ]);

  const load = withTask(label.command('import').argument('<file>', 'CSV table, one line for each labelled image'))
    .description('read labels, and the official split where the table has one')
    .addOption(choice('--id-column <name>', 'what names the image', ['sop_instance_uid', 'path']).makeOptionMandatory())
    .option('--id-column-name <name>', 'how that column is called, where it has another name')
    .requiredOption('--label-column <name>', 'column of the class')
    .option('--split-column <name>', "column of 'train', 'val' or 'test'")
    .option('--mark-column <name>', "column of 'unsure' and 'skipped' (default: images keep their marks)")
    .option('--classes <list>', 'classes of a new task in order, the finding last (default: as they appear)', nameList)
    .option(...AUTHOR)
    .action((file: string, flags: ImportFlags) => perform(flags, (context) => importLabels(context, file, flags)));
  addExamples(load, [
    'label import labels.csv --project study --task nodule --id-column path --label-column label',
    'label import truth.csv --project study --task nodule --id-column sop_instance_uid --label-column label --split-column split',
  ]);

  const save = withTask(label.command('export').argument('<file>', 'CSV file to write'))
    .description('write the labels in force with author and time; no patient is named')
    .action((file: string, flags: TaskFlags) => perform(flags, (context) => exportLabels(context, file, flags)));
  addExamples(save, ['label export labels.csv --project study --task nodule']);

  const create = withTask(label.command('create').argument('<classes...>', 'classes, the finding last'))
    .description('make a task with its classes')
    .action((classes: string[], flags: TaskFlags) => perform(flags, (context) => createNew(context, classes, flags)));
  addExamples(create, ['label create normal nodule --project study --task nodule']);

  const set = withTask(label.command('set'))
    .description('label images or series, or take labels away')
    .option('--class <name>', 'class to give')
    .option('--clear', 'remove the label')
    .option('--image <id...>', 'SOPInstanceUID or path of an image')
    .option('--series <uid...>', 'SeriesInstanceUID of a series')
    .option(...AUTHOR)
    .action((flags: SetFlags) => perform(flags, (context) => setByHand(context, flags)));
  addExamples(set, [
    'label set --project study --task nodule --class normal --image ct/0001.dcm',
    'label set --project study --task nodule --clear --series 1.2.840.99.1',
  ]);

  const mark = withTask(label.command('mark').argument('<mark>', "'unsure', 'skipped', or 'none' to take it away"))
    .description('keep images out of training, beside their labels, until somebody labels them again')
    .requiredOption('--image <id...>', 'SOPInstanceUID or path of an image')
    .option(...AUTHOR)
    .action((name: string, flags: MarkFlags) => perform(flags, (context) => markByHand(context, name, flags)));
  addExamples(mark, ['label mark unsure --project study --task nodule --image ct/0001.dcm']);

  const undo = withTask(label.command('undo'))
    .description('take back the last act of an author')
    .option(...AUTHOR)
    .action((flags: AuthorFlags) => perform(flags, (context) => undoLast(context, flags)));
  addExamples(undo, ['label undo --project study --task nodule']);

  const list = withTask(label.command('list'))
    .description('labels of a task: how many of each class; --json lists every image')
    .action((flags: TaskFlags) => perform(flags, (context) => listLabels(context, flags)));
  addExamples(list, ['label list --project study --task nodule']);

  const history = withTask(label.command('history').argument('<image>', 'SOPInstanceUID or path'))
    .description('everything that was done to the label of an image')
    .action((image: string, flags: TaskFlags) => perform(flags, (context) => showHistory(context, image, flags)));
  addExamples(history, ['label history ct/0001.dcm --project study --task nodule']);

  const tasks = addProject(label.command('tasks'))
    .description('the tasks of the project and their classes')
    .action((flags: ProjectFlag) => perform(flags, (context) => showTasks(context, flags)));
  addExamples(tasks, ['label tasks --project study']);
}

/** Parses names with commas between them. */
function nameList(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function withTask(command: Command): Command {
  return addProject(command).requiredOption('--task <name>', 'name of the task');
}

function importLabels({ terminal }: Context, file: string, flags: ImportFlags): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const summary = importLabelsCsv(project, file, {
      task: flags.task,
      idColumn: flags.idColumn,
      ...(flags.idColumnName === undefined ? {} : { idColumnName: flags.idColumnName }),
      labelColumn: flags.labelColumn,
      ...(flags.splitColumn === undefined ? {} : { splitColumn: flags.splitColumn }),
      ...(flags.markColumn === undefined ? {} : { markColumn: flags.markColumn }),
      author: flags.author ?? defaultAuthor(),
      ...(flags.classes === undefined ? {} : { classes: flags.classes }),
    });
    const useless = summary.unknownCount === summary.rows;
    if (useless) {
      terminal.note(
        `No line of ${file} names an image of this project (the first is '${summary.unknown[0] ?? ''}'). ` +
          'Import the folder of these images first, or choose the other --id-column.',
      );
    }
    terminal.result({ task: flags.task, ...summary }, importText(summary));
    return useless ? 'failed' : 'done';
  });
}

function importText(summary: LabelImportSummary): string {
  const lines = [`${plural(summary.labelled, 'image')} labelled, ${summary.changed} of them new or changed.`];
  lines.push(`Classes: ${summary.classes.join(', ')}.`);
  if (summary.splits !== null) {
    const { train, val, test } = summary.splits;
    lines.push(`Official split: ${train} train, ${val} validation, ${test} test.`);
  }
  if (summary.unknownCount > 0) {
    lines.push(`${plural(summary.unknownCount, 'line')} without an image in this project, such as:`);
    for (const id of summary.unknown.slice(0, 5)) lines.push(`  ${id}`);
  }
  return lines.join('\n');
}

function exportLabels({ terminal }: Context, file: string, flags: TaskFlags): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const labels = exportLabelsCsv(project, flags.task, file);
    terminal.result({ task: flags.task, out: file, labels }, `${plural(labels, 'label')} written to ${file}.`);
    return 'done';
  });
}

function createNew({ terminal }: Context, classes: string[], flags: TaskFlags): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const task = createTask(
      project,
      flags.task,
      classes.map((name) => ({ name })),
    );
    const names = task.classes.map(({ name }) => name);
    terminal.result({ task: task.name, classes: names }, `Task ${task.name} with the classes ${names.join(', ')}.`);
    return 'done';
  });
}

/** The image of a SOPInstanceUID or a path. */
function findImage(project: Project, id: string): number {
  for (const kind of ['sop_instance_uid', 'path'] as const) {
    // Paths are looked up as seen from the folder that the command runs in.
    const found = imageIndex(project, kind, 'here')(id);
    if ('imageId' in found) return found.imageId;
    if (found.problem === 'ambiguous') {
      throw new UsageError(`'${id}' fits several images.`, 'Give more of its path, or its SOPInstanceUID.');
    }
  }
  throw new PretextError({
    code: 'not-found',
    message: `There is no image '${id}' in this project.`,
    remedy: 'Give its SOPInstanceUID or its path, or import it first.',
  });
}

function findSeries(project: Project, uid: string): number {
  const row = project.catalogue.database.one<{ id: number }>('SELECT id FROM series WHERE uid = ?', [uid]);
  if (row !== undefined) return row.id;
  throw new PretextError({
    code: 'not-found',
    message: `There is no series '${uid}' in this project.`,
    remedy: 'Give its SeriesInstanceUID, or import it first.',
  });
}

function setByHand({ terminal }: Context, flags: SetFlags): Promise<Outcome> {
  if ((flags.class === undefined) === (flags.clear !== true)) {
    throw new UsageError('It is not clear which label to set.', 'Give either --class NAME or --clear.');
  }
  return withProject(flags.project, (project) => {
    const targets: LabelTarget[] = [
      ...(flags.image ?? []).map((id) => ({ imageId: findImage(project, id) })),
      ...(flags.series ?? []).map((uid) => ({ seriesId: findSeries(project, uid) })),
    ];
    if (targets.length === 0) {
      throw new UsageError('It is not said what to label.', 'Give --image ID or --series UID.');
    }
    const changes = targets.map((target) => ({ target, className: flags.class ?? null }));
    const changed = setLabels(project, flags.task, changes, flags.author ?? defaultAuthor());
    terminal.result({ task: flags.task, changed }, `${plural(changed, 'label')} changed.`);
    return 'done';
  });
}

const MARKS: ReadonlyMap<string, Mark | null> = new Map([
  ['unsure', 'unsure'],
  ['skipped', 'skipped'],
  ['none', null],
]);

function markByHand({ terminal }: Context, name: string, flags: MarkFlags): Promise<Outcome> {
  const mark = MARKS.get(name);
  if (mark === undefined) {
    throw new UsageError(`'${name}' is no mark.`, `Give one of ${[...MARKS.keys()].join(', ')}.`);
  }
  return withProject(flags.project, (project) => {
    const images = flags.image.map((id) => findImage(project, id));
    const changed = setMarks(project, flags.task, images, mark, flags.author ?? defaultAuthor());
    terminal.result({ task: flags.task, changed }, `${plural(changed, 'mark')} changed.`);
    return 'done';
  });
}

function undoLast({ terminal }: Context, flags: AuthorFlags): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const undone = undoLabels(project, flags.task, flags.author ?? defaultAuthor());
    const text = undone === null ? 'There is nothing to take back.' : `${plural(undone.changed, 'label')} taken back.`;
    terminal.result({ task: flags.task, changed: undone?.changed ?? 0 }, text);
    return 'done';
  });
}

function listLabels({ terminal }: Context, flags: TaskFlags): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const task = getTask(project, flags.task);
    const counts = classCounts(project, task);
    const classes = task.classes.map(({ name }, index) => ({ name, images: counts[index] ?? 0 }));
    const labelled = labelledImages(project, flags.task);
    const found = new Map(
      samples(project, { imageIds: labelled.map(({ imageId }) => imageId) }).map((image) => [image.imageId, image]),
    );
    const labels = labelled.map(({ imageId, classIndex, split }) => ({
      path: found.get(imageId)?.path ?? null,
      sopInstanceUID: found.get(imageId)?.sopInstanceUID ?? null,
      label: classes[classIndex]?.name ?? null,
      split,
    }));
    const rows = classes.map(({ name, images }) => [name, String(images)]);
    terminal.result({ task: task.name, classes, labels }, formatTable(['class', 'images'], rows));
    return 'done';
  });
}

function showHistory({ terminal }: Context, image: string, flags: TaskFlags): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const entries = labelHistory(project, flags.task, { imageId: findImage(project, image) });
    const rows = entries.map(({ time, author, source, className }) => [time, author, source, className ?? '(removed)']);
    const text =
      rows.length === 0 ? 'This image never had a label.' : formatTable(['time', 'author', 'by', 'label'], rows);
    terminal.result({ task: flags.task, image, history: entries }, text);
    return 'done';
  });
}

function showTasks({ terminal }: Context, flags: ProjectFlag): Promise<Outcome> {
  return withProject(flags.project, (project) => {
    const tasks = listTasks(project).map((task) => {
      const counts = classCounts(project, task);
      return {
        name: task.name,
        classes: task.classes.map(({ name }, index) => ({ name, images: counts[index] ?? 0 })),
      };
    });
    const rows = tasks.flatMap((task) => task.classes.map(({ name, images }) => [task.name, name, String(images)]));
    const text = rows.length === 0 ? 'No task yet: make one with pretext label import or label create.' : '';
    terminal.result({ tasks }, text === '' ? formatTable(['task', 'class', 'images'], rows) : text);
    return 'done';
  });
}
