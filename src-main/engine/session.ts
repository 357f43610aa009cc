/**
 * @file Runs a program on ONNX Runtime. State stays where the device is: an output that is a variable's next value is
 * the same variable's input of the following run.
 *
 * `session.run` of ONNX Runtime blocks its thread, so only the trainer process (and tests) makes sessions.
 */

import * as ort from 'onnxruntime-node';
import { PretextError } from '../base/errors.js';
import { type LoweredProgram, type LoweringOptions, lowerProgram } from '../graph/onnx.js';
import { forCpu } from '../graph/passes/cpu.js';
import { applyPasses, type PassName } from '../graph/passes/index.js';
import { forWebGpu } from '../graph/passes/webgpu.js';
import { inputName, type Program, program } from '../graph/program.js';
import { WEBGPU_SPELLINGS } from '../graph/spelling.js';
import { type DType, sizeOf, type Tensor } from '../graph/tensor.js';
import { openModel } from './compiled.js';
import { hasConvolutions, thisProcessor } from './processor.js';
import {
  allocate,
  engineError,
  type OrtProvider,
  type ProgramRunner,
  RESUME_ELSEWHERE,
  requireFit,
  saysOutOfMemory,
  type TensorData,
} from './runner.js';

export { allocate, type Provider, type TensorData } from './runner.js';

export interface SessionOptions {
  provider: OrtProvider;
  /** Threads of one operator on the CPU; 0 lets ONNX Runtime take one per core. */
  threads: number;
  /** Graph passes to leave out. */
  withoutPasses?: readonly PassName[];
  /** Convolutions on the CPU as ONNX's standard operators alone, not as this processor does them fastest. */
  plainConvolutions?: boolean;
  /** Writes ONNX Runtime's own profile to a file with this prefix; PRETEXT_ORT_PROFILE where absent. */
  profilePrefix?: string;
}

const ORT_TYPES: Record<DType, ort.Tensor.Type> = {
  float16: 'float16',
  float32: 'float32',
  float64: 'float64',
  int32: 'int32',
  int64: 'int64',
  bool: 'bool',
};

function toOrt(name: string, tensor: Tensor, data: TensorData): ort.Tensor {
  requireFit(name, tensor, data);
  return new ort.Tensor(ORT_TYPES[tensor.dtype], data, [...tensor.shape]);
}

function commonOptions({ provider, threads }: SessionOptions): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
    // Planning all buffers as one piece leaves the first run's buffers beside it: half as much memory again.
    ...(provider === 'cpu' ? { enableMemPattern: false } : {}),
    // Adam's second moments shrink towards 0; arithmetic on denormal numbers is many times slower.
    extra: { session: { set_denormal_as_zero: '1' } },
  };
}

/** Where state lives: in this process's memory (double-buffered) or in buffers of the GPU. */
type StateKind = 'host' | 'gpu-buffer';

/** A compiled program with its state. */
export class ProgramSession implements ProgramRunner {
  readonly engine = 'onnxruntime';
  private readonly state = new Map<string, ort.Tensor>();
  /** On the host: buffers that the next values are written to; they change places with the current ones. */
  private readonly spare = new Map<string, ort.Tensor>();
  private readonly frozen = new Map<string, ort.Tensor>();
  private running = false;

  private constructor(
    readonly program: Program,
    readonly lowered: Omit<LoweredProgram, 'model'>,
    private readonly session: ort.InferenceSession,
    private readonly options: SessionOptions,
    private readonly stateKind: StateKind,
    /** Milliseconds that lowering and ONNX Runtime's own graph optimisation took. */
    readonly compileMs: number,
  ) {}

  get nodeCount(): number {
    return this.lowered.nodeCount;
  }

  /** Compiles a program. @throws PretextError `device` where the provider refuses it. */
  static async create(
    program: Program,
    options: SessionOptions,
    lowering: LoweringOptions = {},
  ): Promise<ProgramSession> {
    const started = performance.now();
    // A provider that this build lacks would be passed over in silence, and the CPU would compute.
    if (!ort.listSupportedBackends().some(({ name }) => name === options.provider)) {
      throw new PretextError({
        code: 'device',
        message: `This computer's build of ONNX Runtime has no ${options.provider} provider.`,
        remedy: 'Choose another device, for example --device cpu; pretext devices lists them.',
      });
    }
    const profilePrefix = options.profilePrefix ?? process.env.PRETEXT_ORT_PROFILE;
    const runnable = options.provider === 'webgpu' ? forWebGpu(program) : program;
    const spellings = options.provider === 'webgpu' ? WEBGPU_SPELLINGS : {};
    const passed = applyPasses(runnable, options.withoutPasses);
    const known = options.provider === 'cpu' && options.plainConvolutions !== true && hasConvolutions(passed);
    const processor = known ? { processor: await thisProcessor() } : {};
    const fitted = known ? forCpu(passed) : passed;
    const { model, ...lowered } = lowerProgram(fitted, { spellings, ...processor, ...lowering });
    const stateKind: StateKind = options.provider === 'webgpu' ? 'gpu-buffer' : 'host';
    const locations: Record<string, 'gpu-buffer' | 'cpu'> = {};
    for (const name of Object.values(lowered.outputNames)) locations[name] = 'cpu';
    for (const name of Object.values(lowered.nextNames)) locations[name] = stateKind === 'host' ? 'cpu' : stateKind;
    try {
      const session = await openModel(model, lowered.digest, options.provider === 'cpu', {
        ...commonOptions(options),
        enableProfiling: profilePrefix !== undefined,
        ...(profilePrefix === undefined ? {} : { profileFilePrefix: profilePrefix }),
        ...(stateKind === 'gpu-buffer' ? { preferredOutputLocation: locations } : {}),
      });
      return new ProgramSession(program, lowered, session, options, stateKind, performance.now() - started);
    } catch (error) {
      if (saysOutOfMemory(String(error))) throw engineError(`${program.name} was made ready`, error, '');
      throw new PretextError({
        code: 'device',
        message: `ONNX Runtime's ${options.provider} provider refused the program ${program.name}: ${error instanceof Error ? error.message : String(error)}`,
        remedy: 'Choose another device, for example --device cpu.',
        cause: error,
      });
    }
  }

