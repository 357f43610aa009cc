/** @file Occlusion maps: a network that looks at one corner, made by hand and run by ONNX Runtime, gets its map there. */

import { describe, expect, it } from 'vitest';
import { silentJob } from '../../../src-main/base/jobs.js';
import { initialValues } from '../../../src-main/nn/parameters.js';
import type { VitConfig } from '../../../src-main/nn/vit.js';
import { classifierGraph } from '../../../src-main/tasks/classifier.js';
import { heatColours, hiddenShare, occlusionMap, strongestOf, viewsOf } from '../../../src-main/tasks/occlusion.js';
import { type DrawnMap, drawMaps } from '../../../src-main/training/explain.js';
import { Classifier } from '../../../src-main/training/inference.js';

const vit: VitConfig = { imageSize: 32, patchSize: 8, width: 8, depth: 1, heads: 1, channels: 1 };
const CELLS = 4;

/**
 * A transformer whose blocks pass everything on, and whose positions are so large everywhere but in one corner that the
 * pixels there are lost in the norm: only the corner's brightness reaches the head.
 */
function cornerWeights(corner: number): Map<string, Float32Array> {
  const { parameters } = classifierGraph(vit, 2, 1);
  const weights = initialValues(parameters, 1);
  const of = (name: string): Float32Array => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`no weight ${name}`);
    return found;
  };
  for (const name of weights.keys()) if (/attn\.proj|mlp\.fc2/.test(name)) of(name).fill(0);
  of('cls_token').fill(0);
  // Brightness goes to the first value of the token.
  of('patch_embed.proj.weight')
    .fill(0)
    .fill(1 / 64, 0, 64);
  of('patch_embed.proj.bias').fill(0);
  const positions = of('pos_embed').fill(0);
  for (let patch = 0; patch < CELLS * CELLS; patch++) {
    if (patch !== corner) positions[(1 + patch) * vit.width + 1] = 1e6;
  }
  // The second class reads that value against one that no token has: of the lost tokens both are alike.
  const head = of('head.weight').fill(0);
  head[vit.width] = 20;
  head[vit.width + 2] = -20;
  of('head.bias').fill(0);
  return weights;
}

describe('occlusion maps', () => {
  it.each([0, CELLS - 1, CELLS * CELLS - 1])('lie where the network looks: cell %i', async (corner) => {
    const device = { provider: 'cpu', threads: 1 } as const;
    const classifier = await Classifier.create(vit, 2, cornerWeights(corner), device);
    const drawn: DrawnMap[] = [];
    try {
      // The same bright image twice: several images share a batch.
      const images = new Float32Array(2 * 32 * 32).fill(1);
      await drawMaps(classifier, images, vit, (image, map) => (drawn[image] = map), silentJob());
    } finally {
      await classifier.release();
    }
    expect(drawn).toHaveLength(2);
    for (const { classIndex, probability, map } of drawn) {
      expect(classIndex).toBe(1);
      expect(probability).toBeGreaterThan(0.9);
      const strongest = map.indexOf(Math.max(...map));
      expect(strongest).toBe(corner);
      expect(map[corner]).toBeGreaterThan(0.3);
      const opposite = CELLS * CELLS - 1 - corner;
      expect(Math.abs(map[opposite])).toBeLessThan(1e-4);
    }
  });

  it('average over the squares that hide a cell, as by hand', () => {
    const grid = { imageSize: 3, patchSize: 1, channels: 1 };
    // With fewer than four cells a side, one cell is hidden at a time.
    expect(viewsOf(grid)).toBe(10);
    const map = occlusionMap([0.9, 0.9, 0.9, 0.9, 0.9, 0.4, 0.9, 0.9, 0.9, 1], grid);
    expect([...map].map((value) => Number(value.toFixed(6)))).toEqual([0, 0, 0, 0, 0.5, 0, 0, 0, -0.1]);
    expect(strongestOf(map)).toBeCloseTo(0.5, 6);
    expect(hiddenShare(vit)).toBe(0.5);
    expect(viewsOf(vit)).toBe(26);
  });

  it('become orange where a cell speaks for the class, blue where against, and faint where nothing matters', () => {
    const strong = heatColours(Float32Array.of(0.5, -0.25, 0));
    expect([...strong.subarray(0, 4)]).toEqual([255, 140, 40, 255]);
    expect([...strong.subarray(4, 8)]).toEqual([70, 160, 255, 128]);
    expect(strong[11]).toBe(0);
    expect(heatColours(Float32Array.of(0.001, 0))[3]).toBeLessThan(20);
  });
});
