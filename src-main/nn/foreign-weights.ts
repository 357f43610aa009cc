/**
 * @file Weights made elsewhere: tensors under timm's and torchvision's names are fitted to a model's parameters, and
 * what was and was not loaded is said. Another image size or number of input channels is adapted as timm does it.
 */

import { type Shape, sameShape, sizeOf } from '../graph/tensor.js';
import type { Parameter } from './parameters.js';
import { resamplePositions } from './position-resample.js';

export interface ForeignTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface FitReport {
  /** Parameters that took their values as they are. */
  readonly loaded: readonly string[];
  /** Parameters whose values were changed to fit, and how. */
  readonly adapted: readonly { name: string; how: string }[];
  /** Parameters that the file does not have or that do not fit: they keep their initial values. */
  readonly missing: readonly { name: string; reason: string }[];
  /** Tensors of the file that the model has no place for. */
  readonly unused: readonly string[];
  /** What was taken off the front of the file's names, such as `module.`; '' for nothing. */
  readonly prefix: string;
}

export interface FittedWeights {
  readonly values: Map<string, Float32Array>;
  readonly report: FitReport;
}

type Fitted = { data: Float32Array; how: string | null } | { reason: string };

const shapeText = (shape: Shape): string => `[${shape.join(', ')}]`;

/**
 * The prefix under which most of the model's names are found: wrappers (`module.`, `model.`, `backbone.`, `encoder.`)
 * put one before every name.
 */
function commonPrefix(names: readonly string[], parameters: readonly Parameter[]): string {
  const wanted = new Set(parameters.map(({ name }) => name));
  const counts = new Map<string, number>();
  for (const name of names) {
    for (let dot = -1; ; ) {
      if (wanted.has(name.slice(dot + 1)))
        counts.set(name.slice(0, dot + 1), (counts.get(name.slice(0, dot + 1)) ?? 0) + 1);
      dot = name.indexOf('.', dot + 1);
      if (dot < 0) break;
    }
  }
  let best = '';
  for (const [prefix, count] of counts) if (count > (counts.get(best) ?? 0)) best = prefix;
  return best;
}

/** A kernel [outputs, channels, ...] for another number of input channels (timm's `adapt_input_conv`). */
function fitChannels({ shape, data }: ForeignTensor, channels: number): Fitted {
  const [outputs, own, ...kernel] = shape;
  const inner = sizeOf(kernel);
  const result = new Float32Array(outputs * channels * inner);
  // Grey pixels stand for all channels at once, so one channel is the sum; of several each takes a share.
  const factor = channels === 1 ? 1 : own / channels;
  for (let output = 0; output < outputs; output++) {
    const sources = channels === 1 ? own : channels;
    for (let channel = 0; channel < sources; channel++) {
      const source = (output * own + (channel % own)) * inner;
      const target = (output * channels + (channels === 1 ? 0 : channel)) * inner;
      for (let i = 0; i < inner; i++) result[target + i] += factor * data[source + i];
    }
  }
  const how = channels === 1 ? `${own} input channels summed to 1` : `${own} input channels repeated to ${channels}`;
  return { data: result, how };
}

/** Position embeddings [1, prefix + grid * grid, width] of another image size, with or without a class token. */
function fitPositions({ shape, data }: ForeignTensor, wanted: Shape): Fitted {
  const [, tokens, width] = wanted;
  const grid = Math.sqrt(tokens - 1);
  const classTokens = [1, 0].find((count) => Number.isInteger(Math.sqrt(shape[1] - count)));
  if (shape.length !== 3 || shape[2] !== width || classTokens === undefined || !Number.isInteger(grid)) {
    return { reason: `is ${shapeText(shape)} in the file and ${shapeText(wanted)} here` };
  }
  const from = Math.sqrt(shape[1] - classTokens);
  const result = new Float32Array(tokens * width);
  if (classTokens === 1) result.set(data.subarray(0, width));
  result.set(resamplePositions(data.subarray(classTokens * width), from, grid, width), width);
  return { data: result, how: `resampled from ${from} x ${from} to ${grid} x ${grid} patches` };
}

function fitTensor({ name, tensor: { shape: wanted } }: Parameter, found: ForeignTensor): Fitted {
  const { shape, data } = found;
  if (sameShape(shape, wanted)) return { data, how: null };
  if (/(^|\.)pos_embed$/.test(name)) return fitPositions(found, wanted);
  const otherChannels = shape.length >= 3 && sameShape([shape[0], wanted[1], ...shape.slice(2)], wanted);
  if (otherChannels && shape[1] > 0) return fitChannels(found, wanted[1]);
  // A linear layer may be kept as a convolution of one pixel, and the other way round.
  const squeezed = (lengths: Shape) => lengths.filter((length, axis) => axis < 2 || length !== 1);
  if (sameShape(squeezed(shape), squeezed(wanted))) return { data, how: `taken as ${shapeText(wanted)}` };
  return { reason: `is ${shapeText(shape)} in the file and ${shapeText(wanted)} here` };
}

/** Fits tensors to parameters by name; never fails, and says in the report what did not fit. */
export function fitWeights(
  parameters: readonly Parameter[],
  tensors: ReadonlyMap<string, ForeignTensor>,
): FittedWeights {
  const prefix = commonPrefix([...tensors.keys()], parameters);
  const values = new Map<string, Float32Array>();
  const loaded: string[] = [];
  const adapted: { name: string; how: string }[] = [];
  const missing: { name: string; reason: string }[] = [];
  const used = new Set<string>();
  for (const parameter of parameters) {
    const { name } = parameter;
    const found = tensors.get(prefix + name);
    const fitted: Fitted = found === undefined ? { reason: 'is not in the file' } : fitTensor(parameter, found);
    if ('reason' in fitted) {
      missing.push({ name, reason: fitted.reason });
      continue;
    }
    used.add(prefix + name);
    values.set(name, fitted.data);
    if (fitted.how === null) loaded.push(name);
    else adapted.push({ name, how: fitted.how });
  }
  // torch.nn.BatchNorm's count of batches: with a fixed momentum nothing reads it.
  const isCount = (name: string) => name.endsWith('.num_batches_tracked');
  const unused = [...tensors.keys()].filter((name) => !used.has(name) && !isCount(name));
  return { values, report: { loaded, adapted, missing, unused, prefix } };
}
