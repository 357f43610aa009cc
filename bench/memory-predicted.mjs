/**
 * @file How well the memory of a training step is predicted (src-main/graph/memory.ts, training/step-runner.ts): the peak of
 * resident memory over four steps and a checkpoint, less that of the process before, beside the prediction.
 *
 *   node bench/memory-predicted.mjs [--csv FILE] [--programs 'U-Net,128,8;vit-tiny MAE,64,32']
 *
 * Each program (name, image size, batch) has a process of its own, on the CPU with two threads; PRETEXT_NATIVE=off takes ONNX Runtime.
 */

import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';

const ALL = [
  '4 blocks MAE,32,16',
  '4 blocks MAE,64,64',
  'vit-tiny MAE,64,32',
  'vit-tiny MAE,128,32',
  'vit-tiny MAE,224,32',
  'vit-small MAE,224,16',
  'vit-base MAE,64,4',
  '4 blocks SimCLR,64,64',
  '4 blocks SimCLR,64,128',
  'vit-tiny SimCLR,224,8',
  'resnet-18 SimCLR,96,16',
  'resnet-18 SimCLR,96,32',
  'U-Net,128,4',
  'U-Net,128,8',
];
const { values: flags } = parseArgs({ options: { csv: { type: 'string' }, programs: { type: 'string' } } });
const script = await bundle('memory-predicted');

for (const line of flags.programs?.split(';') ?? ALL) {
  const [name, imageSize, batch] = line.split(',');
  const { stdout, status } = spawnSync(process.execPath, [script, name, imageSize, batch], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${line} ended with ${status}`);
  const { engine, nodes, held, activations, predicted, measured } = JSON.parse(stdout.trim().split('\n').at(-1));
  const row = {
    cpu: cpus()[0].model.trim(),
    engine,
    program: name,
    imageSize,
    batch,
    onnxNodes: nodes,
    heldMiB: held.toFixed(0),
    activationsMiB: activations.toFixed(0),
    predictedMiB: predicted.toFixed(0),
    measuredMiB: measured.toFixed(0),
    errorPercent: (100 * (predicted / measured - 1)).toFixed(0),
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
  if (flags.csv === undefined) continue;
  if (!existsSync(flags.csv)) appendFileSync(flags.csv, `${Object.keys(row).join(',')}\n`);
  appendFileSync(flags.csv, `${Object.values(row).join(',')}\n`);
}
