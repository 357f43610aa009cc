/** @file Tasks: what labels are for. A task has a name and classes with an order and a colour. */

import { PretextError } from '../base/errors.js';
import type { Database } from './database.js';
import type { Project } from './project.js';

export interface TaskClass {
  id: number;
  /** Index of the class in models and reports: 0, 1, ... */
  position: number;
  name: string;
  /** '#rrggbb'. */
  colour: string;
}

export interface Task {
  id: number;
  name: string;
  /** ISO 8601, UTC. */
  created: string;
  /** In order of position. */
  classes: TaskClass[];
}

/** Colours that people with any colour vision tell apart (Okabe and Ito 2008), black left out. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#f0e442'];

function classesOf(database: Database, taskId: number): TaskClass[] {
  return database.all<TaskClass>(
    'SELECT id, position, name, colour FROM task_class WHERE task_id = ? ORDER BY position',
    [taskId],
  );
}

/** All tasks, in the order they were made. */
export function listTasks(project: Project): Task[] {
  const { database } = project.catalogue;
  const tasks = database.all<Omit<Task, 'classes'>>('SELECT id, name, created FROM task ORDER BY id');
  return tasks.map((task) => ({ ...task, classes: classesOf(database, task.id) }));
}

/** The task of that name, or null. */
export function findTask(project: Project, name: string): Task | null {
  const { database } = project.catalogue;
  const task = database.one<Omit<Task, 'classes'>>('SELECT id, name, created FROM task WHERE name = ?', [name]);
  return task === undefined ? null : { ...task, classes: classesOf(database, task.id) };
}

/** @throws PretextError `not-found`, naming the tasks there are. */
export function getTask(project: Project, name: string): Task {
  const task = findTask(project, name);
  if (task !== null) return task;
  const names = listTasks(project).map((known) => `'${known.name}'`);
  throw new PretextError({
    code: 'not-found',
    message: `There is no task '${name}' in this project.`,
    remedy:
      names.length === 0
        ? "It has no task yet: 'pretext label import' makes one."
        : `Its tasks are ${names.join(', ')}.`,
  });
}

/** @throws PretextError `not-found`, naming the classes the task has. */
export function getClass(task: Task, name: string): TaskClass {
  const found = task.classes.find((known) => known.name === name);
  if (found !== undefined) return found;
  throw new PretextError({
    code: 'not-found',
    message: `The task '${task.name}' has no class '${name}'.`,
    remedy: `Its classes are ${task.classes.map((known) => `'${known.name}'`).join(', ')}.`,
  });
}

function checkName(kind: 'task' | 'class', name: string): void {
  if (name.trim() !== '' && name === name.trim()) return;
  throw new PretextError({
    code: 'bad-argument',
    message: `'${name}' cannot be the name of a ${kind}.`,
    remedy: 'Give a name that is not empty and neither begins nor ends with a space.',
  });
}

/**
 * Makes a task. Classes get positions in the order given and, where no colour is given, one of a palette.
 *
 * @throws PretextError `bad-argument` where the name is taken or a class is named twice.
 */
export function createTask(project: Project, name: string, classes: { name: string; colour?: string }[]): Task {
  const { database } = project.catalogue;
  checkName('task', name);
  return database.transaction(() => {
    if (findTask(project, name) !== null) {
      throw new PretextError({
        code: 'bad-argument',
        message: `There is a task '${name}' already.`,
        remedy: 'Choose another name, or use that task.',
      });
    }
    database.run('INSERT INTO task (name, created) VALUES (?, ?)', [name, new Date().toISOString()]);
    for (const entry of classes) addClass(project, name, entry.name, entry.colour);
    return getTask(project, name);
  });
}

/**
 * Adds a class at the end of a task's classes. Models trained before do not know it.
 *
 * @throws PretextError `not-found`, `bad-argument` where the task has a class of that name.
 */
export function addClass(project: Project, taskName: string, name: string, colour?: string): TaskClass {
  const { database } = project.catalogue;
  checkName('class', name);
  return database.transaction(() => {
    const task = getTask(project, taskName);
    if (task.classes.some((known) => known.name === name)) {
      throw new PretextError({
        code: 'bad-argument',
        message: `The task '${taskName}' has a class '${name}' already.`,
        remedy: 'Name each class once.',
      });
    }
    const position = task.classes.length;
    const shade = colour ?? COLOURS[position % COLOURS.length] ?? '#0072b2';
    const { id } = database.run('INSERT INTO task_class (task_id, position, name, colour) VALUES (?, ?, ?, ?)', [
      task.id,
      position,
      name,
      shade,
    ]);
    return { id, position, name, colour: shade };
  });
}

/**
 * Gives a class another name or colour; its labels stay.
 *
 * @throws PretextError `not-found`, `bad-argument` where another class has that name.
 */
export function changeClass(
  project: Project,
  taskName: string,
  name: string,
  change: { name?: string; colour?: string },
): void {
  const { database } = project.catalogue;
  database.transaction(() => {
    const task = getTask(project, taskName);
    const found = getClass(task, name);
    const renamed = change.name ?? found.name;
    checkName('class', renamed);
    if (task.classes.some((known) => known.name === renamed && known.id !== found.id)) {
      throw new PretextError({
        code: 'bad-argument',
        message: `The task '${taskName}' has a class '${renamed}' already.`,
        remedy: 'Choose another name.',
      });
    }
    const values = [renamed, change.colour ?? found.colour, found.id];
    database.run('UPDATE task_class SET name = ?, colour = ? WHERE id = ?', values);
  });
}
