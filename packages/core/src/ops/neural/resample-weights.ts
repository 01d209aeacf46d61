import type { DType } from '../../dtype.ts';

/** Every position of the result as a weighted sum of positions of the input, `taps` of them each. */
export interface Resampling {
  readonly taps: number;
  /** Positions in the input, `taps` for each of the result. */
  readonly positions: Int32Array;
  readonly weights: Float64Array;
}

/** How one axis is resampled. */
export interface AxisSizes {
  readonly from: number;
  readonly to: number;
  readonly alignCorners: boolean;
  /** The factor that was asked for; null: the quotient of the sizes. */
  readonly factor: number | null;
  readonly dtype: DType;
}

/** Coordinates are rounded as in PyTorch, which has them in the tensor's dtype: what decides between two neighbours. */
const rounding = (dtype: DType): ((x: number) => number) => (dtype === 'float64' ? (x) => x : Math.fround);

/** Distance in the input of two neighbours of the result. */
function step({ from, to, alignCorners, factor, dtype }: AxisSizes): number {
  const round = rounding(dtype);
  if (alignCorners) return to > 1 ? round((from - 1) / (to - 1)) : 0;
  return round(factor === null ? from / to : 1 / factor);
}

/** The coordinate in the input of each position of the result. */
function coordinates(sizes: AxisSizes): number[] {
  const round = rounding(sizes.dtype);
  const by = step(sizes);
  return Array.from({ length: sizes.to }, (_, i) =>
    sizes.alignCorners ? round(by * i) : round(round(by * (i + 0.5)) - 0.5),
  );
}

function table(
  { from, to }: AxisSizes,
  taps: number,
  first: (i: number) => number,
  weight: (i: number, tap: number) => number,
): Resampling {
  const positions = new Int32Array(to * taps);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    for (let tap = 0; tap < taps; tap++) {
      positions[i * taps + tap] = Math.min(Math.max(first(i) + tap, 0), from - 1);
      weights[i * taps + tap] = weight(i, tap);
    }
  }
  return { taps, positions, weights };
}

/** One position each: the one below the coordinate, or exactly the nearest one. */
export function nearest(sizes: AxisSizes, exact: boolean): Resampling {
  const round = rounding(sizes.dtype);
  const by = step({ ...sizes, alignCorners: false });
  const at = (i: number): number =>
    exact
      ? Math.floor(Math.fround(round(Math.max(round(round(by * (i + 0.5)) - 0.5), 0) + 0.5)))
      : Math.floor(Math.fround(round(by * i)));
  return table(sizes, 1, at, () => 1);
}

/** The two neighbours, by distance. */
export function linear(sizes: AxisSizes): Resampling {
  // PyTorch copies where sizes are equal, whatever factor was asked for.
  const copies = sizes.from === sizes.to;
  const at = copies
    ? Array.from({ length: sizes.to }, (_, i) => i)
    : coordinates(sizes).map((x) => Math.max(x, 0));
  const below = at.map((x) => Math.min(Math.floor(x), sizes.from - 1));
  return table(
    sizes,
    2,
    (i) => below[i] as number,
    (i, tap) => {
      const above = Math.min((at[i] as number) - (below[i] as number), 1);
      return tap === 0 ? 1 - above : above;
    },
  );
}

/** Keys' cubic convolution: the weight at a distance, zero from 2 on. */
export function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

/** Four neighbours by cubic convolution, a = −0.75; those beyond an edge are the edge's. */
export function bicubic(sizes: AxisSizes): Resampling {
  const at = coordinates(sizes);
  const below = at.map((x) => Math.floor(x));
  return table(
    sizes,
    4,
    (i) => (below[i] as number) - 1,
    (i, tap) => cubic((at[i] as number) - (below[i] as number) + 1 - tap, -0.75),
  );
}

/** Filters of the antialiased modes: their reach, and the weight at a distance (cubic with a = −0.5, as in Pillow). */
const FILTERS: Readonly<Record<'bilinear' | 'bicubic', Filter>> = {
  bilinear: { reach: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  bicubic: { reach: 2, weight: (x) => cubic(x, -0.5) },
};

interface Filter {
  readonly reach: number;
  readonly weight: (x: number) => number;
}

/** Everything within reach of a filter that is as wide as the step between neighbours of the result, if that is above 1. */
export function antialiased(sizes: AxisSizes, mode: keyof typeof FILTERS): Resampling {
  const round = rounding(sizes.dtype);
  const by = step(sizes);
  const { reach, weight } = FILTERS[mode];
  const width = Math.max(by, 1);
  const support = round(reach * width);
  const lines = Array.from({ length: sizes.to }, (_, i) => {
    const centre = round(by * (i + 0.5));
    const start = Math.max(Math.trunc(round(centre - support + 0.5)), 0);
    const end = Math.min(Math.trunc(round(centre + support + 0.5)), sizes.from);
    const weights = Array.from({ length: Math.max(end - start, 0) }, (_v, k) =>
      weight((k + start - centre + 0.5) / width),
    );
    const total = weights.reduce((sum, w) => sum + w, 0);
    return { start, weights: total === 0 ? weights : weights.map((w) => w / total) };
  });
  const taps = lines.reduce((most, { weights }) => Math.max(most, weights.length), 1);
  return table(
    sizes,
    taps,
    (i) => lines[i]?.start as number,
    (i, tap) => lines[i]?.weights[tap] ?? 0,
  );
}

/** Whether the result is the input. */
export function isIdentity({ from, to }: AxisSizes, { taps, positions, weights }: Resampling): boolean {
  if (from !== to) return false;
  return weights.every(
    (weight, k) => weight === 0 || (weight === 1 && positions[k] === Math.floor(k / taps)),
  );
}
