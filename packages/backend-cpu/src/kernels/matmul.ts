import type { Kernel, NoAttrs, Operand } from '@flambeau/core/functional';
import type { NumberArray } from './gemm.ts';
import { gemm } from './gemm.ts';
import { walkRows } from './walk.ts';

/** Batched matrix product. Transposed and broadcast views are read in place by the packing. */
export const matmul: Kernel<NoAttrs> = ([a, b], [y]) => batched(gemm, a, b, y);

/** One product per batch. */
export function batched(product: typeof gemm, a: Operand, b: Operand, y: Operand): void {
  const rank = a.shape.length;
  const [m, k] = a.shape.slice(-2);
  const n = b.shape[rank - 1];
  const row = rank - 2;
  const [left, right, out] = [a.block as NumberArray, b.block as NumberArray, y.block as NumberArray];
  walkRows(a.shape.slice(0, row), [a, b, y], (count, at, step) => {
    for (let e = 0; e < count; e++) {
      product(
        m,
        n,
        k,
        left,
        at[0] + e * step[0],
        a.strides[row],
        a.strides[row + 1],
        right,
        at[1] + e * step[1],
        b.strides[row],
        b.strides[row + 1],
        out,
        at[2] + e * step[2],
        n,
      );
    }
  });
}

/** x·wᵀ + b over all leading dimensions at once, when they can be walked as rows. */
export const linear: Kernel<NoAttrs> = ([x, w, bias], [y]) => {
  const rank = x.shape.length;
  const k = x.shape[rank - 1];
  const n = w.shape[0];
  const [left, right, out] = [x.block as NumberArray, w.block as NumberArray, y.block as NumberArray];
  const shift = bias ? dense(bias.block as NumberArray, bias.offset, bias.strides[0], n) : null;
  const rows = rank < 2 ? 1 : x.shape[rank - 2];
  const rowStride = rank < 2 ? 0 : x.strides[rank - 2];
  const lead = Math.max(rank - 2, 0);
  walkRows(x.shape.slice(0, lead), [x, y], (count, at, step) => {
    for (let e = 0; e < count; e++) {
      gemm(
        rows,
        n,
        k,
        left,
        at[0] + e * step[0],
        rowStride,
        x.strides[rank - 1],
        right,
        w.offset,
        w.strides[1],
        w.strides[0],
        out,
        at[1] + e * step[1],
        n,
        false,
        shift,
        0,
      );
    }
  });
};

function dense(source: NumberArray, offset: number, stride: number, n: number): NumberArray {
  if (stride === 1 && offset === 0) return source;
  return Float64Array.from({ length: n }, (_, i) => source[offset + i * stride]);
}
