/** @file What docs/ops.md says of each op, found out by building, lowering and compiling it. */

import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { lowerProgram } from '../../../../src-main/graph/onnx.js';
import { input } from '../../../../src-main/graph/ops/source.js';
import { OPS } from '../../../../src-main/graph/ops/table.js';
import { program } from '../../../../src-main/graph/program.js';
import { type DType, Operation } from '../../../../src-main/graph/tensor.js';
import { Unplannable } from '../../../../src-main/native/plan.js';
import { planFor } from '../../../../src-main/native/planner.js';
import { isMove } from '../../../../src-main/native/units.js';
import { type OpPlacement, PLACEMENTS_FILE, type Placements } from '../../../helpers/webgpu-placements.js';
import { usesByName } from './uses.js';

const DTYPES: DType[] = ['float32', 'float64', 'float16', 'int32', 'int64', 'bool'];

/** The same use with inputs of another element type in place of float32's; null where the op refuses it. */
function retyped({ definition, inputs, attributes }: Operation, dtype: DType): Operation | null {
  const others = inputs.map((tensor, i) =>
    input(`x${i}`, tensor.shape, tensor.dtype === 'float32' ? dtype : tensor.dtype),
  );
  try {
    return new Operation(definition, others, attributes);
  } catch {
    return null;
  }
}

const programOf = ({ inputs, outputs }: Operation) => program('one', { inputs, outputs: { y: outputs[0] } });

/** ONNX operators that a use becomes; Microsoft's own are marked. */
function operatorsOf(operation: Operation): string[] {
  const found: string[] = [];
  operation.definition.lower(operation, {
    input: (index) => `i${index}`,
    output: (index) => `o${index}`,
    used: () => true,
    processor: null,
    emit(opType, _inputs, options = {}) {
      found.push(options.domain === 'com.microsoft' ? `${opType}\\*` : opType);
      return options.outputs?.[0] ?? `v${found.length}`;
    },
    constant: () => 'c',
  });
  return found;
}

async function compiles(operation: Operation): Promise<boolean> {
  try {
    const { model } = lowerProgram(programOf(operation));
    const session = await ort.InferenceSession.create(model, { executionProviders: ['cpu'], logSeverityLevel: 4 });
    await session.release();
    return true;
  } catch {
    return false;
  }
}

/** Element types of the inputs that vary, or of the only ones where none does. */
async function dtypesOf(operations: readonly Operation[]): Promise<string> {
  const varying = operations.find(({ inputs }) => inputs.some(({ dtype }) => dtype === 'float32'));
  if (varying === undefined) {
    const fixed = new Set(operations.flatMap(({ inputs }) => inputs.map(({ dtype }) => dtype)));
    return [...fixed].sort().join(', ');
  }
  const taken: DType[] = [];
  for (const dtype of DTYPES) {
    const operation = retyped(varying, dtype);
    if (operation !== null && (await compiles(operation))) taken.push(dtype);
  }
  return taken.join(', ');
}

/** What the fixture says of an op on WebGPU. */
function onWebGpu(placement: OpPlacement | undefined): string {
  if (placement === undefined) return 'not measured';
  const { webgpu, cpu } = placement;
  if (cpu.length === 0) return 'yes';
  return webgpu.length === 0 ? `on the CPU: ${cpu.join(', ')}` : `but for ${cpu.join(', ')}`;
}

/** Kernels of the native engine that the uses of an op become. */
function onNative(operations: readonly Operation[]): string {
  if (operations.some(isMove)) return 'a view';
  const kernels = new Set<string>();
  let lacks: string | null = null;
  for (const drawn of operations) {
    const operation = retyped(drawn, 'float32');
    if (operation === null) continue;
    try {
      for (const kernel of planFor(programOf(operation)).kernels) kernels.add(kernel);
    } catch (error) {
      if (!(error instanceof Unplannable)) throw error;
      lacks = error.message;
    }
  }
  // Copies lay out what the tests draw in other orders; an op that is nothing else is one.
  if (kernels.size > 1) kernels.delete('copy');
  if (kernels.size === 0) return `no: ${lacks}`;
  return [...kernels].sort().join(', ');
}

/** The text of docs/ops.md. */
export async function describeOps(): Promise<string> {
  const uses = usesByName();
  const placements: Placements = JSON.parse(readFileSync(PLACEMENTS_FILE, 'utf8'));
  const rows: string[] = [];
  for (const definition of OPS) {
    const { name, gradient, evaluate } = definition;
    if (name === 'input' || name === 'constant') continue;
    const operations = uses.get(name) ?? [];
    const operators = new Set(operations.flatMap(operatorsOf));
    const listed = [...operators].sort();
    const cells = [
      `\`${name}\``,
      await dtypesOf(operations),
      gradient === undefined ? 'no' : 'yes',
      listed.join(', '),
      onNative(operations),
      onWebGpu(placements.ops[name]),
      evaluate === undefined ? 'no' : 'yes',
    ];
    rows.push(`| ${cells.join(' | ')} |`);
  }
  return `# Ops

Every op of the graph, written by \`npm run docs:ops\` from the table in \`src-main/graph/ops/table.ts\`; a test fails where
this page is out of date. Each op is one place in \`src-main/graph/ops\`: shape rule, gradient rule, lowering to ONNX,
TensorFlow.js kernel. Losses and other compositions of ops are functions in the same folder and have no line of their
own.

- **Element types**: those of the numeric inputs that the op's shape rule takes and ONNX Runtime's CPU provider compiles;
  indices, conditions and masks besides are int32, int64 or bool. float64 is there for proofs: where an ONNX operator
  has no float64 kernel, the lowering spells the op out. float16 on the CPU is computed in float32 between casts.
- **ONNX operators**: what the op becomes for float32, over all the forms that the tests draw (\\* ONNX Runtime's own domain
  \`com.microsoft\`).
- **Engines**: ONNX Runtime runs every op on the CPU. What a GPU provider has no kernel for goes to the CPU, operator by
  operator, and its operands are copied.
- **Native**: kernels of Pretext's own engine for the CPU (\`src-native\`), in float32, by \`src-main/native\`. Views move
  nothing. A program with an op that it lacks, or with float64 or float16, runs on ONNX Runtime.
- **WebGPU**: measured op by op with ONNX Runtime ${placements.onnxruntime} (\`npm run docs:webgpu\`), values compared with the
  CPU's. *yes*: all of the op runs there; otherwise the operators that go to the CPU, with the element types that they read:
  most are about indices in int64. Programs for WebGPU are written in other operators where the provider lacks one or errs
  (\`graph/passes/webgpu.ts\`, \`graph/spelling.ts\`). Max pooling gives its largest values there, and a first gradient, but
  not the places that second derivatives ask for. A sine or cosine is as exact as WGSL promises, 2^-11.
- **TensorFlow.js** computes in float32.

${OPS.length - 2} ops.

| op | element types | gradient | ONNX operators | native | WebGPU | TensorFlow.js |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
