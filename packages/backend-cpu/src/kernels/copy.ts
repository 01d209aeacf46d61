import type { Kernel, NoAttrs, PrimitiveOps } from '@flambeau/core/functional';
import { isContiguous } from '@flambeau/core/functional';
import type { NumberArray } from './gemm.ts';
import { walkRows } from './walk.ts';

/** Copies between any two layouts of one shape. */
export const copyStrided: Kernel<NoAttrs> = ([x], [y]) => {
  const from = x.block as NumberArray;
  const to = y.block as NumberArray;
  if (isContiguous(x.shape, x.strides) && isContiguous(y.shape, y.strides)) {
    to.set(from.subarray(x.offset, x.offset + x.size), y.offset);
    return;
  }
  walkRows(x.shape, [x, y], (n, [i, o], [a, b]) => {
    for (let e = 0; e < n; e++) to[o + e * b] = from[i + e * a];
  });
};

/** Sets every element. */
export const fill: Kernel<PrimitiveOps['fill']> = (_inputs, [y], { value }) => {
  const to = y.block as NumberArray;
  const stored = y.dtype === 'bool' ? Number(value !== 0) : value;
  if (isContiguous(y.shape, y.strides)) {
    to.fill(stored, y.offset, y.offset + y.size);
    return;
  }
  walkRows(y.shape, [y], (n, [o], [step]) => {
    for (let e = 0; e < n; e++) to[o + e * step] = stored;
  });
};
