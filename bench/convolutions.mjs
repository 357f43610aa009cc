/**
 * @file Times the convolutions of ResNet-18 (96 px, 128 pictures) and of a U-Net (128 px, 16 pictures) beside PyTorch's,
 * each with the gradients of its input and of its weight:
 *
 *   node bench/convolutions.mjs --python PEERS/bin/python [--threads 1] [--rounds 3] [--csv bench/results/FILE.csv]
 *
 * Processor time of all threads is compared, not time by the clock: it changes less with what else the machine does.
 */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    threads: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    csv: { type: 'string' },
  },
});
if (flags.python === undefined) throw new Error('name the Python of the peers with --python');

const { Random, ProgramSession, gradients, conv, mul, sum, input, program } = createRequire(import.meta.url)(
  await bundle('engine-exports'),
);

const layer = (name, batch, channels, outputs, length, kernel, stride) => ({
  name,
  x: [batch, channels, length, length],
  weight: [outputs, channels, kernel, kernel],
  stride,
  padding: Math.floor(kernel / 2),
});
const LAYERS = [
  layer('resnet stem', 128, 1, 64, 96, 7, 2),
  layer('resnet layer1', 128, 64, 64, 24, 3, 1),
  layer('resnet layer2 first', 128, 64, 128, 24, 3, 2),
  layer('resnet layer2 shortcut', 128, 64, 128, 24, 1, 2),
  layer('resnet layer2', 128, 128, 128, 12, 3, 1),
  layer('resnet layer3', 128, 256, 256, 6, 3, 1),
  layer('resnet layer4', 128, 512, 512, 3, 3, 1),
  layer('u-net level 0', 16, 32, 32, 128, 3, 1),
  layer('u-net level 1', 16, 64, 64, 64, 3, 1),
  layer('u-net level 2', 16, 128, 128, 32, 3, 1),
  layer('u-net level 3', 16, 256, 256, 16, 3, 1),
  layer('u-net level 4', 16, 512, 512, 8, 3, 1),
];

const random = new Random(1);
const noise = (shape) => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform(-1, 1));

async function least(name, inputs, output, feeds) {
  const session = await ProgramSession.create(program(name, { inputs, outputs: { output } }), {
    provider: 'cpu',
    threads: Number(flags.threads),
  });
  await session.run(feeds);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < Number(flags.rounds); round++) {
    const began = process.cpuUsage();
    await session.run(feeds);
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / 1000);
  }
  await session.release();
  return best;
}

async function own({ name, x: xShape, weight: weightShape, stride, padding }) {
  const x = input('x', xShape, 'float32');
  const weight = input('weight', weightShape, 'float32');
  const y = conv(x, weight, { stride, padding });
  const g = input('g', y.shape, 'float32');
  const [toInput, toWeight] = gradients(sum(mul(y, g), null), [x, weight]);
  const feeds = { x: noise(xShape), weight: noise(weightShape), g: noise(y.shape) };
  return {
    forward: await least(name, [x, weight], y, feeds),
    toInput: await least(name, [weight, g], toInput, feeds),
    toWeight: await least(name, [x, g], toWeight, feeds),
    operations: 2 * y.size * (weight.size / weightShape[0]),
  };
}

const peer = spawnSync(
  flags.python,
  [join(root, 'bench/peers/conv_layers.py'), '--threads', flags.threads, '--rounds', flags.rounds],
  { input: JSON.stringify(LAYERS), encoding: 'utf8', maxBuffer: 1 << 24 },
);
if (peer.status !== 0) throw new Error(peer.stderr);
const torch = JSON.parse(peer.stdout);

const rows = [['layer', 'what', 'gigaOperations', 'pretextMs', 'torchMs', 'ratio']];
for (const one of LAYERS) {
  const times = await own(one);
  for (const what of ['forward', 'toInput', 'toWeight']) {
    const [ms, peerMs] = [times[what], torch[one.name][what]];
    rows.push([
      one.name,
      what,
      (times.operations / 1e9).toFixed(2),
      ms.toFixed(1),
      peerMs.toFixed(1),
      (peerMs / ms).toFixed(2),
    ]);
    process.stderr.write(`${rows.at(-1).join(' ')}\n`);
  }
}
if (flags.csv !== undefined) writeFileSync(flags.csv, `${rows.map((row) => row.join(',')).join('\n')}\n`);
process.stdout.write(`${JSON.stringify({ torch: torch.version, threads: Number(flags.threads) })}\n`);
