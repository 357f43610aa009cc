/** @file Lowers a program to one ONNX model (https://onnx.ai, opset 18), which ONNX Runtime or any other runtime executes. */

import { createHash } from 'node:crypto';
import { onnx } from 'onnx-proto';
import { topologicalOrder } from './gradient.js';
import { toHalf } from './half.js';
import { ONNX_DTYPE } from './ops/elementwise.js';
import { inputName, type Program } from './program.js';
import type { KnownType, Spellings } from './spelling.js';
import {
  type DType,
  type EmitOptions,
  GraphError,
  type Operation,
  type Processor,
  type Shape,
  type Tensor,
} from './tensor.js';

const OPSET = 18;
const IR_VERSION = 8;
/** ONNX Runtime's blocked layout. */
const BLOCKED = 'com.microsoft.nchwc';

export interface LoweredProgram {
  /** The serialised ModelProto. */
  readonly model: Uint8Array;
  /** SHA-256 of the model: equal programs have equal digests. */
  readonly digest: string;
  /** ONNX output of each result. */
  readonly outputNames: Readonly<Record<string, string>>;
  /** ONNX output of each state variable's next value. */
  readonly nextNames: Readonly<Record<string, string>>;
  readonly nodeCount: number;
}

/** Little-endian bytes of a constant. */
function rawData(values: ArrayLike<number>, dtype: DType): Uint8Array {
  switch (dtype) {
    case 'float16':
      return bytesOf(Uint16Array.from(values, toHalf));
    case 'float32':
      return bytesOf(Float32Array.from(values));
    case 'float64':
      return bytesOf(Float64Array.from(values));
    case 'int32':
      return bytesOf(Int32Array.from(values));
    case 'int64':
      return bytesOf(BigInt64Array.from(values as ArrayLike<number> & Iterable<number>, (value) => BigInt(value)));
    case 'bool':
      return Uint8Array.from(values);
  }
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

class Lowerer {
  readonly nodes: onnx.INodeProto[] = [];
  readonly initializers: onnx.ITensorProto[] = [];
  private readonly names = new Map<Tensor, string>();
  private readonly constants = new Map<string, string>();
  private readonly types = new Map<string, KnownType>();
  /** Shapes that are constants of the model. */
  private readonly shapes = new Map<string, Shape>();
  private values = 0;

  constructor(
    private readonly usedTensors: ReadonlySet<Tensor>,
    /** Names of inputs and outputs, which no value in between may take. */
    private readonly reserved: ReadonlySet<string>,
    private readonly spellings: Spellings,
    private readonly processor: Processor | null,
  ) {}

  private freshName(): string {
    let name = `v${this.values++}`;
    while (this.reserved.has(name)) name = `v${this.values++}`;
    return name;
  }

  /** Fixes the name of a tensor before it is lowered. */
  assign(tensor: Tensor, name: string): void {
    this.names.set(tensor, name);
    this.types.set(name, tensor);
  }

  assigned(tensor: Tensor): boolean {
    return this.names.has(tensor);
  }

  nameOf(tensor: Tensor): string {
    const known = this.names.get(tensor);
    if (known !== undefined) return known;
    const name = this.freshName();
    this.assign(tensor, name);
    return name;
  }

  constant(values: ArrayLike<number>, shape: Shape, dtype: DType): string {
    const bytes = rawData(values, dtype);
    const content =
      bytes.length <= 64 ? Buffer.from(bytes).toString('hex') : createHash('sha1').update(bytes).digest('hex');
    const key = `${dtype}[${shape.join(',')}]${content}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    let name = `c${this.constants.size}`;
    while (this.reserved.has(name)) name = `${name}_`;
    this.constants.set(key, name);
    this.initializers.push({ name, dims: [...shape], dataType: ONNX_DTYPE[dtype], rawData: bytes });
    if (dtype === 'int64' && shape.length === 1) this.shapes.set(name, Array.from(values));
    return name;
  }

  emit(opType: string, inputs: string[], options: EmitOptions = {}): string {
    const emission = {
      inputs,
      options,
      typeOf: (name: string) => this.types.get(name),
      emit: (...node: Parameters<typeof this.node>) => this.node(...node),
      constant: (...constant: Parameters<typeof this.constant>) => this.constant(...constant),
    };
    return this.spellings[opType]?.(emission) ?? this.node(opType, inputs, options);
  }

  private node(opType: string, inputs: string[], options: EmitOptions = {}): string {
    const outputs = options.outputs ?? [this.freshName()];
    const attribute = Object.entries(options.attributes ?? {}).map(([name, value]): onnx.IAttributeProto => {
      const Type = onnx.AttributeProto.AttributeType;
      if (typeof value === 'number') return { name, type: Type.INT, i: value };
      if (typeof value === 'string') return { name, type: Type.STRING, s: Buffer.from(value) };
      if ('float' in value) return { name, type: Type.FLOAT, f: value.float };
      return { name, type: Type.INTS, ints: [...value] };
    });
    this.nodes.push({ opType, input: inputs, output: outputs, domain: options.domain ?? '', attribute });
    const shape = opType === 'Reshape' ? this.shapes.get(inputs[1]) : undefined;
    if (shape?.every((length) => length > 0)) {
      this.types.set(outputs[0], { shape, dtype: this.types.get(inputs[0])?.dtype ?? null });
    }
    return outputs[0];
  }

  lower(operation: Operation): void {
    if (operation.definition.name === 'constant') {
      const [output] = operation.outputs;
      this.assign(output, this.constant(operation.values ?? [], output.shape, output.dtype));
      return;
    }
    operation.definition.lower(operation, {
      input: (index) => this.nameOf(operation.inputs[index]),
      output: (index) => this.nameOf(operation.outputs[index]),
      used: (index) => this.usedTensors.has(operation.outputs[index]),
      emit: (opType, inputs, options) => this.emit(opType, inputs, options),
      constant: (values, shape, dtype) => this.constant(values, shape, dtype),
      processor: this.processor,
    });
  }
}

function valueInfo(name: string, tensor: Tensor): onnx.IValueInfoProto {
  const dim = tensor.shape.map((length) => ({ dimValue: length }));
  return { name, type: { tensorType: { elemType: ONNX_DTYPE[tensor.dtype], shape: { dim } } } };
}

export interface LoweringOptions {
  /** Key-value pairs of the model's metadata_props. */
  metadata?: Readonly<Record<string, string>>;
  /** Inputs whose values become part of the model (an exported classifier's weights), by name. */
  embedded?: ReadonlyMap<string, ArrayLike<number>>;
  /** Names of outputs as the model shows them; by default `out:NAME`. */
  plainOutputNames?: boolean;
  /**
   * Name of a symbolic first dimension of every input and output. True only of programs without reshapes and
   * broadcasts of that dimension, whose lengths are constants.
   */
  batchDimension?: string;
  /** Operators that the provider lacks, in others. */
  spellings?: Spellings;
  /** The processor, where ONNX Runtime's CPU provider runs the model; the model is right on any other only without it. */
  processor?: Processor;
}

/** Lowers a program to a serialised ONNX model. */
export function lowerProgram(program: Program, options: LoweringOptions = {}): LoweredProgram {
  const results: { name: string; tensor: Tensor }[] = [];
  const outputNames: Record<string, string> = {};
  const nextNames: Record<string, string> = {};
  for (const [key, tensor] of Object.entries(program.outputs)) {
    outputNames[key] = options.plainOutputNames ? key : `out:${key}`;
    results.push({ name: outputNames[key], tensor });
  }
  for (const { name, next } of program.state) {
    nextNames[name] = `next:${name}`;
    results.push({ name: nextNames[name], tensor: next });
  }

  const order = topologicalOrder(results.map((result) => result.tensor));
  const used = new Set<Tensor>([
    ...order.flatMap((operation) => operation.inputs),
    ...results.map((result) => result.tensor),
  ]);
  const declared = [...program.inputs, ...program.state.map((variable) => variable.current), ...program.frozen];
  const names = [...declared.map(inputName), ...results.map((result) => result.name)];
  const reserved = new Set<string>();
  for (const name of names) {
    if (reserved.has(name)) throw new GraphError(`program ${program.name} has two inputs or outputs named ${name}`);
    reserved.add(name);
  }
  const lowerer = new Lowerer(used, reserved, options.spellings ?? {}, options.processor ?? null);
  for (const tensor of declared) lowerer.assign(tensor, inputName(tensor));

  // A result that is computed here takes its output's name; an input, a constant or a second use needs a copy.
  const copies: { name: string; tensor: Tensor }[] = [];
  for (const result of results) {
    const kind = result.tensor.operation.definition.name;
    if (kind === 'constant' || lowerer.assigned(result.tensor)) copies.push(result);
    else lowerer.assign(result.tensor, result.name);
  }
  for (const operation of order) lowerer.lower(operation);
  for (const { name, tensor } of copies) lowerer.emit('Identity', [lowerer.nameOf(tensor)], { outputs: [name] });

  for (const tensor of declared) {
    const values = options.embedded?.get(inputName(tensor));
    if (values === undefined) continue;
    const dims = [...tensor.shape];
    lowerer.initializers.push({
      name: inputName(tensor),
      dims,
      dataType: ONNX_DTYPE[tensor.dtype],
      rawData: rawData(values, tensor.dtype),
    });
  }
  const visible = declared.filter((tensor) => !options.embedded?.has(inputName(tensor)));
  const info = (name: string, tensor: Tensor) => {
    const value = valueInfo(name, tensor);
    const dimensions = value.type?.tensorType?.shape?.dim;
    if (options.batchDimension !== undefined && dimensions?.[0] !== undefined) {
      dimensions[0] = { dimParam: options.batchDimension };
    }
    return value;
  };
  const message = onnx.ModelProto.fromObject({
    irVersion: IR_VERSION,
    producerName: 'Pretext',
    opsetImport: [
      { domain: '', version: OPSET },
      { domain: 'com.microsoft', version: 1 },
      ...(lowerer.nodes.some(({ domain }) => domain === BLOCKED) ? [{ domain: BLOCKED, version: 1 }] : []),
    ],
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: program.name,
      node: lowerer.nodes,
      initializer: lowerer.initializers,
      input: visible.map((tensor) => info(inputName(tensor), tensor)),
      output: results.map(({ name, tensor }) => info(name, tensor)),
    },
  });
  const model = onnx.ModelProto.encode(message).finish();
  const digest = createHash('sha256').update(model).digest('hex');
  return { model, digest, outputNames, nextNames, nodeCount: lowerer.nodes.length };
}
