import type { Kernel, Operand, ReduceAttrs } from '@flambeau/core/functional';
import { mergeLayouts, sizeOf } from '@flambeau/core/functional';
import type { NumberArray } from './gemm.ts';
import { storeSums } from './store-sums.ts';
import { walkRows } from './walk.ts';

/** Dimensions of a view, merged where possible. */
interface Part {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A reduction as two loops: over the kept dimensions, and over the reduced ones, each merged where possible. */
interface Loops {
  readonly kept: Part;
  readonly reduced: Part;
  readonly keptSize: number;
  readonly reducedSize: number;
}

function loopsOf(x: Operand, count: number): Loops {
  const split = x.shape.length - count;
  const part = (from: number, to: number): Part => {
    const { shape, strides } = mergeLayouts({
      shape: x.shape.slice(from, to),
      strides: [x.strides.slice(from, to)],
    });
    return { shape, strides: strides[0] };
  };
  const kept = part(0, split);
  const reduced = part(split, x.shape.length);
  return { kept, reduced, keptSize: sizeOf(kept.shape), reducedSize: sizeOf(reduced.shape) };
}

/** Sums in float64, which is exact for integers up to 2⁵³; a sum outside of int32 is a fault. */
export const sum: Kernel<ReduceAttrs> = ([x], [y], { count }) => {
  const source = x.block as NumberArray;
  const { kept, reduced, keptSize, reducedSize } = loopsOf(x, count);
  const totals = keptSize === 1 ? single : new Float64Array(keptSize);
  totals.fill(0, 0, keptSize);
  if (keptSize > 0 && reducedSize > 0) {
    const inner = reduced.strides[reduced.strides.length - 1];
    const across = kept.strides[kept.strides.length - 1];
    if (Math.abs(inner) <= Math.abs(across) || keptSize === 1)
      sumAlong(source, x.offset, kept, reduced, totals);
    else sumAcross(source, x.offset, kept, reduced, totals);
  }
  return storeSums(totals, y);
};

const single = new Float64Array(1);

/** For each kept element, adds up its run: the reduced elements lie closer together. */
function sumAlong(
  source: NumberArray,
  offset: number,
  kept: Part,
  reduced: Part,
  totals: Float64Array,
): void {
  let i = 0;
  walkRows(kept.shape, [{ strides: kept.strides, offset }], (n, [start], [step]) => {
    for (let e = 0; e < n; e++) {
      let total = 0;
      walkRows(reduced.shape, [{ strides: reduced.strides, offset: start + e * step }], (m, [at], [by]) => {
        total += by === 1 ? sumRun(source, at, m) : sumSteps(source, at, m, by);
      });
      totals[i++] = total;
    }
  });
}

/** Adds whole rows of kept elements: they lie closer together. */
function sumAcross(
  source: NumberArray,
  offset: number,
  kept: Part,
  reduced: Part,
  totals: Float64Array,
): void {
  walkRows(reduced.shape, [{ strides: reduced.strides, offset }], (m, [start], [by]) => {
    for (let r = 0; r < m; r++) {
      let i = 0;
      walkRows(kept.shape, [{ strides: kept.strides, offset: start + r * by }], (n, [at], [step]) => {
        for (let e = 0; e < n; e++) totals[i + e] += source[at + e * step];
        i += n;
      });
    }
  });
}

/** Four independent sums, for speed and for accuracy. */
function sumRun(source: NumberArray, at: number, n: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    a += source[at + i];
    b += source[at + i + 1];
    c += source[at + i + 2];
    d += source[at + i + 3];
  }
  for (; i < n; i++) a += source[at + i];
  return a + b + (c + d);
}

function sumSteps(source: NumberArray, at: number, n: number, step: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += source[at + i * step];
  return total;
}

/** Products in float64. One of integers outside of int32 is a fault; large ones times 0 are not. */
export const prod: Kernel<ReduceAttrs> = ([x], [y], { count }) => {
  const source = x.block as NumberArray;
  const { kept, reduced, keptSize, reducedSize } = loopsOf(x, count);
  const totals = new Float64Array(keptSize).fill(1);
  const zeroWins = y.dtype === 'int32';
  let i = 0;
  if (keptSize > 0 && reducedSize > 0) {
    walkRows(kept.shape, [{ strides: kept.strides, offset: x.offset }], (n, [start], [step]) => {
      for (let e = 0; e < n; e++) {
        let total = 1;
        walkRows(reduced.shape, [{ strides: reduced.strides, offset: start + e * step }], (m, [at], [by]) => {
          for (let r = 0; r < m; r++) {
            const value = source[at + r * by];
            total = zeroWins && value === 0 ? 0 : total * value;
          }
        });
        totals[i++] = total;
      }
    });
  }
  return storeSums(totals, y);
};

/** Largest element; NaN wins. */
export const amax: Kernel<ReduceAttrs> = ([x], [y], { count }) => {
  const source = x.block as NumberArray;
  const out = y.block as NumberArray;
  eachBest(x, count, (i, at) => {
    out[y.offset + i] = source[at];
  });
};

/** Position of the first largest element; the first NaN wins. */
export const argmax: Kernel<ReduceAttrs> = ([x], [y], { count }) => {
  const out = y.block as Int32Array;
  eachBest(x, count, (i, _at, position) => {
    out[y.offset + i] = position;
  });
};

/** Calls back for every kept element with where its best one is: in the array, and counted along the reduced ones. */
function eachBest(x: Operand, count: number, found: (i: number, at: number, position: number) => void): void {
  const source = x.block as NumberArray;
  const { kept, reduced, keptSize } = loopsOf(x, count);
  if (keptSize === 0) return;
  let i = 0;
  walkRows(kept.shape, [{ strides: kept.strides, offset: x.offset }], (n, [start], [step]) => {
    for (let e = 0; e < n; e++) {
      let best = start + e * step;
      let bestPosition = 0;
      let position = 0;
      let top = source[best];
      walkRows(reduced.shape, [{ strides: reduced.strides, offset: best }], (m, [at], [by]) => {
        for (let r = 0; r < m; r++) {
          const value = source[at + r * by];
          if (value > top || (Number.isNaN(value) && !Number.isNaN(top))) {
            top = value;
            best = at + r * by;
            bestPosition = position + r;
          }
        }
        position += m;
      });
      found(i++, best, bestPosition);
    }
  });
}
