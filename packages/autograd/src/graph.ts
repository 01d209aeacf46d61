import type { Call, GraphNode, MapOp, MapProgram, Op, Saves, Tensor, TensorMeta } from '@flambeau/core';
import { GraphFreedError, gradientMaps, isFloat, programFor } from '@flambeau/core';
import { anomalySite } from './anomaly.ts';
import type { Saved } from './saved.ts';
import { save } from './saved.ts';

/** Where a gradient goes on: to an output of an earlier recorded call, or into a leaf. */
export type Edge =
  | { readonly node: RecordedNode; readonly output: number }
  | { readonly leaf: Tensor }
  | null;

/** A tensor hook: sees the gradient of a tensor, may replace it. */
export type TensorHook = (gradient: Tensor) => Tensor | void;

/** A recorded call. */
export interface RecordedNode extends GraphNode {
  /** Creation order: a node comes after everything it depends on. */
  readonly order: number;
  readonly op: Op;
  readonly attrs: unknown;
  /** Of maps: what the op was for the dtypes of its operands. */
  readonly program: MapProgram | null;
  readonly edges: readonly Edge[];
  /** Shape, dtype and device of the inputs and outputs; numbers among the inputs stand as they are. */
  readonly inputs: readonly (TensorMeta | number)[];
  readonly outputs: readonly TensorMeta[];
  readonly savedInputs: readonly (Saved | null)[];
  readonly savedOutputs: readonly (Saved | null)[];
  /** Hooks by output. */
  hooks: Map<number, TensorHook[]> | null;
  /** Results that want their gradient in `grad` too, by output. */
  retained: Map<number, Tensor> | null;
  /** Where the call was made, while anomalies are looked for. */
  readonly site: string | null;
  /** Set when what was saved has been released. */
  freed: boolean;
}

const metaOf = (x: Tensor): TensorMeta => ({ shape: x.shape, dtype: x.dtype, device: x.device });

let order = 0;

/** The edge that the gradient of a tensor takes. */
export function edgeOf(x: Tensor): Edge {
  if (x.node) return { node: x.node as RecordedNode, output: x.nodeOutput };
  return x.leafRequiresGrad ? { leaf: x } : null;
}

/** What a map saves: what the adjoints of the inputs that want a gradient mention. */
function savesOfMap(op: MapOp, program: MapProgram, inputs: Call['inputs']): Saves {
  const positions: number[] = [];
  for (let i = 0; i < inputs.length; i++) if (typeof inputs[i] !== 'number') positions.push(i);
  const saved: number[] = [];
  let output = false;
  const gradients = gradientMaps(op, program);
  for (let t = 0; t < positions.length; t++) {
    const gradient = gradients[t];
    if (!gradient || !(inputs[positions[t] as number] as Tensor).requiresGrad) continue;
    for (const input of gradient.inputs) saved.push(positions[input] as number);
    output ||= gradient.output;
  }
  return output ? { inputs: saved, outputs: [0] } : { inputs: saved };
}

/** Adds a node for a call and makes its differentiable outputs point at it. Loops, not closures: every op comes by. */
export function record(call: Call, outputs: readonly Tensor[]): void {
  const { op, attrs } = call;
  const program = op.kind === 'map' ? programFor(op, call.inputs) : null;
  const saves = op.kind === 'map' ? savesOfMap(op, program as MapProgram, call.inputs) : op.saves;
  const count = call.inputs.length;
  const edges = new Array<Edge>(count);
  const inputs = new Array<TensorMeta | number>(count);
  const savedInputs = new Array<Saved | null>(count);
  for (let i = 0; i < count; i++) {
    const x = call.inputs[i] as Tensor | number;
    const isNumber = typeof x === 'number';
    edges[i] = isNumber ? null : edgeOf(x);
    inputs[i] = isNumber ? x : metaOf(x);
    savedInputs[i] = !isNumber && saves?.inputs?.includes(i) ? save(x) : null;
  }
  const constants = op.kind === 'kernel' ? op.constants : undefined;
  const metas = new Array<TensorMeta>(outputs.length);
  const savedOutputs = new Array<Saved | null>(outputs.length);
  const node: RecordedNode = {
    name: op.name,
    order: order++,
    op,
    attrs,
    program,
    edges,
    inputs,
    outputs: metas,
    savedInputs,
    savedOutputs,
    hooks: null,
    retained: null,
    site: anomalySite(),
    freed: false,
  };
  for (let i = 0; i < outputs.length; i++) {
    const x = outputs[i] as Tensor;
    metas[i] = metaOf(x);
    if (isFloat(x.dtype) && !constants?.includes(i)) {
      x.node = node;
      x.nodeOutput = i;
      x.nodeVersion = x.storage.version;
    }
    savedOutputs[i] = saves?.outputs?.includes(i) ? save(x) : null;
  }
}

/** Releases what a node saved. */
export function freeNode(node: RecordedNode): void {
  if (node.freed) return;
  node.freed = true;
  for (const saved of node.savedInputs) saved?.release();
  for (const saved of node.savedOutputs) saved?.release();
}

/** @throws {@link GraphFreedError} when what the node saved is gone. */
export function checkNotFreed(node: RecordedNode): void {
  if (!node.freed) return;
  throw new GraphFreedError(
    'backward',
    `the graph was freed by an earlier backward pass: got a second pass through ${node.name}, expected one. Pass { retainGraph: true } to the first.`,
    { op: node.name },
  );
}
