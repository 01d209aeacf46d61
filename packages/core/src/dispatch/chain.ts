import type { Buffer } from '../memory/buffer.ts';
import type { MapProgram } from '../ops/map-program.ts';
import { createProgram } from '../ops/map-program.ts';
import type { ScalarNode } from '../scalar/index.ts';
import { input, rewrite, scalar } from '../scalar/index.ts';
import { contiguousStrides } from '../shape.ts';
import type { PendingMap, Source } from './deferral.ts';

/** The map that a buffer waits for; null where its values are there, or a kernel is to compute them. */
export function mapOf({ pending }: Buffer): PendingMap | null {
  return pending?.kind === 'map' ? pending : null;
}

/** The pending maps at and below these buffers, sources of each before itself. Iterative. */
export function pendingBelow(buffers: readonly Buffer[]): Buffer[] {
  const order: Buffer[] = [];
  const seen = new Set<Buffer>();
  const stack: { buffer: Buffer; next: number }[] = [];
  const enter = (buffer: Buffer): void => {
    if (!mapOf(buffer) || seen.has(buffer)) return;
    seen.add(buffer);
    stack.push({ buffer, next: 0 });
  };
  for (const buffer of buffers) {
    enter(buffer);
    for (let top = stack[stack.length - 1]; top; top = stack[stack.length - 1]) {
      const below = (top.buffer.pending as PendingMap).sources[top.next++];
      if (below) enter(below.buffer);
      else {
        order.push(top.buffer);
        stack.pop();
      }
    }
  }
  return order;
}

/** A pending map with all maps pending below it, as one kernel would compute it. */
export interface Chain {
  /** What is computed, sources of each before itself. */
  readonly order: readonly Buffer[];
  /** What is read: distinct buffers and layouts. */
  readonly leaves: readonly Source[];
  /** Where the operands of each step come from: `leaf` among the leaves, or `step` among the order. */
  readonly operands: readonly (readonly ({ readonly leaf: number } | { readonly step: number })[])[];
}

/** The chain that ends in a pending map, to be computed with this shape. */
export function chainBelow(buffer: Buffer, shape: readonly number[]): Chain {
  const order = pendingBelow([buffer]);
  const position = new Map(order.map((b, i) => [b, i]));
  const strides = contiguousStrides(shape);
  const leaves: Source[] = [];
  const operands = order.map(({ pending }) =>
    (pending as PendingMap).sources.map((source) => {
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

/** Combined programs kept per process; the least recently made goes first. */
const MAX_COMBINED = 2048;

const combined = new Map<string, MapProgram>();

/** The program of a chain, from a cache by the programs of its parts and how they are joined. */
export function programOf(chain: Chain): MapProgram {
  const [first] = chain.operands;
  if (chain.order.length === 1 && first?.every((from, i) => 'leaf' in from && from.leaf === i))
    return mapOf(chain.order[0] as Buffer)?.program as MapProgram;
  let key = '';
  chain.order.forEach(({ pending }, i) => {
    const places = (chain.operands[i] as Chain['operands'][number]).map((from) =>
      'leaf' in from ? from.leaf : `p${from.step}`,
    );
    key += `${(pending as PendingMap).program.id}(${places.join()})`;
  });
  let program = combined.get(key);
  if (!program) {
    program = combine(chain);
    combined.set(key, program);
    if (combined.size > MAX_COMBINED) combined.delete(combined.keys().next().value as string);
  }
  return program;
}

/** The run-time numbers of a chain's program. */
export const scalarsOf = ({ order }: Chain): number[] =>
  order.flatMap(({ pending }) => (pending as PendingMap).scalars);

/** Puts the programs of a chain into one. */
function combine({ order, leaves, operands }: Chain): MapProgram {
  const roots: ScalarNode[] = [];
  const scalarTypes: MapProgram['scalars'][number][] = [];
  order.forEach(({ pending }, i) => {
    const { program } = pending as PendingMap;
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
