/**
 * @file What the native engine does in one pass over its values and gradient rules say in many: the gradients of
 * attention and of layer norm. For that engine, after all gradients and the other passes; another engine cannot run what
 * comes out.
 */

import { topologicalOrder } from '../gradient.js';
import { attentionGradient, layerNormGradient } from '../native-only.js';
import { reshape } from '../ops/shape.js';
import type { Program } from '../program.js';
import type { Operation, Tensor } from '../tensor.js';
import { resultsOf, rewrite, type Site } from './rewrite.js';

/** One gradient that was found: what to compute in its place, and which of its values takes the place of which tensor. */
interface Found {
  readonly make: (current: Site['current']) => readonly Tensor[];
  /** Tensors of the graph as it was, each with the number of the value that holds the same. */
  readonly replaced: ReadonlyMap<Tensor, number>;
}

/** The graph as it was: who reads a tensor, and what comes after what. */
interface Graph {
  readonly readers: (tensor: Tensor) => readonly Operation[];
  readonly isResult: (tensor: Tensor) => boolean;
  readonly position: (operation: Operation) => number;
}

const nameOf = (tensor: Tensor): string => tensor.operation.definition.name;

/** What a tensor was before it was reshaped: the same numbers in the same order. */
function flat(tensor: Tensor): Tensor {
  let source = tensor;
  while (nameOf(source) === 'reshape') source = source.operation.inputs[0];
  return source;
}

/** The value that `after` hands on: recomputation puts it between a layer and what it reads. */
const undelayed = (tensor: Tensor): Tensor => (nameOf(tensor) === 'after' ? tensor.operation.inputs[0] : tensor);

const sameValues = (a: Tensor, b: Tensor): boolean => flat(a) === flat(b);

/** The operations between what a gradient is computed from and what it is, taken up one by one as they are recognised. */
class Pattern {
  private readonly inside = new Set<Operation>();

  constructor(private readonly graph: Graph) {}

  /** Inputs of the operation that made a tensor, reshapes apart, where it is the op `name`; else null. */
  enter(tensor: Tensor, name: string): readonly Tensor[] | null {
    let { operation } = tensor;
    const passed: Operation[] = [];
    while (operation.definition.name === 'reshape') {
      passed.push(operation);
      operation = operation.inputs[0].operation;
    }
    if (operation.definition.name !== name) return null;
    for (const one of [...passed, operation]) this.inside.add(one);
    return operation.inputs;
  }

  add(operation: Operation): void {
    this.inside.add(operation);
  }

  /** Whether what was entered serves the pattern alone, but for the tensors that it is there to compute. */
  isClosed(computed: (tensor: Tensor) => boolean): boolean {
    for (const { outputs } of this.inside) {
      for (const tensor of outputs) {
        if (computed(tensor)) continue;
        if (this.graph.isResult(tensor)) return false;
        if (!this.graph.readers(tensor).every((reader) => this.inside.has(reader))) return false;
      }
    }
    return true;
  }
}

interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly factor: number;
}

/** How a matrix product reads its sides, and its factor; null for every other operation. */
function productOf({ definition, attributes }: Operation): ProductAttributes | null {
  return definition.name === 'matmul' ? (attributes as unknown as ProductAttributes) : null;
}

/** The product of `a`, transposed or not, with `b`; null where the operation is something else. */
function isProduct(operation: Operation, a: Tensor, b: Tensor, transposeA: boolean): ProductAttributes | null {
  const product = productOf(operation);
  const fits =
    operation.inputs[0] === a && operation.inputs[1] === b && product?.transposeA === transposeA && !product.transposeB;
  return fits ? product : null;
}

