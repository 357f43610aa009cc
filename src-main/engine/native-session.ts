/**
 * @file Runs a program on Pretext's own engine for the CPU (src-native): a list of kernel calls over one arena, which holds
 * every value from the start. State is replaced where it lies.
 */

import { availableParallelism } from 'node:os';
import { PretextError } from '../base/errors.js';
import { applyPasses, type PassName } from '../graph/passes/index.js';
import { forNative } from '../graph/passes/native.js';
import { inputName, type Program } from '../graph/program.js';
import { type DType, sizeOf, type Tensor } from '../graph/tensor.js';
import type { NativeAddon, NativeHandle } from '../native/addon.js';
import type { Place, Plan } from '../native/plan.js';
import { planFor } from '../native/planner.js';
import {
  allocate,
  engineError,
  narrowed,
  type ProgramRunner,
  RESUME_ELSEWHERE,
  requireFit,
  saysOutOfMemory,
  type TensorData,
} from './runner.js';

/**
 * What the engine is to do for a program.
 *
 * @param withoutPasses graph passes to leave out
 * @throws Unplannable where it lacks an op or an element type of it
 */
export function planProgram(program: Program, withoutPasses: readonly PassName[] = []): Plan {
  return planFor(forNative(applyPasses(program, withoutPasses)));
}

/** Values as they lie in the arena. */
type Words = Float32Array | Int32Array;

function wordsOf(name: string, tensor: Tensor, data: TensorData): Words {
  requireFit(name, tensor, data);
  if (data instanceof Float32Array || data instanceof Int32Array) return data;
  if (data instanceof BigInt64Array) return narrowed('The native engine', name, data);
  if (data instanceof Uint8Array) return Float32Array.from(data, (flag) => Number(flag !== 0));
  throw new PretextError({ code: 'internal', message: `The native engine was given ${tensor.dtype} for ${name}.` });
}

/** Room for a value that is read: what comes from the arena, and what is handed out. */
interface Room {
  readonly words: Words;
  readonly data: TensorData;
}

/** The graph as objects and the plan of it. */
const PROGRAM_BYTES = 30 * 2 ** 20;

const MOST_THREADS = 256;

/** @param threads 0: one for each core */
function compile({ kernels, code, arenaLength }: Plan, addon: NativeAddon, threads: number): NativeHandle {
  const count = threads === 0 ? availableParallelism() : threads;
  return addon.compile(kernels, code, arenaLength, Math.min(count, MOST_THREADS));
}

/**
 * Resident memory of a plan's session beside what the process has, bytes: infinite where the system refuses it. Nothing
 * is computed; memory that is not touched takes no room.
 */
