/** @file Drawing the few labels that an experiment may see. */

import { PretextError } from '../base/errors.js';
import { Purpose, Random } from '../base/random.js';

export interface LabelledImage {
  imageId: number;
  patientId: number;
  classIndex: number;
}

export interface LabelDrawOptions {
  /**
   * 'images' (default): each image of a class is as likely as any other, as in the published comparisons that draw
   * "evenly over classes". 'patients': one image of each patient of a class before a second of any.
   */
  spread?: 'images' | 'patients';
  /** Names of the task's classes; without them there are as many as the largest class index says. */
  classNames?: readonly string[];
}

export interface LabelDraw {
  /** Image ids in drawing order, the classes taking turns. */
  imageIds: number[];
  /** Images drawn of each class, [classes]. */
  perClass: number[];
  /** What was asked of each class, [classes]. */
  asked: number[];
  /** What differs from an even draw, for a person; null where nothing does. */
  note: string | null;
}

/**
 * Draws `n` labels evenly over the classes, which take turns: n / classes of each, the remainder to the first classes.
 * A class with too few images gives all it has, and the others fill the gap. A pure function of the images and the
 * seed, whatever the images' order; a smaller draw by the same seed is part of a larger one.
 *
 * @throws PretextError `bad-argument` where n is no positive whole number, `too-few-labels` without any image.
 */
export function drawLabels(
  images: readonly LabelledImage[],
  n: number,
  seed: number,
  options: LabelDrawOptions = {},
): LabelDraw {
  if (!Number.isInteger(n) || n < 1) {
    throw new PretextError({ code: 'bad-argument', message: `${n} labels cannot be drawn.` });
  }
  const classes = options.classNames?.length ?? images.reduce((most, image) => Math.max(most, image.classIndex + 1), 0);
  if (images.length === 0 || classes === 0) {
    throw new PretextError({
      code: 'too-few-labels',
      message: 'There is no labelled image to draw from.',
      remedy: 'Label some images of the training patients first.',
    });
  }
  const queues = Array.from({ length: classes }, (_, index) => {
    const random = new Random(seed, Purpose.labelDraw, index);
    const ofClass = images.filter((image) => image.classIndex === index).sort((a, b) => a.imageId - b.imageId);
    random.shuffle(ofClass);
    return options.spread === 'patients' ? patientsFirst(ofClass) : ofClass;
  });
  const asked = queues.map((_, index) => Math.floor(n / classes) + (index < n % classes ? 1 : 0));
  const longest = Math.max(...queues.map((queue) => queue.length));
  const imageIds: number[] = [];
  const perClass = new Array<number>(classes).fill(0);
  for (let turn = 0; turn < longest; turn++) {
    for (let index = 0; index < classes && imageIds.length < n; index++) {
      if (turn >= queues[index].length) continue;
      imageIds.push(queues[index][turn].imageId);
      perClass[index]++;
    }
  }
  const note = describeShortage(n, imageIds.length, asked, queues, options.classNames);
  return { imageIds, perClass, asked, note };
}

/** Orders shuffled images so that each patient's second image comes after every patient's first, and so on. */
function patientsFirst(shuffled: LabelledImage[]): LabelledImage[] {
  const seen = new Map<number, number>();
  const rounds: LabelledImage[][] = [];
  for (const image of shuffled) {
    const round = seen.get(image.patientId) ?? 0;
    seen.set(image.patientId, round + 1);
    rounds[round] ??= [];
    rounds[round].push(image);
  }
  return rounds.flat();
}

function describeShortage(
  n: number,
  drawn: number,
  asked: number[],
  queues: LabelledImage[][],
  names: readonly string[] | undefined,
): string | null {
  const short = asked.flatMap((count, index) =>
    queues[index].length < count
      ? [`${names?.[index] ?? `class ${index}`} has ${queues[index].length} of ${count}`]
      : [],
  );
  if (short.length === 0) return null;
  const filled = drawn === n ? 'other classes fill the gap' : `only ${drawn} of ${n} labels could be drawn`;
  return `Not even over classes: ${short.join(', ')}; ${filled}.`;
}
