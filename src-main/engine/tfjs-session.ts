/**
 * @file Runs a program on TensorFlow.js, op by op in topological order. Every value between inputs and results is
 * freed after its last use, so that the memory need is that of `peakActivationBytes`; state stays where the device is.
 *
 * TensorFlow.js has float32, int32 and bool. int64 values travel as int32 and are refused where they do not fit; a
 * program with float64 or float16 is refused.
 */

import { PretextError } from '../base/errors.js';
import { topologicalOrder } from '../graph/gradient.js';
import { inputName, type Program } from '../graph/program.js';
import { type DType, type Operation, type Tensor, tfDType, typeName } from '../graph/tensor.js';
import type { Tf, TfTensor } from '../graph/tfjs.js';
import { engineError, narrowed, type ProgramRunner, RESUME_ELSEWHERE, requireFit, type TensorData } from './runner.js';

/** An operation, and the values that nothing reads after it. */
interface Step {
  readonly operation: Operation;
  readonly dead: readonly Tensor[];
}

const refused = (program: Program, why: string): PretextError =>
  new PretextError({
    code: 'device',
    message: `TensorFlow.js cannot run the program ${program.name}: ${why}.`,
    remedy: 'Choose another device, for example --device cpu.',
  });

export class TfjsSession implements ProgramRunner {
  readonly engine = 'tfjs';
  private readonly state = new Map<string, TfTensor>();
  private readonly frozen = new Map<string, TfTensor>();
  private running = false;

  private constructor(
    readonly program: Program,
    private readonly tf: Tf,
    private readonly steps: readonly Step[],
    /** Constants of the program, on the device from the start. */
    private readonly constants: ReadonlyMap<Tensor, TfTensor>,
    readonly compileMs: number,
  ) {}

  get nodeCount(): number {
    return this.steps.length;
  }

  /** Prepares a program. @throws PretextError `device` where TensorFlow.js lacks an op or an element type of it. */
  static create(program: Program, tf: Tf): TfjsSession {
    const started = performance.now();
    const order = topologicalOrder(resultsOf(program));
    for (const { definition, outputs } of order) {
      const odd = outputs.find(({ dtype }) => dtype === 'float64' || dtype === 'float16');
      if (odd !== undefined)
        throw refused(program, `it has no ${odd.dtype}, as in ${definition.name} ${typeName(odd)}`);
      if (definition.name !== 'input' && definition.evaluate === undefined) {
        throw refused(program, `it has no kernel of the op ${definition.name}`);
      }
    }
    const constants = new Map<Tensor, TfTensor>();
    for (const operation of order) {
      if (operation.definition.name !== 'constant') continue;
      constants.set(operation.outputs[0], evaluate(operation, [], tf)[0]);
    }
    return new TfjsSession(program, tf, stepsOf(order, program), constants, performance.now() - started);
  }

  setValues(values: ReadonlyMap<string, TensorData>): void {
    const set = (held: Map<string, TfTensor>, name: string, tensor: Tensor) => {
      const data = values.get(name);
      if (data === undefined) return;
      const next = this.upload(name, tensor, data);
      held.get(name)?.dispose();
      held.set(name, next);
    };
    for (const { name, current } of this.program.state) set(this.state, name, current);
    for (const tensor of this.program.frozen) set(this.frozen, inputName(tensor), tensor);
  }

  async getState(wanted: (name: string) => boolean = () => true): Promise<Map<string, TensorData>> {
    const result = new Map<string, TensorData>();
    const variables = this.program.state.map(({ current }) => current);
    for (const tensor of [...variables, ...this.program.frozen]) {
      const name = inputName(tensor);
      const value = this.state.get(name) ?? this.frozen.get(name);
      if (value === undefined || !wanted(name)) continue;
      try {
        result.set(name, await this.download(tensor.dtype, value));
      } catch (error) {
        throw engineError(`the state of ${this.program.name} was read`, error, RESUME_ELSEWHERE);
      }
    }
    return result;
  }

