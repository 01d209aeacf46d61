import type { Device } from '../device.ts';
import type { Buffer } from '../memory/buffer.ts';
import { createBuffer, letGo, retain } from '../memory/buffer.ts';
import type { MapProgram } from '../ops/map-program.ts';
import { createProgram } from '../ops/map-program.ts';
import type { ScalarNode } from '../scalar/index.ts';
import { input, rewrite, scalar } from '../scalar/index.ts';
import { broadcastStrides, contiguousStrides, isContiguous, sameShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Pending, Source } from './deferral.ts';
import { runMap } from './run-map.ts';

/** A chain is cut when one element would take more operations than this. */
const MAX_OPERATIONS = 64;
/** Combined programs kept per process; the least recently made goes first. */
const MAX_COMBINED = 2048;

/** Makes a buffer whose values are an expression. Sources that cannot be part of it are computed first. */
export function defer(
  device: Device,
  program: MapProgram,
  inputs: readonly (Tensor | number)[],
  scalars: readonly number[],
  shape: readonly number[],
): Buffer {
  const sources = sourcesOf(inputs, shape);
  for (const source of sources) if (!fits(source, shape)) flush(source.buffer);
  const maxLeaves = maxInputs(device);
  let cost = measure(program, sources, maxLeaves);
  if (cost.operations > MAX_OPERATIONS || cost.leaves > maxLeaves) {
    for (const source of sources) flush(source.buffer);
    cost = measure(program, sources, maxLeaves);
  }
  for (const source of sources) retain(source.buffer);
  const buffer = createBuffer(device, program.dtype, sizeOf(shape));
  const flat = sources.every((source) => source.aligned && (source.buffer.pending?.flat ?? true));
  buffer.pending = {
    program,
    sources,
    scalars,
    shape,
    flat,
    ...cost,
    inlined: false,
    mark: 0,
    compute: flush,
  };
  return buffer;
}

/** The most tensors that an expression may read. */
export const maxInputs = (device: Device): number => device.capabilities.maxMapInputs ?? 8;

/** Whether a source can be computed inside an expression of this shape; one that is not pending always can be used. */
function fits({ buffer: { pending }, aligned }: Source, shape: readonly number[]): boolean {
  return !pending || (aligned && (pending.flat || sameShape(pending.shape, shape)));
}

/** Operands of a map as sources of a pending expression. */
function sourcesOf(inputs: readonly (Tensor | number)[], shape: readonly number[]): Source[] {
  const sources: Source[] = [];
  for (const x of inputs) {
    if (typeof x === 'number') continue;
    sources.push({
      buffer: x.storage.buffer,
      strides: broadcastStrides(x.shape, x.strides, shape),
      offset: x.offset,
      aligned:
        x.offset === 0 &&
        sameShape(x.shape, shape) &&
        x.storage.buffer.length === sizeOf(shape) &&
        isContiguous(x.shape, x.strides),
    });
  }
  return sources;
}

/**
 * Counts over the graph, not the tree: a value used twice is one. Sums are bounds, and decide while they are within the
 * limits: a long chain is gone through now and then, not at every step.
 */
function measure(
  program: MapProgram,
  sources: readonly Source[],
  maxLeaves: number,
): { operations: number; leaves: number } {
  let operations = program.operations;
  let leaves = 0;
  for (const { buffer } of sources) {
    operations += buffer.pending?.operations ?? 0;
    leaves += buffer.pending?.leaves ?? 1;
  }
  if (operations <= MAX_OPERATIONS && leaves <= maxLeaves) return { operations, leaves };
  operations = program.operations;
  const mark = ++marks;
  const found: Buffer[] = [];
  const todo = sources.map((source) => source.buffer);
  for (let buffer = todo.pop(); buffer; buffer = todo.pop()) {
    const { pending } = buffer;
    if (!pending) {
      if (!found.includes(buffer)) found.push(buffer);
    } else if (pending.mark !== mark) {
      pending.mark = mark;
      operations += pending.program.operations;
      for (const source of pending.sources) todo.push(source.buffer);
    }
    // Too many for one kernel: how many does not matter.
    if (operations > MAX_OPERATIONS || found.length > maxLeaves) break;
  }
  return { operations, leaves: found.length };
}

/** Counts walks over pending expressions, each of which marks what it has seen. */
let marks = 0;

/** The pending buffers at and below these, sources of each before itself. Iterative. */
export function pendingBelow(buffers: readonly Buffer[]): Buffer[] {
  const order: Buffer[] = [];
  const seen = new Set<Buffer>();
  const stack: { buffer: Buffer; next: number }[] = [];
  const enter = (buffer: Buffer): void => {
    if (!buffer.pending || seen.has(buffer)) return;
    seen.add(buffer);
    stack.push({ buffer, next: 0 });
  };
  for (const buffer of buffers) {
    enter(buffer);
    for (let top = stack[stack.length - 1]; top; top = stack[stack.length - 1]) {
      const below = (top.buffer.pending as Pending).sources[top.next++];
      if (below) enter(below.buffer);
      else {
        order.push(top.buffer);
        stack.pop();
      }
    }
  }
  return order;
}

