import type { Kernel, NoAttrs } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { place } from '../operand.ts';
import { eachElement } from '../walk.ts';

/** Batched matrix product, summed in float64. Views are read in place. */
export function createPlainMatmul(memory: LinearMemory): Kernel<NoAttrs> {
  return ([a, b], [y]) => {
    const [left, right, out] = [place(memory, a), place(memory, b), place(memory, y)];
    const row = a.shape.length - 2;
    const [m, k] = a.shape.slice(row);
    const n = b.shape[row + 1];
    const totals = new Float64Array(n);
    eachElement(a.shape.slice(0, row), [left, right, out], ([p, q, o]) => {
      for (let i = 0; i < m; i++) {
        totals.fill(0);
        for (let j = 0; j < k; j++) {
          const factor = left.data[p + i * a.strides[row] + j * a.strides[row + 1]];
          const start = q + j * b.strides[row];
          for (let c = 0; c < n; c++) totals[c] += factor * right.data[start + c * b.strides[row + 1]];
        }
        out.data.set(totals, o + i * n);
      }
    });
  };
}

/** x·wᵀ + b, summed in float64. */
export function createPlainLinear(memory: LinearMemory): Kernel<NoAttrs> {
  return ([x, w, bias], [y]) => {
    const [left, right, out] = [place(memory, x), place(memory, w), place(memory, y)];
    const shift = bias ? place(memory, bias) : null;
    const axis = x.shape.length - 1;
    const [n, k] = w.shape;
    const step = x.strides[axis];
    eachElement(x.shape.slice(0, axis), [left, out], ([p, o]) => {
      for (let c = 0; c < n; c++) {
        let total = shift ? shift.data[shift.offset + c * shift.strides[0]] : 0;
        const row = right.offset + c * w.strides[0];
        for (let j = 0; j < k; j++) total += left.data[p + j * step] * right.data[row + j * w.strides[1]];
        out.data[o + c] = total;
      }
    });
  };
}
