import type { Kernel, MapKernel, NoAttrs, Operand, ReduceAttrs, ScalarNode } from '@flambeau/core/functional';
import {
  allocTyped,
  contiguousStrides,
  expandRegistered,
  isContiguous,
  topological,
} from '@flambeau/core/functional';
import { copyStrided } from './copy.ts';
import type { Register } from './map/loops.ts';
import { loopFor } from './map/loops.ts';
import { batched } from './matmul.ts';
import { storeSums } from './store-sums.ts';
import { thinProduct } from './thin-product.ts';
import { walkRows } from './walk.ts';

const BLOCK = 1024;

/** The operand's elements in order. */
function dense(x: Operand): Register {
  if (isContiguous(x.shape, x.strides)) return (x.block as Register).subarray(x.offset, x.offset + x.size);
  const block = allocTyped(x.dtype, x.size);
  copyStrided([x], [{ ...x, block, offset: 0, strides: contiguousStrides(x.shape) }], {}, { ticket: 0 });
  return block;
}

/** The interpreter in its simplest form: nothing is planned ahead, every operand is copied. */
export const plainMap: MapKernel = (program, inputs, scalars, { block, offset, size }) => {
  const nodes = topological([expandRegistered(program.root)]);
  const operands = inputs.map(dense);
  const registers = new Map(nodes.map((n) => [n, allocTyped(n.type, Math.min(size, BLOCK))]));
  const at = (n: ScalarNode): Register => registers.get(n) as Register;
  for (let start = 0; start < size; start += BLOCK) {
    const n = Math.min(BLOCK, size - start);
    for (const node of nodes) {
      const { op, value, args } = node;
      const out = at(node);
      if (op === 'input') out.set(operands[value].subarray(start, start + n));
      else if (op === 'scalar' || op === 'const') out.fill(op === 'const' ? value : scalars[value]);
      else {
        const [a, b = a, c = a] = args;
        const loop = loopFor(op, args[op === 'select' ? 1 : 0].type, node.dtype);
        loop(out, 0, at(a), 0, at(b), 0, at(c), 0, n);
      }
    }
    // The root is the last one.
    (block as Register).set(at(nodes[nodes.length - 1]).subarray(0, n), offset + start);
  }
};

/** Batched matrix product that packs nothing. */
export const plainMatmul: Kernel<NoAttrs> = ([a, b], [y]) => batched(thinProduct, a, b, y);

/** Calls back for every element: the kept one it belongs to, its position among the reduced ones, and where it lies. */
function eachElement(
  x: Operand,
  count: number,
  visit: (i: number, position: number, at: number) => void,
): void {
  const split = x.shape.length - count;
  const inner = x.shape.slice(split);
  const strides = x.strides.slice(split);
  let i = 0;
  walkRows(x.shape.slice(0, split), [x], (n, [start], [step]) => {
    for (let e = 0; e < n; e++, i++) {
      let position = 0;
      walkRows(inner, [{ strides, offset: start + e * step }], (m, [at], [by]) => {
        for (let r = 0; r < m; r++) visit(i, position++, at + r * by);
      });
    }
  });
}

/** Sums in float64; a sum outside of int32 is a fault. */
export const plainSum: Kernel<ReduceAttrs> = ([x], [y], { count }) => {
  const totals = new Float64Array(y.size);
  eachElement(x, count, (i, _position, at) => {
    totals[i] += (x.block as Register)[at];
  });
  return storeSums(totals, y);
};

/** Of every kept element, the first largest: its value and position; the first NaN wins. */
function largest(
  x: Operand,
  count: number,
  found: (i: number, value: number, position: number) => void,
): void {
  let top = 0;
  eachElement(x, count, (i, position, at) => {
    const value = (x.block as Register)[at];
    const better = value > top || (Number.isNaN(value) && !Number.isNaN(top));
    if (position > 0 && !better) return;
    top = value;
    found(i, value, position);
  });
}

export const plainAmax: Kernel<ReduceAttrs> = ([x], [y], { count }) =>
  largest(x, count, (i, value) => {
    (y.block as Register)[y.offset + i] = value;
  });

export const plainArgmax: Kernel<ReduceAttrs> = ([x], [y], { count }) =>
  largest(x, count, (i, _value, position) => {
    (y.block as Register)[y.offset + i] = position;
  });
