/** @file Which images make the batch of a step: a pure function of seed and step. */

import { Purpose, Random } from '../base/random.js';

/** Where the second view of a contrastive pair comes from. */
export type Positives = 'image' | 'series' | 'patient';

export interface SamplerPlan {
  /** Number of samples. */
  count: number;
  batch: number;
  seed: number;
  /** [count] group (series or patient) of each sample, from which second views are drawn; null: the image itself. */
  groups: Int32Array | null;
}

/** The batch of a step: indices into the samples, [batch] each. */
export interface BatchIndices {
  anchors: Int32Array;
  /** The sample of each second view; equal to the anchor where its group has no other. */
  partners: Int32Array;
}

/** Tells the streams of one step apart from those of views 0 and 1; see BatchFiller. */
const partnerStream = 2;

/**
 * Steps of one epoch: whole batches, the incomplete last one is left out (the next epoch's order is another). Fewer
 * samples than a batch make an epoch of one step.
 */
export function stepsPerEpoch(count: number, batch: number): number {
  return Math.max(1, Math.floor(count / batch));
}

/** Order of the samples in an epoch. */
export function epochOrder(seed: number, epoch: number, count: number): Int32Array {
  return new Random(seed, Purpose.shuffle, epoch).permutation(count);
}

/** Members of each sample's group: `members[starts[g] .. starts[g + 1])` for the g-th group. */
interface GroupTable {
  groupOf: Int32Array;
  starts: Int32Array;
  members: Int32Array;
}

function tableOf(groups: Int32Array): GroupTable {
  const numbers = new Map<number, number>();
  const groupOf = groups.map((group) => {
    const known = numbers.get(group);
    if (known !== undefined) return known;
    numbers.set(group, numbers.size);
    return numbers.size - 1;
  });
  const starts = new Int32Array(numbers.size + 1);
  for (const group of groupOf) starts[group + 1]!++;
  for (let group = 0; group < numbers.size; group++) starts[group + 1]! += starts[group]!;
  const next = starts.slice();
  const members = new Int32Array(groupOf.length);
  groupOf.forEach((group, sample) => {
    members[next[group]!++] = sample;
  });
  return { groupOf, starts, members };
}

/** Draws the samples of any step; keeps the order of the last epoch asked for. */
export class Sampler {
  readonly stepsPerEpoch: number;
  private readonly table: GroupTable | null;
  private order: { epoch: number; samples: Int32Array } | null = null;

  constructor(private readonly plan: SamplerPlan) {
    this.stepsPerEpoch = stepsPerEpoch(plan.count, plan.batch);
    this.table = plan.groups === null ? null : tableOf(plan.groups);
  }

  /** Samples of step `step`, counted from 0 over all epochs. */
  batchAt(step: number): BatchIndices {
    const { batch, count } = this.plan;
    const anchors = new Int32Array(batch);
    if (count >= batch) {
      const first = (step % this.stepsPerEpoch) * batch;
      anchors.set(this.orderOf(Math.floor(step / this.stepsPerEpoch)).subarray(first, first + batch));
    } else {
      // A small set is one endless run of permutations, cut into batches.
      for (let i = 0; i < batch; i++) {
        const position = step * batch + i;
        anchors[i] = this.orderOf(Math.floor(position / count))[position % count]!;
      }
    }
    const table = this.table;
    if (table === null) return { anchors, partners: anchors };
    return { anchors, partners: anchors.map((anchor, i) => this.partnerOf(table, anchor, step, i)) };
  }

  private orderOf(epoch: number): Int32Array {
    if (this.order?.epoch !== epoch) {
      this.order = { epoch, samples: epochOrder(this.plan.seed, epoch, this.plan.count) };
    }
    return this.order.samples;
  }

  private partnerOf(table: GroupTable, anchor: number, step: number, position: number): number {
    const group = table.groupOf[anchor]!;
    const start = table.starts[group]!;
    const others = table.starts[group + 1]! - start - 1;
    if (others === 0) return anchor;
    const random = new Random(this.plan.seed, Purpose.augmentation, step, position, partnerStream);
    const chosen = table.members[start + random.below(others)]!;
    // The last member stands in for the anchor, so that every other member is equally likely.
    return chosen === anchor ? table.members[start + others]! : chosen;
  }
}