  async run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    if (this.running) throw new PretextError({ code: 'internal', message: 'A program was run twice at once.' });
    this.running = true;
    const fed: TfTensor[] = [];
    const computed = new Map<Tensor, TfTensor>();
    try {
      const held = this.feeds(inputs, fed);
      const read = (tensor: Tensor): TfTensor => {
        const value = held.get(tensor) ?? computed.get(tensor);
        if (value === undefined) throw new Error(`${typeName(tensor)} was freed too early`);
        return value;
      };
      for (const { operation, dead } of this.steps) {
        const values = evaluate(operation, operation.inputs.map(read), this.tf);
        operation.outputs.forEach((tensor, index) => {
          computed.set(tensor, values[index]);
        });
        for (const tensor of dead) {
          computed.get(tensor)?.dispose();
          computed.delete(tensor);
        }
      }
      const outputs: Record<string, TensorData> = {};
      for (const [key, tensor] of Object.entries(this.program.outputs)) {
        outputs[key] = await this.download(tensor.dtype, read(tensor));
      }
      // A second handle on the same values: a variable may stay as it is, change places with another or be an output.
      const next = this.program.state.map((variable) => this.tf.clone(read(variable.next)));
      this.program.state.forEach(({ name }, index) => {
        this.state.get(name)?.dispose();
        this.state.set(name, next[index]);
      });
      return outputs;
    } catch (error) {
      if (error instanceof PretextError) throw error;
      throw engineError(`TensorFlow.js ran ${this.program.name}`, error, RESUME_ELSEWHERE);
    } finally {
      this.running = false;
      for (const value of [...fed, ...computed.values()]) value.dispose();
    }
  }

  async release(): Promise<void> {
    for (const held of [this.state, this.frozen, this.constants]) for (const value of held.values()) value.dispose();
    this.state.clear();
    this.frozen.clear();
  }

  /** The values that exist before the first operation; those of this run alone are added to `fed`. */
  private feeds(inputs: Readonly<Record<string, TensorData>>, fed: TfTensor[]): Map<Tensor, TfTensor> {
    const held = new Map(this.constants);
    for (const tensor of this.program.inputs) {
      const name = inputName(tensor);
      const data = inputs[name];
      if (data === undefined) throw new PretextError({ code: 'internal', message: `Input ${name} is missing.` });
      const value = this.upload(name, tensor, data);
      fed.push(value);
      held.set(tensor, value);
    }
    const given = (held: ReadonlyMap<string, TfTensor>, name: string): TfTensor => {
      const value = held.get(name);
      if (value === undefined) throw new PretextError({ code: 'internal', message: `State ${name} was never set.` });
      return value;
    };
    for (const { name, current } of this.program.state) held.set(current, given(this.state, name));
    for (const tensor of this.program.frozen) held.set(tensor, given(this.frozen, inputName(tensor)));
    return held;
  }

  private upload(name: string, tensor: Tensor, data: TensorData): TfTensor {
    requireFit(name, tensor, data);
    // TensorFlow may compute with the array itself for as long as a value lives that shares it: it gets one of its own.
    const values = data instanceof BigInt64Array ? narrowed('TensorFlow.js', name, data) : data.slice();
    return this.tf.tensor(values as Float32Array | Int32Array | Uint8Array, [...tensor.shape], tfDType(tensor.dtype));
  }

  private async download(dtype: DType, value: TfTensor): Promise<TensorData> {
    const data = await value.data();
    if (dtype === 'int64') return BigInt64Array.from(data, (number) => BigInt(number));
    // The pure JavaScript backend hands out the array that it computes with.
    return data.slice();
  }
}

function resultsOf({ outputs, state }: Program): Tensor[] {
  return [...Object.values(outputs), ...state.map(({ next }) => next)];
}

/** The operations that compute something, each with the values whose last use it is (or that nobody uses). */
function stepsOf(order: readonly Operation[], program: Program): Step[] {
  const last = new Map<Tensor, Operation>();
  const computing = order.filter(({ definition: { name } }) => name !== 'input' && name !== 'constant');
  for (const operation of computing) {
    for (const tensor of [...operation.outputs, ...operation.inputs]) last.set(tensor, operation);
  }
  for (const tensor of resultsOf(program)) last.delete(tensor);
  const dead = new Map<Operation, Tensor[]>(computing.map((operation) => [operation, []]));
  for (const [tensor, operation] of last) dead.get(operation)?.push(tensor);
  return computing.map((operation) => ({ operation, dead: dead.get(operation) ?? [] }));
}

/** The values of an operation's outputs, each a handle of its own that must be disposed of. */
function evaluate(operation: Operation, inputs: readonly TfTensor[], tf: Tf): TfTensor[] {
  const values = tf.tidy(() => operation.definition.evaluate?.(operation, inputs, tf) ?? []);
  if (values.length !== operation.outputs.length) {
    throw new Error(`${operation.definition.name} gave ${values.length} of ${operation.outputs.length} values`);
  }
  return values.map((value, index) =>
    inputs.includes(value) || values.indexOf(value) !== index ? tf.clone(value) : value,
  );
}
