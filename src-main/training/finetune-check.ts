/** @file What fine-tuning would learn from and be measured on, told before it starts. */

import { PretextError } from '../base/errors.js';
import type { Project } from '../catalogue/project.js';
import { type LabelledGroup, labelledGroups, markedImages } from '../catalogue/queries.js';
import { getTask } from '../catalogue/tasks.js';
import { type BackboneName, VIT_BACKBONES, type VitConfig } from '../nn/vit.js';
import { SPLITS, type Split } from '../tasks/splits.js';
import {
  canChooseThreshold,
  type LabelProblem,
  labelProblem,
  MIN_VALIDATION_PATIENTS,
  patientsByClass,
  type TaskSplit,
  taskSplit,
} from '../tasks/task-split.js';
import { encoderShape } from './finetune-data.js';
import { readRun } from './run-store.js';

export interface Amount {
  patients: number;
  images: number;
}

export interface FinetuneCheck {
  task: string;
  classes: ({ name: string; colour: string; all: Amount } & Record<Split, Amount>)[];
  split: Pick<TaskSplit, 'origin' | 'validation'> & { choosesThreshold: boolean } & Record<Split, Amount>;
  groups: { classIndex: number; part: Split; patients: number }[];
  mixedPatients: number;
  leftOut: { marked: number; withoutPart: number };
  validationPatientsNeeded: number;
  problem: LabelProblem | null;
  encoder: {
    backbone: BackboneName | null;
    depth: number;
    imageSize: number;
    patchSize: number;
    sawTestPatients: boolean;
  };
}

/** A patient's images of one class, as one image to the rules of splitting: these look at patients and classes alone. */
type Group = LabelledGroup & { imageId: number };

function imagesOf(groups: readonly Group[]): number {
  return groups.reduce((sum, { images }) => sum + images, 0);
}

/** A split in which no patient has a part: of labels whose own split cannot be used. */
const NO_SPLIT: TaskSplit = {
  ofImage: new Map(),
  ofPatient: new Map(),
  images: { train: 0, val: 0, test: 0 },
  patients: { train: 0, val: 0, test: 0 },
  origin: 'official',
  validation: 'none',
};

/** The task's split, or why there is none. */
function splitOrProblem(
  labelled: readonly Group[],
  classNames: readonly string[],
): { split: TaskSplit; problem: LabelProblem | null } {
  try {
    const split = taskSplit(labelled, classNames.length);
    return { split, problem: labelProblem(labelled, split.ofImage, classNames) };
  } catch (error) {
    if (!(error instanceof PretextError)) throw error;
    return { split: NO_SPLIT, problem: { message: error.message, remedy: error.remedy ?? '' } };
  }
}

function amountOf(groups: readonly Group[]): Amount {
  return { images: imagesOf(groups), patients: new Set(groups.map(({ patientId }) => patientId)).size };
}

/** Patients by part and by the rarest class among their images. */
function groupsOf(labelled: readonly Group[], { ofPatient }: TaskSplit, classes: readonly Amount[]) {
  const rarest = new Map<number, number>();
  const mixed = new Set<number>();
  for (const { patientId, classIndex } of labelled) {
    const known = rarest.get(patientId);
    if (known !== undefined && known !== classIndex) mixed.add(patientId);
    if (known === undefined || classes[classIndex].patients < classes[known].patients)
      rarest.set(patientId, classIndex);
  }
  const counts = classes.map(() => ({ train: 0, val: 0, test: 0 }));
  for (const [patient, classIndex] of rarest) {
    const part = ofPatient.get(patient);
    if (part !== undefined) counts[classIndex][part]++;
  }
  const groups = counts.flatMap((ofClass, classIndex) =>
    SPLITS.map((part) => ({ classIndex, part, patients: ofClass[part] })),
  );
  return { groups: groups.filter(({ patients }) => patients > 0), mixedPatients: mixed.size };
}

function backboneOf(vit: VitConfig): BackboneName | null {
  const names = Object.keys(VIT_BACKBONES) as BackboneName[];
  return (
    names.find((name) => VIT_BACKBONES[name].width === vit.width && VIT_BACKBONES[name].heads === vit.heads) ?? null
  );
}

/**
 * Reads the labels of a task and splits them as fine-tuning would.
 *
 * @param run the run whose encoder would be used; null: random weights
 * @throws PretextError `not-found` (task, run).
 */
export function checkFinetune(project: Project, taskName: string, run: string | null): FinetuneCheck {
  const task = getTask(project, taskName);
  const names = task.classes.map(({ name }) => name);
  const labelled = labelledGroups(project, task).map((group, imageId): Group => ({ ...group, imageId }));
  const { split, problem } = splitOrProblem(labelled, names);
  const inPart = (images: readonly Group[], part: Split) =>
    amountOf(images.filter(({ imageId }) => split.ofImage.get(imageId) === part));
  const parts = (images: readonly Group[]): Record<Split, Amount> => ({
    train: inPart(images, 'train'),
    val: inPart(images, 'val'),
    test: inPart(images, 'test'),
  });
  const classes = task.classes.map(({ name, colour }, index) => {
    const own = labelled.filter(({ classIndex }) => classIndex === index);
    return { name, colour, all: amountOf(own), ...parts(own) };
  });
  const config = run === null ? null : readRun(project, run);
  const vit = encoderShape(project, run);
  return {
    task: task.name,
    classes,
    split: {
      origin: split.origin,
      validation: split.validation,
      choosesThreshold: canChooseThreshold(patientsByClass(labelled, split.ofImage, 'val', names.length)),
      ...parts(labelled),
    },
    ...groupsOf(
      labelled,
      split,
      classes.map(({ all }) => all),
    ),
    leftOut: {
      marked: markedImages(project, task),
      withoutPart: problem === null ? imagesOf(labelled.filter(({ imageId }) => !split.ofImage.has(imageId))) : 0,
    },
    validationPatientsNeeded: MIN_VALIDATION_PATIENTS,
    problem,
    encoder: {
      backbone: backboneOf(vit),
      depth: vit.depth,
      imageSize: vit.imageSize,
      patchSize: vit.patchSize,
      // A run on the official training images has seen no test patient, unless these were drawn later.
      sawTestPatients: config !== null && (config.split !== 'train' || split.origin === 'automatic'),
    },
  };
}
