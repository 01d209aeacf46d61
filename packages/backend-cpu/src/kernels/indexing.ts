import type {
  AxisAttrs,
  DType,
  Fault,
  Kernel,
  NoAttrs,
  ScatterReduceKernelAttrs,
} from '@flambeau/core/functional';
import { copyStrided } from './copy.ts';
import type { NumberArray } from './gemm.ts';
import { walkRows } from './walk.ts';

const without = (strides: readonly number[], axis: number): number[] =>
  strides.map((s, i) => (i === axis ? 0 : s));

/** From this length on a row is copied as a whole. */
const RUN = 16;

/** y[…] = x at index along the axis. A position outside of it is a fault. */
export const gather: Kernel<AxisAttrs> = ([x, index], [y], { axis }) => {
  const source = x.block as NumberArray;
  const positions = index.block as Int32Array;
  const out = y.block as NumberArray;
  const size = x.shape[axis];
  const stride = x.strides[axis];
  let fault: Fault | undefined;
  let done = 0;
  walkRows(
    index.shape,
    [index, { strides: without(x.strides, axis), offset: x.offset }],
    (n, [i, base], [step, by]) => {
      const first = positions[i];
      if (step === 0 && by === 1 && n >= RUN && first >= 0 && first < size) {
        const from = base + first * stride;
        out.set(source.subarray(from, from + n), y.offset + done);
        done += n;
        return;
      }
      for (let e = 0; e < n; e++) {
        const position = positions[i + e * step];
        if (position < 0 || position >= size) fault ??= { value: position, index: done + e };
        else out[y.offset + done + e] = source[base + e * by + position * stride];
      }
      done += n;
    },
  );
  return fault;
};

/** y = x, plus source added at index along the axis, in the index's order. A position outside of it is a fault. */
export const scatterAdd: Kernel<AxisAttrs> = ([x, index, source], [y], { axis }, context) => {
  copyStrided([x], [y], {}, context);
  const out = y.block as NumberArray;
  const positions = index.block as Int32Array;
  const values = source.block as NumberArray;
  const size = y.shape[axis];
  const stride = y.strides[axis];
  let fault: Fault | undefined;
  let done = 0;
  const places = { strides: without(y.strides, axis), offset: y.offset };
  walkRows(index.shape, [index, source, places], (n, [i, v, base], [step, vStep, by]) => {
    for (let e = 0; e < n; e++) {
      const position = positions[i + e * step];
      if (position < 0 || position >= size) fault ??= { value: position, index: done + e };
      else out[base + e * by + position * stride] += values[v + e * vStep];
    }
    done += n;
  });
  return fault;
};

/** How what is at a place and what comes to it become one. */
type Join = (present: number, coming: number) => number;

/** y = x, joined with source at index along the axis, in the index's order. A position outside of it is a fault. */
function scatterWith<Attrs extends AxisAttrs>(joinFor: (attrs: Attrs, dtype: DType) => Join): Kernel<Attrs> {
  return ([x, index, source], [y], attrs, context) => {
    copyStrided([x], [y], {}, context);
    const join = joinFor(attrs, y.dtype);
    const { axis } = attrs;
    const out = y.block as NumberArray;
    const positions = index.block as Int32Array;
    const values = source.block as NumberArray;
    const size = y.shape[axis];
    const stride = y.strides[axis];
    let fault: Fault | undefined;
    let done = 0;
    const places = { strides: without(y.strides, axis), offset: y.offset };
    walkRows(index.shape, [index, source, places], (n, [i, v, base], [step, vStep, by]) => {
      for (let e = 0; e < n; e++) {
        const position = positions[i + e * step];
        if (position < 0 || position >= size) {
          fault ??= { value: position, index: done + e };
          continue;
        }
        const at = base + e * by + position * stride;
        out[at] = join(out[at], values[v + e * vStep]);
      }
      done += n;
    });
    return fault;
  };
}

const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

/** The last at each place. */
export const scatter: Kernel<AxisAttrs> = scatterWith(() => (_present, coming) => coming);

/** Extremes and products at each place: Math.max and Math.min let NaN win; integer products wrap. */
export const scatterReduce: Kernel<ScatterReduceKernelAttrs> = scatterWith(({ reduce }, dtype) => {
  if (reduce === 'amax') return Math.max;
  if (reduce === 'amin') return Math.min;
  return isFloat(dtype) ? (a, b) => a * b : Math.imul;
});

/** True where an element is one of the tests. */
export const isin: Kernel<NoAttrs> = ([x, tests], [y]) => {
  const values = x.block as NumberArray;
  const others = tests.block as NumberArray;
  const out = y.block as Uint8Array;
  const known = new Set<number>();
  for (let i = 0; i < tests.size; i++) {
    const value = others[tests.offset + i];
    if (!Number.isNaN(value)) known.add(value);
  }
  for (let i = 0; i < x.size; i++) out[y.offset + i] = Number(known.has(values[x.offset + i]));
};
