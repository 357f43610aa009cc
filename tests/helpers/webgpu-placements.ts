/** @file Where WebGPU runs each op: the fixture that docs/ops.md is written from. */

import { resolve } from 'node:path';

/** An op on WebGPU. */
export interface OpPlacement {
  /** ONNX operators that ran on WebGPU. */
  webgpu: string[];
  /** Those that ran on the CPU, each with the element types that it read. */
  cpu: string[];
  /** Forms of the op that fail or compute something else, and how. */
  wrong: string[];
}

/** What tests/fixtures/webgpu-ops.json holds; `npm run docs:webgpu` writes it. */
export interface Placements {
  /** Version of onnxruntime-node. */
  onnxruntime: string;
  ops: Record<string, OpPlacement>;
}

export const PLACEMENTS_FILE = resolve('tests/fixtures/webgpu-ops.json');
