/** @file Answers calls about tasks and their classes. */

import { classFigures } from '../catalogue/queries.js';
import { addClass, changeClass, createTask, getTask, listTasks, type Task } from '../catalogue/tasks.js';
import type { TaskInfo, taskCalls } from '../contract/labels.js';
import type { Handlers } from './handlers.js';
import type { Workbench } from './workbench.js';

/** A task with what is labelled for each of its classes. */
function taskInfo(workbench: Workbench, task: Task): TaskInfo {
  const figures = classFigures(workbench.project, task);
  return {
    id: task.id,
    name: task.name,
    created: task.created,
    classes: task.classes.map(({ name, colour }, index) => ({
      name,
      colour,
      images: figures[index]?.images ?? 0,
      patients: figures[index]?.patients ?? 0,
    })),
  };
}

/** Does something to a task and says how it is now. */
function changedTask(workbench: Workbench, name: string): TaskInfo {
  workbench.changed('labels');
  return taskInfo(workbench, getTask(workbench.project, name));
}

export function answerTasks(workbench: Workbench): Handlers<keyof typeof taskCalls> {
  return {
    'tasks:list': () => listTasks(workbench.project).map((task) => taskInfo(workbench, task)),
    'tasks:create': ({ name, classes }) => {
      const wanted = classes.map((entry) => ({
        name: entry.name,
        ...(entry.colour === undefined ? {} : { colour: entry.colour }),
      }));
      createTask(workbench.project, name, wanted);
      return changedTask(workbench, name);
    },
    'tasks:addClass': ({ task, name, colour }) => {
      addClass(workbench.project, task, name, colour);
      return changedTask(workbench, task);
    },
    'tasks:changeClass': ({ task, name, newName, colour }) => {
      changeClass(workbench.project, task, name, {
        ...(newName === undefined ? {} : { name: newName }),
        ...(colour === undefined ? {} : { colour }),
      });
      return changedTask(workbench, task);
    },
  };
}
