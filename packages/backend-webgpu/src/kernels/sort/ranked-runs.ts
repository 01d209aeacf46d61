import type { Shader } from '../../shader/shader.ts';
import { elementwise, storage } from '../../shader/shader.ts';
import { Params } from '../../wgsl/layout.ts';
import type { GpuContext, Stored } from '../context.ts';
import { run, withScratch } from '../context.ts';

/** Runs of so many keys are sorted by counting, for each key, how many of its run come before it. */
const RUN = 32;

/** Lines of keys, side by side in one buffer. */
export interface Keys {
  readonly lines: number;
  readonly length: number;
}

/** Words of a buffer that holds keys and where they came from. */
export const pairWords = ({ lines, length }: Keys): number => 2 * lines * length;

/** The text of what both kernels share: which key an invocation has, of a buffer of keys and then places. */
const HEAD = `fn length_() -> i32 { return param(2u); }
fn all_() -> i32 { return param(1u); }
fn run_() -> i32 { return param(3u); }`;

/** The first pass: keys of a line, each with its place, go where they belong in their run. */
const ranking = (): Shader =>
  elementwise({
    name: 'sort runs',
    bindings: storage(['u32'], ['u32']),
    paramWords: 4,
    code: `${HEAD}
fn element(i: i32) {
  let n = length_();
  let line = i / n;
  let place = i % n;
  let start = line * n + (place / run_()) * run_();
  let end = min(start + run_(), (line + 1) * n);
  let key = in0[i];
  var rank = 0;
  for (var j = start; j < i; j++) { rank += select(0, 1, in0[j] <= key); }
  for (var j = i + 1; j < end; j++) { rank += select(0, 1, in0[j] < key); }
  out[start + rank] = key;
  out[all_() + start + rank] = u32(place);
}`,
  });

/** A later pass: a key of a run moves by how many of the neighbouring run come before it, found by halving. */
const merging = (): Shader =>
  elementwise({
    name: 'sort merge',
    bindings: storage(['u32'], ['u32']),
    paramWords: 4,
    code: `${HEAD}
fn element(i: i32) {
  let n = length_();
  let width = run_();
  let line = i / n;
  let first = line * n;
  let run = (i - first) / width;
  let other = first + min((run ^ 1) * width, n);
  let end = min(other + width, first + n);
  let key = in0[i];
  let after = (run & 1) == 1;
  var low = other;
  var high = end;
  while (low < high) {
    let middle = (low + high) / 2;
    if (in0[middle] < key || (after && in0[middle] == key)) { low = middle + 1; }
    else { high = middle; }
  }
  let to = first + (run & ~1) * width + (i - first - run * width) + (low - other);
  out[to] = key;
  out[all_() + to] = in0[all_() + i];
}`,
  });

/**
 * Sorts the lines of `keys` (the first half of a buffer of {@link pairWords}; the second half is written): stable, without
 * barriers, in as many passes as runs must be doubled. `use` is handed the buffer that has the sorted keys, then their places.
 */
export function sortKeys(context: GpuContext, keys: Stored, size: Keys, use: (sorted: Stored) => void): void {
  const { lines, length } = size;
  const pass = (name: string, write: () => Shader, width: number, from: Stored, to: Stored): void => {
    const params = new Params(lines * length);
    params.add(length, width);
    run(context, context.pipelines.get(name, write), { params, operands: [from, to] });
  };
  withScratch(context, pairWords(size), (other) => {
    pass('sort runs', ranking, RUN, keys, other);
    let [from, to] = [other, keys];
    for (let width = RUN; width < length; width *= 2) {
      pass('sort merge', merging, width, from, to);
      [from, to] = [to, from];
    }
    use(from);
  });
}
