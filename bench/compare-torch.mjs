/**
 * @file Times a training step of Pretext and of its PyTorch peer side by side, in one run, in turns:
 *
 *   node bench/compare-torch.mjs --python PEERS/bin/python [--program inpainting|contrastive] [--rounds 7]
 *     [--threads 2] [--batch 64] [--depth 12] [--compile] [--csv bench/results/FILE.csv]
 *
 * Each round starts both programs anew, alternating which goes first, and takes each one's median over its own
 * timed steps. The ratio of a round is Pretext's images per second over PyTorch's.
 */

import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    program: { type: 'string', default: 'inpainting' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    batch: { type: 'string', default: '64' },
    depth: { type: 'string', default: '12' },
    compile: { type: 'boolean', default: false },
    csv: { type: 'string' },
  },
});
if (flags.python === undefined) throw new Error('name the Python of the peers with --python');

const shape = ['--threads', flags.threads, '--batch', flags.batch, '--depth', flags.depth];
const lastLine = (text) => JSON.parse(text.trim().split('\n').at(-1));

function pretext() {
  const size = ['--rounds', '3', '--steps', '5', '--json'];
  const args = [
    join(root, 'out/main/cli.js'),
    'bench',
    '--methods',
    flags.program,
    '--device',
    'cpu',
    ...shape,
    ...size,
  ];
  const [result] = lastLine(execFileSync(process.execPath, args, { encoding: 'utf8' })).results;
  return { speed: result.imagesPerSecond, memory: result.peakMemoryBytes };
}

function torch() {
  const script = flags.program === 'inpainting' ? 'mae_step.py' : 'simclr_step.py';
  const extra = flags.compile ? ['--compile'] : [];
  const args = [join(root, 'bench/peers', script), ...shape, '--rounds', '3', '--steps', '5', ...extra];
  const result = lastLine(execFileSync(flags.python, args, { encoding: 'utf8' }));
  return { speed: result.imagesPerSecond, memory: result.peakRssBytes, version: result.version };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rounds = [];
for (let round = 0; round < Number(flags.rounds); round++) {
  const first = round % 2 === 0;
  const a = first ? pretext() : null;
  const peer = torch();
  const own = a ?? pretext();
  rounds.push({ own, peer, ratio: own.speed / peer.speed });
  process.stderr.write(
    `round ${round + 1}: Pretext ${own.speed.toFixed(1)}, PyTorch ${peer.speed.toFixed(1)} images/s, ratio ${(own.speed / peer.speed).toFixed(3)}\n`,
  );
}
const ratios = rounds.map((round) => round.ratio);
const summary = {
  program: flags.program,
  cpu: cpus()[0].model.trim(),
  threads: Number(flags.threads),
  precision: 'float32',
  batch: Number(flags.batch),
  image: 64,
  patch: 8,
  depth: Number(flags.depth),
  peer: `PyTorch ${rounds[0].peer.version}${flags.compile ? ' compiled' : ''}`,
  rounds: rounds.length,
  pretextImagesPerSecond: median(rounds.map(({ own }) => own.speed)).toFixed(1),
  peerImagesPerSecond: median(rounds.map(({ peer }) => peer.speed)).toFixed(1),
  ratioMedian: median(ratios).toFixed(3),
  ratioMin: Math.min(...ratios).toFixed(3),
  ratioMax: Math.max(...ratios).toFixed(3),
  pretextPeakBytes: median(rounds.map(({ own }) => own.memory)),
  peerPeakBytes: median(rounds.map(({ peer }) => peer.memory)),
};
process.stdout.write(`${JSON.stringify(summary)}\n`);
if (flags.csv !== undefined) {
  if (!existsSync(flags.csv)) appendFileSync(flags.csv, `${Object.keys(summary).join(',')}\n`);
  appendFileSync(flags.csv, `${Object.values(summary).join(',')}\n`);
}