  setValues(values: ReadonlyMap<string, TensorData>): void {
    for (const { name, current } of this.program.state) {
      const data = values.get(name);
      if (data === undefined) continue;
      // The session writes into the arrays that it holds, so it takes a copy.
      this.state.set(name, toOrt(name, current, data.slice()));
      if (this.stateKind === 'host') {
        this.spare.set(name, toOrt(name, current, allocate(current.dtype, sizeOf(current.shape))));
      }
    }
    for (const tensor of this.program.frozen) {
      const name = inputName(tensor);
      const data = values.get(name);
      if (data !== undefined) this.frozen.set(name, toOrt(name, tensor, data));
    }
  }

  async getState(wanted: (name: string) => boolean = () => true): Promise<Map<string, TensorData>> {
    const result = new Map<string, TensorData>();
    const onDevice = new Map<string, ort.Tensor>();
    const asked = [...this.state, ...this.frozen].filter(([name]) => wanted(name));
    for (const [name, tensor] of asked) {
      if (tensor.location === 'gpu-buffer') onDevice.set(name, tensor);
      else result.set(name, (tensor.data as TensorData).slice());
    }
    if (onDevice.size === 0) return result;
    for (const [name, data] of await this.download(onDevice)) result.set(name, data);
    return new Map(asked.map(([name]) => [name, result.get(name) as TensorData]));
  }

  /**
   * Copies tensors from the device through a program that does nothing else: ONNX Runtime's Node binding cannot read
   * a GPU tensor by itself (`getData` of one ends the process), but gives any session's outputs on the host.
   */
  private async download(tensors: ReadonlyMap<string, ort.Tensor>): Promise<Map<string, TensorData>> {
    const variables = this.program.state.filter(({ name }) => tensors.has(name));
    const reader = lowerProgram(
      program('read_state', {
        inputs: variables.map(({ current }) => current),
        outputs: Object.fromEntries(variables.map(({ name, current }) => [name, current])),
      }),
    );
    try {
      const session = await ort.InferenceSession.create(reader.model, commonOptions(this.options));
      const results = await session.run(Object.fromEntries(tensors));
      const copies = variables.map(({ name }): [string, TensorData] => [
        name,
        (results[reader.outputNames[name]].data as TensorData).slice(),
      ]);
      await session.release();
      return new Map(copies);
    } catch (error) {
      throw new PretextError({
        code: 'device',
        message: `The state of ${this.program.name} could not be read from the device: ${error instanceof Error ? error.message : String(error)}`,
        remedy: 'Resume the run from its last checkpoint.',
        cause: error,
      });
    }
  }

  async run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    if (this.running) throw new PretextError({ code: 'internal', message: 'A program was run twice at once.' });
    const feeds: Record<string, ort.Tensor> = {};
    for (const tensor of this.program.inputs) {
      const name = inputName(tensor);
      const data = inputs[name];
      if (data === undefined) throw new PretextError({ code: 'internal', message: `Input ${name} is missing.` });
      feeds[name] = toOrt(name, tensor, data);
    }
    for (const [name, tensor] of this.frozen) feeds[name] = tensor;
    const fetches: Record<string, ort.Tensor | null> = {};
    for (const name of Object.values(this.lowered.outputNames)) fetches[name] = null;
    for (const { name } of this.program.state) {
      const current = this.state.get(name);
      if (current === undefined) throw new PretextError({ code: 'internal', message: `State ${name} was never set.` });
      feeds[name] = current;
      fetches[this.lowered.nextNames[name]] = this.spare.get(name) ?? null;
    }

    this.running = true;
    let results: ort.InferenceSession.OnnxValueMapType;
    try {
      results = await this.session.run(feeds, fetches);
    } catch (error) {
      throw engineError(`it ran ${this.program.name}`, error, RESUME_ELSEWHERE);
    } finally {
      this.running = false;
    }
    for (const { name } of this.program.state) {
      const next = results[this.lowered.nextNames[name]];
      const current = this.state.get(name);
      this.state.set(name, next);
      if (this.stateKind === 'host') {
        if (current !== undefined) this.spare.set(name, current);
      } else {
        current?.dispose();
      }
    }
    const outputs: Record<string, TensorData> = {};
    for (const [key, name] of Object.entries(this.lowered.outputNames)) {
      outputs[key] = (await results[name].getData()) as TensorData;
    }
    return outputs;
  }

  async release(): Promise<void> {
    if (this.stateKind === 'gpu-buffer') for (const tensor of this.state.values()) tensor.dispose();
    this.state.clear();
    this.spare.clear();
    this.frozen.clear();
    await this.session.release();
  }
}
