import type { Kernel, NoAttrs, Operand, SearchAttrs } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import type { Copier } from '../copy/copy.ts';
import { addressOf } from '../operand.ts';
import type { Search } from './emit-search.ts';
import { emitSearch, SEARCH_ARGUMENTS } from './emit-search.ts';

/** Steps of a search that are worth another thread: some 50 µs. */
const GRAIN = 32_768;

/** Sorted edges: those of all values, or a line for every `perLine` of them. */
interface Edges {
  readonly address: number;
  readonly count: number;
  readonly perLine: number | null;
}

/** Looks values up among sorted ones. */
export class Searcher {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;
  readonly #copier: Copier;

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch, copier: Copier) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
    this.#copier = copier;
  }

  /** How many of the sorted edges are less than each value, or not greater. */
  searchsorted(): Kernel<SearchAttrs> {
    return ([edges, x], [y], { right }) => {
      const count = edges.shape[edges.shape.length - 1];
      const perLine = edges.shape.length === 1 ? null : x.shape[x.shape.length - 1];
      this.#run(right ? 'right' : 'left', { address: addressOf(edges), count, perLine }, x, y);
    };
  }

  /** True where an element is one of the tests, which are sorted by the host: there are few, and it is good at it. */
  isin(): Kernel<NoAttrs> {
    return ([x, tests], [y]) => {
      const { memory } = this.#kernels;
      const given = memory.at(x.dtype, addressOf(tests));
      const known = given.data
        .slice(given.at, given.at + tests.size)
        .filter((value) => !Number.isNaN(value))
        .sort();
      if (known.length === 0) {
        this.#copier.fill(0, y);
        return;
      }
      const address = this.#scratch.reserve(known.byteLength);
      const { data, at } = memory.at(x.dtype, address);
      data.set(known, at);
      this.#run('among', { address, count: known.length, perLine: null }, x, y);
    };
  }

  #run(search: Search, { address, count, perLine }: Edges, x: Operand, y: Operand): void {
    if (x.size === 0) return;
    const { memory } = this.#kernels;
    const { dtype } = x;
    const lines = perLine !== null;
    const kernel = this.#kernels.get(`search ${search} ${dtype} ${lines}`, () =>
      emitSearch(search, dtype, lines, memory),
    );
    const words = SEARCH_ARGUMENTS.list({
      edges: address,
      x: addressOf(x),
      y: addressOf(y),
      count,
      perLine: perLine ?? 0,
      lineBytes: count * DTYPES[dtype].bytes,
    });
    const steps = Math.ceil(Math.log2(count + 2));
    this.#execute(kernel, writeWords(memory, words), x.size, Math.floor(GRAIN / steps));
  }
}
