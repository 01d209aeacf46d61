import type { Kernel, SearchAttrs, SortAttrs } from '@flambeau/core/functional';
import type { NumberArray } from './gemm.ts';
import { eachLine } from './lines.ts';

/** Shorter runs are sorted by insertion. */
const RUN = 16;

/** Keys and the positions they came from, with room for a copy of both. */
interface Line {
  keys: Float64Array;
  places: Int32Array;
  spareKeys: Float64Array;
  sparePlaces: Int32Array;
}

function insert({ keys, places }: Line, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const key = keys[i];
    const place = places[i];
    let j = i - 1;
    for (; j >= start && keys[j] > key; j--) {
      keys[j + 1] = keys[j];
      places[j + 1] = places[j];
    }
    keys[j + 1] = key;
    places[j + 1] = place;
  }
}

/** Two neighbouring runs become one in the spare arrays; of equal keys the left ones come first. */
function merge(
  { keys, places, spareKeys, sparePlaces }: Line,
  start: number,
  middle: number,
  end: number,
): void {
  let a = start;
  let b = middle;
  for (let to = start; to < end; to++) {
    const from = b >= end || (a < middle && keys[a] <= keys[b]) ? a++ : b++;
    spareKeys[to] = keys[from];
    sparePlaces[to] = places[from];
  }
}

/** Sorts the first `n` keys, none of them NaN, with their positions: stable. */
function mergeSort(line: Line, n: number): void {
  for (let start = 0; start < n; start += RUN) insert(line, start, Math.min(start + RUN, n));
  for (let width = RUN; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      merge(line, start, Math.min(start + width, n), Math.min(start + 2 * width, n));
    }
    [line.keys, line.spareKeys] = [line.spareKeys, line.keys];
    [line.places, line.sparePlaces] = [line.sparePlaces, line.places];
  }
}

/** Values in order along an axis, and where they were. */
export const sort: Kernel<SortAttrs> = ([x], [y, index], { axis, descending }) => {
  const from = x.block as NumberArray;
  const to = y.block as NumberArray;
  const indices = index.block as Int32Array;
  const longest = x.shape[axis];
  const line: Line = {
    keys: new Float64Array(longest),
    places: new Int32Array(longest),
    spareKeys: new Float64Array(longest),
    sparePlaces: new Int32Array(longest),
  };
  const missing = new Int32Array(longest);
  eachLine(x, axis, (at, n, by) => {
    let numbers = 0;
    let nans = 0;
    for (let i = 0; i < n; i++) {
      const value = from[x.offset + at + i * by];
      if (Number.isNaN(value)) missing[nans++] = i;
      else {
        line.keys[numbers] = descending ? -value : value;
        line.places[numbers++] = i;
      }
    }
    mergeSort(line, numbers);
    const store = (position: number, place: number): void => {
      to[y.offset + at + position * by] = from[x.offset + at + place * by];
      indices[index.offset + at + position * by] = place;
    };
    for (let i = 0; i < numbers; i++) store(descending ? nans + i : i, line.places[i]);
    for (let i = 0; i < nans; i++) store(descending ? i : numbers + i, missing[i]);
  });
};

/** How many of the sorted edges are less than each value, or not greater. */
export const searchsorted: Kernel<SearchAttrs> = ([edges, x], [y], { right }) => {
  const sorted = edges.block as NumberArray;
  const values = x.block as NumberArray;
  const to = y.block as NumberArray;
  const n = edges.shape[edges.shape.length - 1];
  const perLine = x.shape[x.shape.length - 1];
  const shared = edges.shape.length === 1;
  for (let i = 0; i < x.size; i++) {
    const start = edges.offset + (shared ? 0 : Math.floor(i / perLine) * n);
    const value = values[x.offset + i];
    let low = 0;
    let high = n;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const edge = sorted[start + middle];
      if (right ? edge > value : edge >= value) high = middle;
      else low = middle + 1;
    }
    to[y.offset + i] = low;
  }
};
