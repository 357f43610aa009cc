/** @file A model of a project as one ONNX file. */

import { statSync } from 'node:fs';
import type { Project } from '../catalogue/project.js';
import { exportOnnx } from '../exports/onnx.js';
import { readModelCard, readWeights } from './model-store.js';

/** @throws PretextError `not-found`, `bad-file`, `disk-full`, `unreadable`. @returns bytes written */
export function exportModel(project: Project, model: string, path: string): { bytes: number } {
  exportOnnx(path, readModelCard(project, model), readWeights(project, model));
  return { bytes: statSync(path).size };
}
