/** @file The tasks of the open project, with what is labelled for each, and the one that is worked on. */

import type { TaskInfo } from '../../src-main/contract/labels.js';
import { call, listen } from '../bridge/index.js';
import { errors } from './errors.svelte.js';

class Tasks {
  /** In the order they were made. */
  all = $state<TaskInfo[]>([]);
  /** False until the tasks of the open project were read for the first time. */
  loaded = $state(false);
  private chosen = $state<string | null>(null);
  /** The task that was chosen last, else the newest; null where the project has none. */
  readonly current = $derived(this.all.find(({ name }) => name === this.chosen) ?? this.all.at(-1) ?? null);

  constructor() {
    listen('project:changed', ({ what }) => {
      if (what === 'project' || what === 'labels' || what === 'images') void this.refresh();
    });
    void this.refresh();
  }

  choose(name: string): void {
    this.chosen = name;
  }

  /** Reads the tasks again; an error becomes a notice. */
  async refresh(): Promise<void> {
    if ((await call('project:current', null)) === null) {
      this.all = [];
      this.loaded = false;
      return;
    }
    try {
      this.all = await call('tasks:list', null);
      this.loaded = true;
    } catch (error) {
      errors.show(error);
    }
  }

  /** Makes a task and works on it. @throws CallError where the name is taken or a class is named twice. */
  async create(name: string, classes: { name: string; colour?: string }[]): Promise<void> {
    const made = await call('tasks:create', { name, classes });
    this.put(made);
    this.choose(made.name);
  }

  /** @throws CallError where the task has a class of that name. */
  async addClass(task: string, name: string, colour: string): Promise<void> {
    this.put(await call('tasks:addClass', { task, name, colour }));
  }

  /** @throws CallError where another class has that name. */
  async changeClass(task: string, name: string, change: { newName?: string; colour?: string }): Promise<void> {
    this.put(await call('tasks:changeClass', { task, name, ...change }));
  }

  private put(changed: TaskInfo): void {
    const known = this.all.findIndex(({ id }) => id === changed.id);
    if (known < 0) this.all.push(changed);
    else this.all[known] = changed;
  }
}

export const tasks = new Tasks();
