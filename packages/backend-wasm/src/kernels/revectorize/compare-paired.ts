import type { Operand } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { ARGUMENTS_ADDRESS as ARGUMENTS } from '../../memory/linear-memory.ts';
import { Scratch } from '../../memory/scratch.ts';
import { KernelCache, serialExecutor } from '../compiled.ts';
import type { Geometry } from '../conv/geometry.ts';
import { Gemm } from '../matmul/gemm.ts';
import { WIDE_TILE } from '../matmul/tile.ts';
import { createSoftmax } from '../softmax/softmax.ts';
import { Winograd } from '../winograd/winograd.ts';
import { emitProbe, PROBE_STEP } from './probe.ts';
import type { Work } from './settle.ts';
import { equal, settle } from './settle.ts';

/** What a comparison found. */
export interface Compared {
  /** What gave other results once it was optimized; null where nothing did. */
  readonly differing: string | null;
  /** Whether products are faster by the wide tile. */
  readonly wide: boolean;
}

/** Elements of the map. */
const ELEMENTS = 1 << 14;
/** Sizes of the product: parts of tiles at both edges, and two blocks of the depth. */
const [M, N, K] = [196, 204, 300];
/** Rows of the softmax, and their length: no whole number of vectors. */
const [ROWS, LENGTH] = [60, 101];
/** A convolution by way of transforms, with parts of tiles at both edges. */
const CONVOLUTION: Geometry = {
  ...{ N: 2, C: 16, H: 10, W: 13, K: 20, R: 3, S: 3, OH: 10, OW: 13, groups: 1 },
  ...{ stride: [1, 1], padding: [1, 1], dilation: [1, 1] },
};

/**
 * Compares, bit for bit, what kernels of several kinds give by their first code, which is never paired, with what they
 * give once the engine has optimized them.
 */
export function comparePaired(memory: LinearMemory): Compared {
  const room = new Room(memory);
  try {
    const narrow = new KernelCache(memory);
    const wide = new KernelCache(memory, WIDE_TILE);
    const [map, softmax, product, wideProduct, convolution, wideConvolution] = settle([
      mapIn(room, narrow),
      softmaxIn(room, narrow),
      productIn(room, narrow),
      productIn(room, wide),
      convolutionIn(room, narrow),
      convolutionIn(room, wide),
    ]);
    const all = [map, softmax, product, wideProduct, convolution, wideConvolution];
    const changed = all.find(({ same }) => !same);
    // Both tiles add up in the same order.
    const unlike = equal(product.results, wideProduct.results) ? null : product;
    return { differing: (changed ?? unlike)?.name ?? null, wide: wideProduct.best < product.best };
  } finally {
    room.leave();
  }
}

/** Memory for what is compared. */
class Room {
  readonly memory: LinearMemory;
  readonly scratch: Scratch;
  readonly #places: number[] = [];

  constructor(memory: LinearMemory) {
    this.memory = memory;
    this.scratch = new Scratch(memory, (address) => memory.release(address));
  }

  /** The address of so many float32 numbers, of magnitudes from 2^-range to 2^range. */
  floats(count: number, range = 12): number {
    const address = this.memory.allocate(4 * count);
    this.#places.push(address);
    fillWithNumbers(this.memory.views.float32.subarray(address / 4, address / 4 + count), range);
    return address;
  }

  work(name: string, output: number, count: number, run: () => void): Work {
    return { name, run, results: () => this.memory.views.int32.slice(output / 4, output / 4 + count) };
  }

  leave(): void {
    for (const address of this.#places) this.memory.release(address);
    this.scratch.trim();
  }
}

function mapIn(room: Room, kernels: KernelCache): Work {
  const { memory } = room;
  const [x, y] = [room.floats(ELEMENTS), room.floats(ELEMENTS)];
  const probe = kernels.get('probe', () => emitProbe(memory));
  return room.work('a map', y, ELEMENTS, () => {
    memory.views.int32.set([x, y], ARGUMENTS / 4);
    probe.run(ARGUMENTS, 0, ELEMENTS / PROBE_STEP, 0);
  });
}

function softmaxIn(room: Room, kernels: KernelCache): Work {
  const size = ROWS * LENGTH;
  const matrix = (address: number): Operand => ({
    ...{ block: { address }, dtype: 'float32', shape: [ROWS, LENGTH], strides: [LENGTH, 1], offset: 0, size },
  });
  const [x, y] = [room.floats(size, 2), room.floats(size)];
  const softmax = createSoftmax(kernels, serialExecutor, room.scratch);
  return room.work('a softmax', y, size, () => softmax([matrix(x)], [matrix(y)], { axis: 1 }, { ticket: 0 }));
}

function productIn(room: Room, kernels: KernelCache): Work {
  const [a, b, c] = [room.floats(M * K), room.floats(K * N), room.floats(M * N)];
  const gemm = new Gemm(kernels, serialExecutor, room.scratch);
  const left = { address: a, row: 4 * K, column: 4 };
  const right = { address: b, row: 4 * N, column: 4 };
  return room.work('a product', c, M * N, () =>
    gemm.run({ m: M, n: N, k: K, a: left, b: right, output: c, bias: null, map: null }),
  );
}

function convolutionIn(room: Room, kernels: KernelCache): Work {
  const { N: images, C, H, W, K: rows, R, S, OH, OW } = CONVOLUTION;
  const count = images * rows * OH * OW;
  const [x, w, y] = [room.floats(images * C * H * W), room.floats(rows * C * R * S), room.floats(count)];
  const winograd = new Winograd(kernels, serialExecutor, room.scratch);
  return room.work('a convolution', y, count, () => winograd.forward(CONVOLUTION, x, w, null, y, null));
}

/** Numbers of many sizes, from a little generator of its own. */
function fillWithNumbers(to: Float32Array, range: number): void {
  let state = 12345;
  for (let i = 0; i < to.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const mantissa = state / 2 ** 31 - 1;
    to[i] = mantissa * 2 ** (((state >>> 8) % (2 * range)) - range);
  }
}
