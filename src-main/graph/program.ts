/** @file A program: what is compiled and run as one unit, such as a whole training step. */

import { topologicalOrder } from './gradient.js';
import { GraphError, sameShape, type Tensor, typeName } from './tensor.js';

/** A value that a program reads and replaces: a parameter, a moment of the optimiser, a step counter. */
export interface StateVariable {
  /** Unique in the program; also the tensor's name in checkpoints. */
  readonly name: string;
  /** The program's input of that name. */
  readonly current: Tensor;
  /** The value after the run, of the same shape and element type. */
  readonly next: Tensor;
}

export interface Program {
  readonly name: string;
  /** Data given anew at each run. */
  readonly inputs: readonly Tensor[];
  /** Values that stay where the device is and are fed back from run to run. */
  readonly state: readonly StateVariable[];
  /** Values that are read but never replaced, kept where the device is: frozen weights. */
  readonly frozen: readonly Tensor[];
  /** Results by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** Name given to a program's input. @throws GraphError for any other tensor. */
export function inputName(tensor: Tensor): string {
  const { definition, attributes } = tensor.operation;
  if (definition.name !== 'input') throw new GraphError(`${typeName(tensor)} is not an input of a program`);
  return String(attributes.name);
}

/**
 * Checks a program and completes it with empty lists.
 *
 * @throws GraphError where a name occurs twice, an input of the graph is not declared, or a state variable changes type.
 */
export function program(
  name: string,
  parts: Pick<Program, 'inputs' | 'outputs'> & Partial<Pick<Program, 'state' | 'frozen'>>,
): Program {
  const state = parts.state ?? [];
  const frozen = parts.frozen ?? [];
  const declared = new Map<string, Tensor>();
  for (const tensor of [...parts.inputs, ...state.map((variable) => variable.current), ...frozen]) {
    const key = inputName(tensor);
    if (declared.has(key)) throw new GraphError(`program ${name} has two inputs named ${key}`);
    declared.set(key, tensor);
  }
  for (const { name: variable, current, next } of state) {
    if (inputName(current) !== variable) throw new GraphError(`state ${variable} is fed by ${inputName(current)}`);
    if (!sameShape(current.shape, next.shape) || current.dtype !== next.dtype) {
      throw new GraphError(`state ${variable} changes from ${typeName(current)} to ${typeName(next)}`);
    }
  }
  const results = [...Object.values(parts.outputs), ...state.map((variable) => variable.next)];
  for (const operation of topologicalOrder(results)) {
    if (operation.definition.name !== 'input') continue;
    const key = inputName(operation.outputs[0]);
    if (declared.get(key) !== operation.outputs[0]) throw new GraphError(`program ${name} lacks its input ${key}`);
  }
  return { name, inputs: parts.inputs, state, frozen, outputs: parts.outputs };
}
