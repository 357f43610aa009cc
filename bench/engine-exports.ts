/** @file What benchmarks of the engine use of it, bundled by `convolutions.mjs`. */

export { Random } from '../src-main/base/random.js';
export { ProgramSession } from '../src-main/engine/session.js';
export { gradients } from '../src-main/graph/gradient.js';
export { conv } from '../src-main/graph/ops/conv.js';
export { mul } from '../src-main/graph/ops/elementwise.js';
export { sum } from '../src-main/graph/ops/reduce.js';
export { input } from '../src-main/graph/ops/source.js';
export { program } from '../src-main/graph/program.js';