export function nativeBytes(plan: Plan, addon: NativeAddon, threads: number): number {
  try {
    const handle = compile(plan, addon, threads);
    const scratch = addon.scratchBytes(handle);
    addon.release(handle);
    return PROGRAM_BYTES + 4 * plan.arenaLength + scratch;
  } catch (error) {
    if (saysOutOfMemory(String(error))) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function roomFor(dtype: DType, length: number): Room {
  const data = allocate(dtype, length);
  if (data instanceof Float32Array || data instanceof Int32Array) return { words: data, data };
  return { words: dtype === 'int64' ? new Int32Array(length) : new Float32Array(length), data };
}

function fill({ words, data }: Room): TensorData {
  if (data === words) return data;
  for (let i = 0; i < words.length; i++) {
    if (data instanceof BigInt64Array) data[i] = BigInt(words[i]);
    else data[i] = Number(words[i] !== 0);
  }
  return data;
}

/** A kernel call of a plan, and the time it took. */
export interface CallTime {
  readonly label: string;
  readonly kernel: string;
  readonly parameters: Int32Array;
  readonly nanoseconds: number;
}

/**
 * A planned program with its state. All memory is taken when it is made: a run takes no more than the arrays of its
 * outputs, and those before it begins, so that memory never runs out with the state half replaced. A run that fails all the
 * same leaves no state that is worth anything: it is gone, and reading it is an error.
 */
export class NativeSession implements ProgramRunner {
  /** Names of state and frozen inputs that have values. */
  private readonly known = new Set<string>();
  /** Frozen inputs that no kernel reads. */
  private readonly unread = new Map<string, TensorData>();
  private running = false;
  private failed = false;
  private released = false;

  private constructor(
    readonly program: Program,
    private readonly plan: Plan,
    private readonly addon: NativeAddon,
    private readonly handle: NativeHandle,
    readonly engine: string,
    readonly compileMs: number,
  ) {}

  get nodeCount(): number {
    return this.plan.labels.length;
  }

  /**
   * Takes the memory of a plan and writes its constants.
   *
   * @param plan of the program, by `planProgram`
   * @param threads 0: one for each core
   * @throws PretextError `out-of-memory`, `device`
   */
  static create(program: Program, plan: Plan, addon: NativeAddon, threads: number): NativeSession {
    const started = performance.now();
    try {
      const handle = compile(plan, addon, threads);
      for (const { offset, values } of plan.constants) if (values.length > 0) addon.write(handle, offset, values);
      const engine = `native ${addon.instructionSet()}`;
      return new NativeSession(program, plan, addon, handle, engine, performance.now() - started);
    } catch (error) {
      throw engineError(`${program.name} was made ready`, error, 'Choose another device; pretext devices lists them.');
    }
  }

  setValues(values: ReadonlyMap<string, TensorData>): void {
    for (const [name, tensor] of this.heldTensors()) {
      const data = values.get(name);
      if (data === undefined) continue;
      const words = wordsOf(name, tensor, data);
      const place = this.plan.given.get(name);
      if (place === undefined) this.unread.set(name, data.slice());
      else this.write(place, words);
      this.known.add(name);
    }
    if (this.failed) this.failed = this.program.state.some(({ name }) => !this.known.has(name));
  }

  async getState(wanted: (name: string) => boolean = () => true): Promise<Map<string, TensorData>> {
    if (this.failed) {
      throw new PretextError({
        code: 'device',
        message: `The state of ${this.program.name} was lost when a run failed.`,
        remedy: RESUME_ELSEWHERE,
      });
    }
    const result = new Map<string, TensorData>();
    for (const [name, tensor] of this.heldTensors()) {
      if (!this.known.has(name) || !wanted(name)) continue;
      const place = this.plan.given.get(name);
      result.set(
        name,
        place === undefined ? this.unreadValue(name) : this.read(place, roomFor(tensor.dtype, tensor.size)),
      );
    }
    return result;
  }

  async run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    if (this.running) throw new PretextError({ code: 'internal', message: 'A program was run twice at once.' });
    if (this.released) throw new PretextError({ code: 'internal', message: 'A program was run after its release.' });
    const fed: [Place, Words][] = [];
    for (const tensor of this.program.inputs) {
      const name = inputName(tensor);
      const data = inputs[name];
      if (data === undefined) throw new PretextError({ code: 'internal', message: `Input ${name} is missing.` });
      const words = wordsOf(name, tensor, data);
      const place = this.plan.given.get(name);
      if (place !== undefined) fed.push([place, words]);
    }
    for (const [name] of this.heldTensors()) {
      if (!this.known.has(name)) throw new PretextError({ code: 'internal', message: `State ${name} was never set.` });
    }
    const rooms = Object.entries(this.program.outputs).map(([key, { dtype, shape }]): [string, Room] => [
      key,
      roomFor(dtype, sizeOf(shape)),
    ]);
    this.running = true;
    try {
      for (const [place, words] of fed) this.write(place, words);
      await this.addon.run(this.handle);
    } catch (error) {
      this.failed = true;
      this.known.clear();
      throw engineError(`it ran ${this.program.name}`, error, RESUME_ELSEWHERE);
    } finally {
      this.running = false;
    }
    const outputs: Record<string, TensorData> = {};
    for (const [key, room] of rooms) {
      const place = this.plan.outputs.get(key);
      if (place === undefined)
        throw new PretextError({ code: 'internal', message: `The plan lacks the output ${key}.` });
      outputs[key] = this.read(place, room);
    }
    return outputs;
  }

  async release(): Promise<void> {
    this.known.clear();
    this.unread.clear();
    if (!this.released) this.addon.release(this.handle);
    this.released = true;
  }

  /**
   * Switches the measuring of kernels on or off.
   *
   * @returns what each call took since it was switched on, in the order of the plan
   */
  profile(on: boolean): CallTime[] {
    const nanoseconds = this.addon.profile(this.handle, on);
    const { kernels, code, labels } = this.plan;
    const calls: CallTime[] = [];
    for (let at = 0; at < code.length; at += 3 + code[at + 2]) {
      const index = calls.length;
      const parameters = code.subarray(at + 3, at + 3 + code[at + 2]);
      calls.push({ label: labels[index], kernel: kernels[code[at]], parameters, nanoseconds: nanoseconds[index] });
    }
    return calls;
  }

  /** Names and tensors of state and frozen inputs. */
  private *heldTensors(): Generator<[string, Tensor]> {
    for (const { name, current } of this.program.state) yield [name, current];
    for (const tensor of this.program.frozen) yield [inputName(tensor), tensor];
  }

  private unreadValue(name: string): TensorData {
    const data = this.unread.get(name);
    if (data === undefined) throw new PretextError({ code: 'internal', message: `State ${name} was never set.` });
    return data.slice();
  }

  private write({ offset }: Place, words: Words): void {
    if (words.length > 0) this.addon.write(this.handle, offset, words);
  }

  private read({ offset }: Place, room: Room): TensorData {
    if (room.words.length > 0) this.addon.read(this.handle, offset, room.words);
    return fill(room);
  }
}