/** The gradient of attention that an operation is the middle of: the gradient with respect to the scores. */
function attentionAt(toScores: Operation, graph: Graph): Found | null {
  const [weights, centred] = toScores.inputs;
  if (toScores.definition.name !== 'mul' || nameOf(weights) !== 'attention' || weights.index !== 1) return null;
  const [q, k, v, bias] = weights.operation.inputs;
  const [attended] = weights.operation.outputs;
  if (bias !== undefined || q.dtype !== 'float32') return null;

  const pattern = new Pattern(graph);
  pattern.add(toScores);
  const difference = pattern.enter(centred, 'sub');
  const products = difference && pattern.enter(difference[0], 'matmul');
  const sums = difference && pattern.enter(difference[1], 'sum');
  const along = sums && pattern.enter(sums[0], 'mul');
  if (!difference || !products || !along) return null;
  const [g] = products;
  const how = productOf(difference[0].operation);
  const { axes, keepDims } = difference[1].operation.attributes as { axes?: readonly number[]; keepDims?: boolean };
  const asEmitted =
    products[1] === v &&
    how?.transposeA === false &&
    how.transposeB &&
    how.factor === 1 &&
    axes?.length === 1 &&
    axes[0] === 3 &&
    keepDims === true &&
    along[0] === g &&
    along[1] === attended;
  if (!asEmitted) return null;

  const replaced = new Map<Tensor, number>();
  const factors = new Set<number>();
  const [scores] = toScores.outputs;
  for (const reader of graph.readers(scores)) {
    const toQueries = isProduct(reader, scores, k, false);
    const toKeys = isProduct(reader, scores, q, true);
    const product = toQueries ?? toKeys;
    if (product === null) return null;
    replaced.set(reader.outputs[0], toQueries === null ? 1 : 0);
    factors.add(product.factor);
    pattern.add(reader);
  }
  for (const reader of graph.readers(weights)) {
    if (isProduct(reader, weights, g, true)?.factor === 1) replaced.set(reader.outputs[0], 2);
  }
  const [factor] = factors;
  if (factors.size !== 1 || !pattern.isClosed((tensor) => replaced.has(tensor))) return null;
  const make = (current: Site['current']) =>
    attentionGradient([current(q), current(k), current(v), current(attended), current(weights), current(g)], {
      factor,
    });
  return { make, replaced };
}

/** What `gradient` of layer norm calls a weighted mean: a product of rows with gamma / width, a column. */
function isWeightedMean(tensor: Tensor, of: Tensor, gamma: Tensor, pattern: Pattern): boolean {
  const product = pattern.enter(tensor, 'matmul');
  if (product === null) return false;
  const [rows, weights] = product;
  const how = productOf(flat(tensor).operation);
  const [width] = gamma.shape;
  const plain = how?.transposeA === false && !how.transposeB && how.factor === 1;
  const fits =
    plain && rows.rank === 2 && rows.shape[1] === width && weights.shape[0] === width && sameValues(rows, of);
  if (!fits) return false;
  // A width of 1 leaves nothing to divide by.
  if (width === 1 && sameValues(weights, gamma)) return true;
  const scaled = flat(weights).operation;
  if (scaled.definition.name !== 'mul') return false;
  const [column, number] = scaled.inputs;
  const { values } = number.operation;
  return (
    sameValues(column, gamma) &&
    number.size === 1 &&
    values !== null &&
    Math.fround(values[0]) === Math.fround(1 / width)
  );
}

