/** @file Common subexpressions: operations with the same op, inputs and attributes are one. */

import { createHash } from 'node:crypto';
import type { Program } from '../program.js';
import type { Operation, Tensor } from '../tensor.js';
import { rewrite, withInputs } from './rewrite.js';

function valuesKey({ values }: Operation): string {
  if (values === null) return '';
  const bytes = Buffer.from(Float64Array.from(values).buffer);
  return bytes.length <= 64 ? bytes.toString('hex') : createHash('sha1').update(bytes).digest('hex');
}

/** Computes each value once. Every op is a function of its inputs: what is random comes from the host. */
export function commonSubexpressions(program: Program): Program {
  const numbers = new Map<Tensor, number>();
  const numberOf = (tensor: Tensor) => {
    const known = numbers.get(tensor);
    if (known !== undefined) return known;
    numbers.set(tensor, numbers.size);
    return numbers.size - 1;
  };
  const first = new Map<string, readonly Tensor[]>();
  return rewrite(program, ({ operation, inputs }) => {
    const { definition, attributes } = operation;
    if (definition.name === 'input') return null;
    const key = [
      definition.name,
      inputs.map(numberOf).join(','),
      JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))),
      valuesKey(operation),
    ].join('|');
    const known = first.get(key);
    if (known !== undefined) return known;
    const outputs = withInputs(operation, inputs).outputs;
    first.set(key, outputs);
    return outputs;
  });
}
