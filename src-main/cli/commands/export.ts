/** @file `pretext export`: a model as ONNX, or weights as safetensors. */

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { fileError, PretextError } from '../../base/errors.js';
import { writeFileAtomic } from '../../base/files.js';
import type { Project } from '../../catalogue/project.js';
import { exportOnnx } from '../../exports/onnx.js';
import { modelPaths, readModelCard, readWeights } from '../../training/model-store.js';
import { readRun, runPaths } from '../../training/run-store.js';
import {
  addExamples,
  addProject,
  type Context,
  choice,
  type Outcome,
  type Perform,
  type ProjectFlag,
  UsageError,
  withProject,
} from '../command.js';
import { formatBytes } from '../format.js';
import { resolveRun } from '../runs.js';
import { RESEARCH_USE_ONLY } from '../terminal.js';

type Format = 'onnx' | 'safetensors';

interface ExportFlags extends ProjectFlag {
  model?: string;
  run?: string;
  format: Format;
  out: string;
}

export function registerExport(program: Command, perform: Perform): void {
  const command = program
    .command('export')
    .description('write a model as one ONNX file, or the weights of a model or of an encoder as safetensors')
    .action((flags: ExportFlags) => perform(flags, (context) => exportWeights(context, flags)));
  addProject(command)
    .option('--model <id>', 'model to export')
    .addOption(new Option('--run <run>', "pretraining run whose encoder to export, or 'latest'").conflicts('model'))
    .addOption(choice('--format <format>', 'format of the file', ['onnx', 'safetensors']).makeOptionMandatory())
    .requiredOption('--out <file>', 'file to write');
  addExamples(command, [
    'export --project study --model probe-20260102-030405-1a2b --format onnx --out nodule.onnx',
    'export --project study --run latest --format safetensors --out encoder.safetensors',
  ]);
}

/** An encoder has no classes, so ONNX, the form of a classifier that is used elsewhere, is for models. */
function requireSource(flags: ExportFlags): void {
  if (flags.model !== undefined) return;
  if (flags.run === undefined) {
    throw new UsageError(
      'It is not said what to export.',
      'Give --model ID for a classifier or --run ID for an encoder.',
    );
  }
  if (flags.format === 'onnx') {
    throw new UsageError(
      'An encoder alone is exported as safetensors.',
      'Use --format safetensors, or export a fine-tuned model with --model ID.',
    );
  }
}

function exportWeights({ terminal }: Context, flags: ExportFlags): Promise<Outcome> {
  requireSource(flags);
  return withProject(flags.project, (project) => {
    const out = resolve(flags.out);
    const about = exportFrom(project, flags, out);
    const bytes = readFileSync(out).byteLength;
    terminal.result(
      { ...about, format: flags.format, out, bytes },
      `Written to ${out} (${formatBytes(bytes)}).\n${RESEARCH_USE_ONLY}`,
    );
    return 'done';
  });
}

function exportFrom(project: Project, flags: ExportFlags, out: string): { model: string } | { run: string } {
  if (flags.model !== undefined) {
    const card = readModelCard(project, flags.model);
    if (flags.format === 'onnx') exportOnnx(out, card, readWeights(project, card.id));
    else copyFile(modelPaths(project, card.id).weights, out);
    return { model: card.id };
  }
  const { id } = readRun(project, resolveRun(project, flags.run ?? 'latest'));
  const { encoder } = runPaths(project, id);
  if (!existsSync(encoder)) {
    throw new PretextError({
      code: 'not-found',
      message: `Run ${id} has not ended yet, so it has no encoder to export.`,
      remedy: `Let it go on: pretext pretrain --project ${flags.project} --resume ${id}.`,
    });
  }
  copyFile(encoder, out);
  return { run: id };
}

function copyFile(from: string, to: string): void {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(from);
  } catch (error) {
    throw fileError(error, from);
  }
  writeFileAtomic(to, [bytes]);
}