/** A pending buffer with everything pending below it, as one kernel would compute it. */
interface Chain {
  /** What is computed, sources of each before itself. */
  readonly order: readonly Buffer[];
  /** What is read: distinct buffers and layouts. */
  readonly leaves: readonly Source[];
  /** Where the operands of each step come from: `leaf` among the leaves, or `step` among the order. */
  readonly operands: readonly (readonly ({ readonly leaf: number } | { readonly step: number })[])[];
}

function chainBelow(buffer: Buffer, shape: readonly number[]): Chain {
  const order = pendingBelow([buffer]);
  const position = new Map(order.map((b, i) => [b, i]));
  const strides = contiguousStrides(shape);
  const leaves: Source[] = [];
  const operands = order.map(({ pending }) =>
    (pending as Pending).sources.map((source) => {
      const step = position.get(source.buffer);
      // Parts of other shapes are flat: what they read in order is read in order by the whole.
      return step === undefined
        ? { leaf: leafIndex(leaves, source.aligned ? { ...source, strides } : source) }
        : { step };
    }),
  );
  return { order, leaves, operands };
}

function leafIndex(leaves: Source[], source: Source): number {
  const found = leaves.findIndex(
    (leaf) =>
      leaf.buffer === source.buffer &&
      leaf.offset === source.offset &&
      leaf.strides.every((stride, i) => stride === source.strides[i]),
  );
  return found >= 0 ? found : leaves.push(source) - 1;
}

const combined = new Map<string, MapProgram>();

/** How one kernel computes a pending buffer with everything pending below it. */
export interface Whole {
  readonly program: MapProgram;
  readonly leaves: readonly Source[];
  readonly scalars: readonly number[];
  /** The pending buffers that it goes through, if there are others than this one. */
  readonly parts: readonly Buffer[];
}

const NO_PARTS: readonly Buffer[] = [];

/** The kernel of a pending buffer; null where it would read too much. */
export function wholeOf(buffer: Buffer, pending: Pending): Whole | null {
  const { program, sources, scalars } = pending;
  const most = maxInputs(buffer.device);
  if (sources.length <= most && !sources.some(isPending)) {
    return { program, leaves: sources, scalars, parts: NO_PARTS };
  }
  const chain = chainBelow(buffer, pending.shape);
  const { leaves, order } = chain;
  if (leaves.length > most && order.length > 1) return null;
  return {
    program: programOf(chain),
    leaves,
    scalars: order.flatMap((part) => (part.pending as Pending).scalars),
    parts: order,
  };
}

/** Computes a pending buffer, with everything pending below it, in one kernel. Nothing to do for other buffers. */
export function flush(buffer: Buffer): void {
  const { pending } = buffer;
  if (!pending) return;
  let whole = wholeOf(buffer, pending);
  if (!whole) {
    // A part was computed on its own since: it is one leaf more when others still need what it read.
    for (const source of pending.sources) flush(source.buffer);
    whole = wholeOf(buffer, pending) as Whole;
  }
  run(buffer, pending, whole);
}

const isPending = ({ buffer }: Source): boolean => buffer.pending !== null;

/** Runs the kernel of a pending buffer, which is then no longer pending. */
function run(buffer: Buffer, pending: Pending, whole: Whole): void {
  const { program, leaves, scalars } = whole;
  const operands = leaves.map((leaf) => ({ buffer: leaf.buffer, view: leaf }));
  buffer.pending = null;
  try {
    runMap(buffer.device, program, operands, scalars, buffer, pending.shape);
  } catch (error) {
    buffer.pending = pending;
    throw error;
  }
  finish(pending, whole);
}

/** Lets go of what a buffer was computed from, which is no longer pending. */
export function finish(pending: Pending, { parts }: Whole): void {
  for (const source of pending.sources) letGo(source.buffer);
  for (const { pending: part } of parts) if (part) part.inlined = true;
}

/** The program of a chain, from a cache by the programs of its parts and how they are joined. */
function programOf(chain: Chain): MapProgram {
  let key = '';
  chain.order.forEach(({ pending }, i) => {
    const places = (chain.operands[i] as Chain['operands'][number]).map((from) =>
      'leaf' in from ? from.leaf : `p${from.step}`,
    );
    key += `${(pending as Pending).program.id}(${places.join()})`;
  });
  let program = combined.get(key);
  if (!program) {
    program = combine(chain);
    combined.set(key, program);
    if (combined.size > MAX_COMBINED) combined.delete(combined.keys().next().value as string);
  }
  return program;
}

/** Puts the programs of a chain into one. */
function combine({ order, leaves, operands }: Chain): MapProgram {
  const roots: ScalarNode[] = [];
  const scalarTypes: MapProgram['scalars'][number][] = [];
  order.forEach(({ pending }, i) => {
    const { program } = pending as Pending;
    const base = scalarTypes.length;
    const args = (operands[i] as Chain['operands'][number]).map((from) =>
      'leaf' in from
        ? input(from.leaf, (leaves[from.leaf] as Source).buffer.dtype)
        : (roots[from.step] as ScalarNode),
    );
    roots.push(
      rewrite(program.root, (n) => {
        if (n.op === 'input') return args[n.value];
        if (n.op === 'scalar') return scalar(base + n.value, n.type);
        return undefined;
      }),
    );
    scalarTypes.push(...program.scalars);
  });
  const last = order[order.length - 1] as Buffer;
  const inputs = leaves.map((leaf) => leaf.buffer.dtype);
  return createProgram(roots[roots.length - 1] as ScalarNode, inputs, scalarTypes, last.dtype);
}
