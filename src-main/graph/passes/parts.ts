/** @file Parts of joined values, and joins of all parts of a value: what was only moved is read where it was. */

import { concat, slice } from '../ops/shape.js';
import type { Program } from '../program.js';
import type { Tensor } from '../tensor.js';
import { type Rule, rewrite } from './rewrite.js';

const nameOf = (tensor: Tensor): string => tensor.operation.definition.name;

/** Joining again what was split, in order and along the same axis, gives what was split. */
const rejoined: Rule = ({ operation, inputs }) => {
  if (operation.definition.name !== 'concat') return null;
  const { operation: splitter } = inputs[0];
  const known = splitter.definition.name === 'split' || splitter.definition.name === 'splitSizes';
  const whole = inputs.length === splitter.outputs.length && inputs.every((part, i) => part === splitter.outputs[i]);
  return known && whole && splitter.attributes.axis === operation.attributes.axis ? [splitter.inputs[0]] : null;
};

/** A part of joined values that lies in one of them is a part of that one. */
const sliceOfJoined: Rule = ({ operation, inputs: [x] }) => {
  if (operation.definition.name !== 'slice' || nameOf(x) !== 'concat') return null;
  const { axis, start, end } = operation.attributes as { axis: number; start: number; end: number };
  if (x.operation.attributes.axis !== axis) return null;
  let offset = 0;
  for (const piece of x.operation.inputs) {
    const length = piece.shape[axis];
    if (start >= offset && end <= offset + length) return [slice(piece, axis, start - offset, end - offset)];
    offset += length;
  }
  return null;
};

/** A part of a part is one part; a part of padded values that has no padding is one of the values. */
const sliceOfPart: Rule = ({ operation, inputs: [x] }) => {
  if (operation.definition.name !== 'slice') return null;
  const { axis, start, end } = operation.attributes as { axis: number; start: number; end: number };
  if (x.operation.attributes.axis !== axis) return null;
  const [source] = x.operation.inputs;
  if (nameOf(x) === 'slice') {
    const from = Number(x.operation.attributes.start);
    return [slice(source, axis, from + start, from + end)];
  }
  if (nameOf(x) !== 'pad') return null;
  const before = Number(x.operation.attributes.before);
  return start >= before && end <= before + source.shape[axis]
    ? [slice(source, axis, start - before, end - before)]
    : null;
};

/** A split of which one part alone is used is that part. */
const loneParts: Rule = ({ operation, inputs: [x], uses }) => {
  const { definition, outputs, attributes } = operation;
  if (definition.name !== 'split' && definition.name !== 'splitSizes') return null;
  const used = outputs.filter((part) => uses(part) > 0);
  if (used.length !== 1 || outputs.length === 1) return null;
  const axis = Number(attributes.axis);
  let start = 0;
  return outputs.map((part) => {
    const from = start;
    start += part.shape[axis];
    return part === used[0] ? slice(x, axis, from, start) : undefined;
  });
};

/** Neighbouring joins along one axis are one join. */
const nestedJoins: Rule = ({ operation, inputs, uses }) => {
  if (operation.definition.name !== 'concat') return null;
  const { axis } = operation.attributes;
  const flat = inputs.flatMap((tensor, index) =>
    nameOf(tensor) === 'concat' && tensor.operation.attributes.axis === axis && uses(operation.inputs[index]) === 1
      ? tensor.operation.inputs
      : [tensor],
  );
  return flat.length === inputs.length ? null : [concat(flat, Number(axis))];
};

const RULES: readonly Rule[] = [rejoined, nestedJoins, sliceOfJoined, sliceOfPart, loneParts];

/** Removes code whose only effect is to move values, and parts that nothing reads. */
export function removeDeadMoves(program: Program): Program {
  return rewrite(program, (site) => {
    for (const rule of RULES) {
      const replaced = rule(site);
      if (replaced !== null) return replaced;
    }
    return null;
  });
}
