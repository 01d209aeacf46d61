import { missingForRevectorizer, setRevectorizer } from '../engine/revectorizer.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { ARGUMENTS_ADDRESS as ARGUMENTS } from '../memory/linear-memory.ts';
import { Scratch } from '../memory/scratch.ts';
import { compiledKernels, KernelCache, serialExecutor } from './compiled.ts';
import { Gemm } from './matmul/gemm.ts';
import { WIDE_TILE } from './matmul/tile.ts';
import { emitProbe, PROBE_STEP } from './probe.ts';

/** What came of pairing vectors. */
export interface Revectorized {
  /** Whether the engine pairs vectors, with the same results as without. */
  readonly on: boolean;
  /** Whether products are faster by the wide tile. */
  readonly wide: boolean;
  /** What did not work, or may not. */
  readonly fallbacks: readonly string[];
}

/** Milliseconds that the engine is given to optimize a kernel, at most. */
const PATIENCE = 250;
/** Optimized code is at least so much faster than the first. */
const FASTER = 1.7;
/** A kernel is optimized when no run has been faster for so many milliseconds: its functions do not change all at once. */
const STEADY = 15;

/** Sizes of the product: parts of tiles at both edges, and two blocks of the depth. */
const [M, N, K] = [196, 204, 300];
const ELEMENTS = 1 << 14;

let verdict: Revectorized | null = null;

/**
 * Has the engine pair vectors of 128 bits to 256, an experiment of V8's that is off by default. A kernel's first run is by
 * code that is never paired; once the engine has optimized it, results must be the same bit for bit, else pairing is
 * turned off again. Which tile products take is measured. Happens once a process, since the flag is the process's.
 */
export function revectorize(memory: LinearMemory): Revectorized {
  verdict ??= tryRevectorizer(memory);
  return verdict;
}

function tryRevectorizer(memory: LinearMemory): Revectorized {
  const missing = missingForRevectorizer();
  if (missing) return { on: false, wide: false, fallbacks: [missing] };
  const before = compiledKernels();
  setRevectorizer(true);
  const differing = check(memory);
  if (typeof differing === 'string') {
    setRevectorizer(false);
    const fallback = `revectorize is off: ${differing} gave other results than without`;
    return { on: false, wide: false, fallbacks: [fallback] };
  }
  const late = `${before} kernels were compiled before revectorize: other devices keep their code`;
  return { on: true, wide: differing.wide, fallbacks: before > 0 ? [late] : [] };
}

/** Compares; the name of a kernel that differs, or which tile is faster. */
function check(memory: LinearMemory): string | { readonly wide: boolean } {
  const narrowKernels = new KernelCache(memory);
  const wideKernels = new KernelCache(memory, WIDE_TILE);
  const scratch = new Scratch(memory, (address) => memory.release(address));
  const floats = [M * K, K * N, M * N, ELEMENTS, ELEMENTS].map((count) => ({
    address: memory.allocate(4 * count),
    count,
  }));
  const [a, b, c, x, y] = floats.map(({ address }) => address) as [number, number, number, number, number];
  try {
    for (const { address, count } of floats) fillWithNumbers(memory.views.float32, address / 4, count);
    const bits = (address: number, count: number): Int32Array =>
      memory.views.int32.slice(address / 4, address / 4 + count);
    const product = (wide: boolean): Settled => {
      const gemm = new Gemm(wide ? wideKernels : narrowKernels, serialExecutor, scratch);
      const left = { address: a, row: 4 * K, column: 4 };
      const right = { address: b, row: 4 * N, column: 4 };
      return settle(
        () => gemm.run({ m: M, n: N, k: K, a: left, b: right, output: c, bias: null }),
        () => bits(c, M * N),
      );
    };
    const probe = narrowKernels.get('probe', () => emitProbe(memory));
    const map = settle(
      () => {
        memory.views.int32.set([x, y], ARGUMENTS / 4);
        probe.run(ARGUMENTS, 0, ELEMENTS / PROBE_STEP, 0);
      },
      () => bits(y, ELEMENTS),
    );
    if (!map.same) return 'a map';
    const [narrow, wide] = [product(false), product(true)];
    if (!narrow.same || !wide.same || !equal(narrow.results, wide.results)) return 'a product';
    return { wide: wide.best < narrow.best };
  } finally {
    for (const { address } of floats) memory.release(address);
    scratch.trim();
  }
}

/** What became of a kernel when it was run again and again. */
interface Settled {
  /** Whether optimized code gave what the first did. */
  readonly same: boolean;
  readonly results: Int32Array;
  /** Milliseconds of the fastest run. */
  readonly best: number;
}

/** Runs until the engine has optimized what runs, or is taken to have. */
function settle(run: () => void, read: () => Int32Array): Settled {
  const timed = (): number => {
    const begin = performance.now();
    run();
    return performance.now() - begin;
  };
  timed();
  const first = read();
  // The first run also compiles.
  const slow = Math.min(timed(), timed());
  const begin = performance.now();
  let best = slow;
  let since = begin;
  for (let now = begin; now - begin < PATIENCE; now = performance.now()) {
    if (best < slow / FASTER && now - since > STEADY) break;
    const time = timed();
    if (time < 0.97 * best) since = now;
    best = Math.min(best, time);
  }
  const results = read();
  return { same: equal(first, results), results, best };
}

const equal = (a: Int32Array, b: Int32Array): boolean => a.every((word, i) => word === b[i]);

/** Numbers of all sizes, from a little generator of its own. */
function fillWithNumbers(to: Float32Array, at: number, count: number): void {
  let state = 12345;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const mantissa = state / 2 ** 31 - 1;
    to[at + i] = mantissa * 2 ** (((state >>> 8) % 24) - 12);
  }
}