/** The gradient of layer norm that ends in an operation: the gradient with respect to x. */
function layerNormAt(end: Operation, graph: Graph): Found | null {
  const [centred, inverse] = end.inputs;
  if (end.definition.name !== 'mul' || nameOf(inverse) !== 'layerNorm' || inverse.index !== 2) return null;
  const forward = inverse.operation;
  const [x, gamma] = forward.inputs;
  const [, average] = forward.outputs;
  if (x.dtype !== 'float32') return null;

  const pattern = new Pattern(graph);
  pattern.add(end);
  const outer = pattern.enter(centred, 'sub');
  const inner = outer && pattern.enter(outer[0], 'sub');
  const scaled = inner && pattern.enter(inner[0], 'mul');
  const drawn = outer && pattern.enter(outer[1], 'mul');
  if (!outer || !inner || !scaled || !drawn) return null;
  const [g] = scaled;
  const [normal, drawnBy] = drawn;
  const shifted = pattern.enter(normal, 'mul');
  const difference = shifted && pattern.enter(shifted[0], 'sub');
  const along = graph
    .readers(normal)
    .find(({ definition, inputs }) => definition.name === 'mul' && inputs[0] === g && inputs[1] === normal);
  if (!difference || along === undefined) return null;
  pattern.add(along);
  // Rows of g * normal: reshaped once for both of their readers, or for each.
  const [product] = along.outputs;
  const rowsOf = (tensor: Tensor): readonly Tensor[] => [
    tensor,
    ...graph
      .readers(tensor)
      .filter(({ definition }) => definition.name === 'reshape')
      .flatMap(({ outputs }) => rowsOf(outputs[0])),
  ];
  for (const tensor of rowsOf(product)) pattern.add(tensor.operation);
  const asEmitted =
    scaled[1] === gamma &&
    shifted[1] === inverse &&
    undelayed(difference[0]) === undelayed(x) &&
    difference[1] === average &&
    isWeightedMean(inner[1], g, gamma, pattern) &&
    isWeightedMean(drawnBy, product, gamma, pattern);
  if (!asEmitted) return null;

  const replaced = new Map<Tensor, number>([[end.outputs[0], 0]]);
  const [width] = gamma.shape;
  const addColumnSums = (tensor: Tensor, value: number) => {
    for (const rows of rowsOf(tensor)) {
      if (rows.rank !== 2 || rows.shape[1] !== width) continue;
      for (const reader of graph.readers(rows)) {
        // A sum that comes before the layer norm itself cannot be given its statistics.
        const known = graph.position(reader) > graph.position(forward);
        if (reader.definition.name !== 'columnSum' || !known) continue;
        replaced.set(reader.outputs[0], value);
        pattern.add(reader);
        for (const { definition, outputs } of graph.readers(reader.outputs[0])) {
          if (definition.name === 'reshape') replaced.set(outputs[0], value);
        }
      }
    }
  };
  addColumnSums(product, 1);
  addColumnSums(flat(g), 2);
  if (!pattern.isClosed((tensor) => replaced.has(tensor))) return null;
  // A column sum may come before g itself, never before what g is a reshape of.
  const make = (current: Site['current']) =>
    layerNormGradient([
      current(x),
      current(gamma),
      current(average),
      current(inverse),
      reshape(current(flat(g)), g.shape),
    ]);
  return { make, replaced };
}

function graphOf(program: Program, order: readonly Operation[]): Graph {
  const readers = new Map<Tensor, Operation[]>();
  const positions = new Map<Operation, number>();
  order.forEach((operation, index) => {
    positions.set(operation, index);
    for (const tensor of new Set(operation.inputs)) {
      const known = readers.get(tensor);
      if (known === undefined) readers.set(tensor, [operation]);
      else known.push(operation);
    }
  });
  const results = new Set(resultsOf(program));
  return {
    readers: (tensor) => readers.get(tensor) ?? [],
    isResult: (tensor) => results.has(tensor),
    position: (operation) => positions.get(operation) ?? 0,
  };
}

/** For the native engine, after the other passes. Gradients that something else reads a part of stay as they are. */
export function forNative(program: Program): Program {
  const order = topologicalOrder(resultsOf(program));
  const graph = graphOf(program, order);
  const places = new Map<Tensor, { found: Found; index: number }>();
  for (const operation of order) {
    const found = attentionAt(operation, graph) ?? layerNormAt(operation, graph);
    for (const [tensor, index] of found?.replaced ?? []) if (found) places.set(tensor, { found, index });
  }
  const made = new Map<Found, readonly Tensor[]>();
  return rewrite(program, ({ operation, current }) => {
    const [output] = operation.outputs;
    const place = places.get(output);
    if (place === undefined) return null;
    const values = made.get(place.found) ?? place.found.make(current);
    made.set(place.found, values);
    return [reshape(values[place.index], output.shape)];
  });
}
