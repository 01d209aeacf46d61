import { broadcast, build, count, type Dense, elementAt, indices } from './dense.ts';

/** An index of the input from those of the kept and the reduced axes. */
function spread(rank: number, axes: readonly number[], kept: readonly number[], reduced: readonly number[]) {
  const [k, r] = [[...kept], [...reduced]];
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? r.shift() : k.shift()) as number);
}

/** For every kept index the values over the reduced axes, in row-major order. */
function overAxes(x: Dense, axes: readonly number[], reduce: (values: readonly number[]) => number): Dense {
  const rank = x.shape.length;
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  const reduced = x.shape.filter((_, axis) => axes.includes(axis));
  return build(kept, (at) =>
    reduce([...indices(reduced)].map((inner) => elementAt(x, spread(rank, axes, at, inner)))),
  );
}

/** Sums over axes. */
export function sumOver(x: Dense, axes: readonly number[]): Dense {
  return overAxes(x, axes, (values) => values.reduce((total, value) => total + value, 0));
}

/** Largest elements over axes; NaN wins. */
export function largestOver(x: Dense, axes: readonly number[]): Dense {
  return overAxes(x, axes, (values) => Math.max(...values));
}

/** Positions of the first largest elements among the flattened axes; the first NaN wins. */
export function largestAt(x: Dense, axes: readonly number[]): Dense {
  return overAxes(x, axes, (values) => {
    const nan = values.findIndex((value) => Number.isNaN(value));
    return nan >= 0 ? nan : values.indexOf(Math.max(...values));
  });
}

/** Batched products of matrices (…, m, k) and (…, k, n). */
export function product(a: Dense, b: Dense): Dense {
  const [m, k, n] = [a.shape.at(-2), a.shape.at(-1), b.shape.at(-1)] as [number, number, number];
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  // elementAt takes an axis of size 1 for one that repeats, which is right for matrices too: their index there is 0.
  return build([...batch, m, n], (index) => {
    const [outer, row, column] = [index.slice(0, -2), index.at(-2), index.at(-1)] as [
      number[],
      number,
      number,
    ];
    let total = 0;
    for (let i = 0; i < k; i++)
      total += elementAt(a, [...outer, row, i]) * elementAt(b, [...outer, i, column]);
    return total;
  });
}

const moved = (index: readonly number[], axis: number, to: number): number[] =>
  index.map((n, i) => (i === axis ? to : n));

/** y[…] = x at the index's position along an axis. */
export function gathered(x: Dense, axis: number, index: Dense): Dense {
  return build(index.shape, (at) => elementAt(x, moved(at, axis, elementAt(index, at))));
}

/** x plus the source's elements at the index's positions along an axis, one after the other. */
export function scattered(x: Dense, axis: number, index: Dense, source: Dense): Dense {
  const data = [...x.data];
  for (const at of indices(index.shape)) {
    const to = moved(at, axis, elementAt(index, at));
    const place = to.reduce((p, n, i) => p * (x.shape[i] as number) + n, 0);
    data[place] = (data[place] as number) + elementAt(source, at);
  }
  return { shape: x.shape, data: data.slice(0, count(x.shape)) };
}

/** A scalar function of operands that are broadcast. */
export function mapped(fn: (...values: number[]) => number, ...operands: readonly Dense[]): Dense {
  const shape = broadcast(...operands.map((x) => x.shape));
  return build(shape, (at) => fn(...operands.map((x) => elementAt(x, at))));
}
