/**
 * @file What docs/ops.md says of WebGPU is measured: every op runs alone on ONNX Runtime's WebGPU provider, and
 * tests/fixtures/webgpu-ops.json is what was found. `npm run docs:webgpu` measures anew. Without a GPU the test runs on
 * SwiftShader, as webgpu.test.ts does.
 */

import { expect, test } from 'vitest';
import { plainReason, trainOn } from '../../src-main/engine/devices.js';
import { checkedSize, selfCheckProgram } from '../../src-main/engine/self-check.js';
import { SOFTWARE_DRIVERS, useSoftwareDriver } from '../helpers/vit-training.js';
import { measurePlacements } from '../helpers/webgpu-ops.js';
import { PLACEMENTS_FILE } from '../helpers/webgpu-placements.js';

// Each test file is a process of its own.
useSoftwareDriver();

test('every op computes the CPU’s values on WebGPU, where the fixture says (skipped without a GPU or SwiftShader)', async (context) => {
  const reason = await trainOn('webgpu', selfCheckProgram(checkedSize), 1).then(
    () => null,
    (error: unknown) => plainReason('webgpu', error),
  );
  if (reason !== null) {
    console.warn(`Ops are not tried on WebGPU: ${reason} No GPU, and none of ${SOFTWARE_DRIVERS.join(', ')}.`);
  }
  context.skip(reason !== null, reason ?? '');
  const placements = await measurePlacements();
  for (const [name, { webgpu: onGpu, cpu, wrong }] of Object.entries(placements.ops)) {
    expect(wrong, name).toEqual([]);
    expect(onGpu.length + cpu.length, name).toBeGreaterThan(0);
  }
  await expect(`${JSON.stringify(placements, null, 1)}\n`).toMatchFileSnapshot(PLACEMENTS_FILE);
});
