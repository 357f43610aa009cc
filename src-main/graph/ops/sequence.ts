/** @file Order between values that do not depend on each other: what limits how much is in memory at one time. */

import { apply, GraphError, type OpDefinition, type Tensor } from '../tensor.js';
import { ONNX_DTYPE } from './elementwise.js';

const afterOp: OpDefinition<Record<string, never>> = {
  name: 'after',
  infer([x, ...earlier]) {
    if (earlier.length === 0 || earlier.some((tensor) => tensor.size === 0)) {
      throw new GraphError('after needs at least one earlier value, and none that is empty');
    }
    if (x.dtype === 'bool') throw new GraphError('after of bool values');
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  gradient: ({ inputs }, [g]) => inputs.map((_, index) => (index === 0 ? g : null)),
  // ONNX has no order but that of dependence. One element of each earlier value is compared with itself: never less,
  // not even where it is no number, so 0 is added; and nothing folds that away.
  lower({ inputs: [x, ...earlier] }, l) {
    // Elements of one type are compared together.
    const flags = [...new Set(earlier.map(({ dtype }) => dtype))].map((dtype) => {
      const elements = earlier.flatMap((tensor, index) => {
        if (tensor.dtype !== dtype) return [];
        const name = l.input(index + 1);
        return tensor.rank === 0
          ? l.emit('Reshape', [name, l.constant([1], [1], 'int64')])
          : l.emit('GatherND', [name, l.constant(new Array<number>(tensor.rank).fill(0), [1, tensor.rank], 'int64')]);
      });
      const all = elements.length === 1 ? elements[0] : l.emit('Concat', elements, { attributes: { axis: 0 } });
      return l.emit('Cast', [l.emit('Less', [all, all])], { attributes: { to: ONNX_DTYPE[x.dtype] } });
    });
    const joined = flags.length === 1 ? flags[0] : l.emit('Concat', flags, { attributes: { axis: 0 } });
    const zero = l.emit('ReduceSum', [joined, l.constant([0], [1], 'int64')], { attributes: { keepdims: 0 } });
    l.emit('Add', [l.input(0), zero], { outputs: [l.output(0)] });
  },
  // An interpreter goes through the graph in order.
  evaluate: (_operation, [x]) => [x],
};

/** `x`, computed with only once every one of `earlier` has been computed. */
export const after = (x: Tensor, earlier: readonly Tensor[]): Tensor => apply(afterOp, [x, ...earlier], {});

/** This file’s part of the op table. */
export const sequenceOps: readonly OpDefinition[] = [afterOp];
