/** @file Weights made elsewhere as the start of a run: read, fitted to the encoder, and told about. */

import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { fileError, PretextError } from '../base/errors.js';
import { readSafetensors, type Tensor as StoredTensor } from '../exports/safetensors.js';
import { fromHalf } from '../graph/half.js';
import { input } from '../graph/ops/source.js';
import { type ForeignTensor, fitWeights } from '../nn/foreign-weights.js';
import { ParameterScope } from '../nn/parameters.js';
import { patchify, vitEncoder } from '../nn/vit.js';
import type { RunConfig, StartWeights } from './run-store.js';

/** Names that a message lists before it counts. */
const NAMED = 4;

/** A tensor's values in single precision; null for whole numbers, which are no weights. */
function toFloat32(tensor: StoredTensor): Float32Array | null {
  switch (tensor.dtype) {
    case 'F32':
      return tensor.data;
    case 'F64':
      return Float32Array.from(tensor.data);
    case 'F16':
      return Float32Array.from(tensor.data, fromHalf);
    case 'BF16':
      return new Float32Array(Uint32Array.from(tensor.data, (bits) => bits << 16).buffer);
    default:
      return null;
  }
}

/** PyTorch's own files (.pt, .pth, .bin) are ZIP archives of pickles, which can run code when they are opened. */
function refusePickle(path: string): void {
  const head = Buffer.alloc(4);
  try {
    const descriptor = openSync(path, 'r');
    try {
      readSync(descriptor, head, 0, 4, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fileError(error, path);
  }
  if (head.toString('latin1') !== 'PK\x03\x04' && head[0] !== 0x80) return;
  throw new PretextError({
    code: 'bad-file',
    message: 'This is a PyTorch pickle, which can run code when it is opened.',
    path,
    remedy: 'Save the weights as safetensors, for example with safetensors.torch.save_file(model.state_dict(), path).',
  });
}

/**
 * Reads a safetensors file and fits it to the encoder of a run.
 *
 * @throws PretextError `bad-file` (no safetensors, or nothing in it fits), `unreadable`
 */
export function startFrom(
  path: string,
  { vit }: Pick<RunConfig, 'vit'>,
): { origin: StartWeights; tensors: Map<string, StoredTensor> } {
  refusePickle(path);
  const scope = ParameterScope.root('float32');
  const images = input('images', [1, vit.channels, vit.imageSize, vit.imageSize], 'float32');
  vitEncoder(scope, vit, patchify(images, vit.patchSize), { trainPositions: true });

  const foreign = new Map<string, ForeignTensor>();
  for (const [name, tensor] of readSafetensors(path).tensors) {
    const data = toFloat32(tensor);
    if (data !== null) foreign.set(name, { shape: tensor.shape, data });
  }
  const { values, report } = fitWeights(scope.parameters, foreign);
  const blocks = [...values.keys()].filter((name) => name.startsWith('blocks.')).length;
  if (blocks === 0) {
    const first = report.missing.find(({ name }) => name.startsWith('blocks.'));
    throw new PretextError({
      code: 'bad-file',
      message: `None of this file's ${foreign.size} tensors fits a block of the encoder${first === undefined ? '' : `: ${first.name} ${first.reason}`}.`,
      path,
      remedy:
        "It needs timm's names and the encoder's shape: choose --backbone, --patch-size and --depth as the file's.",
    });
  }
  const broken = [...values].find(([, data]) => data.some((value) => !Number.isFinite(value)));
  if (broken !== undefined) {
    throw new PretextError({
      code: 'bad-file',
      message: `The tensor ${broken[0]} holds values that are no numbers.`,
      path,
      remedy: 'The training that made it broke down, or the file is damaged; take another.',
    });
  }
  const tensors = new Map<string, StoredTensor>();
  for (const { name, tensor } of scope.parameters) {
    const data = values.get(name);
    if (data !== undefined) tensors.set(name, { dtype: 'F32', shape: [...tensor.shape], data });
  }
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { origin: { file: basename(path), sha256, ...report }, tensors };
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}

/** What was taken from a file, for people. */
export function startMessage({ file, loaded, adapted, missing, unused }: StartWeights): string {
  const parts = [`${loaded.length} tensors as they are`];
  for (const { name, how } of adapted) parts.push(`${name} ${how}`);
  const kept = missing.map(({ name, reason }) => `${name} ${reason}`);
  if (kept.length > 0) parts.push(`not loaded and left at random: ${listed(kept)}`);
  if (unused.length > 0) parts.push(`of no use here: ${listed(unused)}`);
  return `Weights from ${file}: ${parts.join('; ')}.`;
}
