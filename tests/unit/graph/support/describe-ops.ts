/** @file What docs/ops.md says of each op, found out by building, lowering and compiling it. */

import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { topologicalOrder } from '../../../../src-main/graph/gradient.js';
import { lowerProgram } from '../../../../src-main/graph/onnx.js';
import { input } from '../../../../src-main/graph/ops/source.js';
import { OPS } from '../../../../src-main/graph/ops/table.js';
import { program } from '../../../../src-main/graph/program.js';
import { type DType, Operation, type Tensor } from '../../../../src-main/graph/tensor.js';
import { Draw } from './draw.js';
import { FIXTURES, fixtureGraph } from './fixtures.js';
import { OP_CASES } from './op-cases.js';

const DTYPES: DType[] = ['float32', 'float64', 'float16', 'int32', 'int64', 'bool'];

/** Uses of every op: those of the tests. */
function usesByName(): Map<string, Operation[]> {
  const uses = new Map<string, Operation[]>();
  const take = (output: Tensor) => {
    for (const operation of topologicalOrder([output])) {
      const { name } = operation.definition;
      uses.set(name, [...(uses.get(name) ?? []), operation]);
    }
  };
  for (const name of Object.keys(FIXTURES)) take(fixtureGraph(name, 'float32').output);
  for (const makeCase of Object.values(OP_CASES)) {
    for (const generate of fc.sample(fc.gen(), { seed: 5, numRuns: 3 })) {
      take(makeCase(Draw.from(generate), 'float32').output);
    }
  }
  return uses;
}

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

/** The text of docs/ops.md. */
export async function describeOps(): Promise<string> {
  const uses = usesByName();
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
      evaluate === undefined ? 'ONNX Runtime' : 'ONNX Runtime, TensorFlow.js',
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
- **Engines**: ONNX Runtime runs every op on the CPU; a GPU provider gives single operators that it lacks to the CPU.
  TensorFlow.js computes in float32.

${OPS.length - 2} ops.

| op | element types | gradient | ONNX operators | engines |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
