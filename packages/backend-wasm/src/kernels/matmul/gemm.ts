import { ModuleBuilder } from '../../emit/module.ts';
import { hasRelaxedSimd } from '../../emit/vector.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { copyPadded } from '../loops/copy-padded.ts';
import type { OutputMap } from '../output-map.ts';
import { addOutputMap, keyOfMap } from '../output-map.ts';
import { BATCH_ARGUMENTS, BATCH_PANELS_AT, emitBatch } from './emit-batch.ts';
import { addMultiply, MULTIPLY_ARGUMENTS } from './multiply.ts';
import { addPack, PACK_ARGUMENTS } from './pack.ts';
import type { Tile } from './tile.ts';
import { NARROW_TILE, TILE_ROWS, tileBytes } from './tile.ts';
import { VectorProduct } from './vector-product.ts';

/** A float32 matrix where it lies: an address, and strides in bytes. */
export interface Matrix {
  readonly address: number;
  readonly row: number;
  readonly column: number;
}

/** Numbers where they lie: an address, and the stride in bytes. */
export interface Vector {
  readonly address: number;
  readonly stride: number;
}

/** A product y = A·B, (m, k) by (k, n). y is row-major. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly output: number;
  /** n numbers that are added to every row. */
  readonly bias: Vector | null;
  /** What is applied to y. */
  readonly map: OutputMap | null;
}

/** Where one product of many finds its factors, and where its output goes. */
export interface ProductAddresses {
  readonly a: number;
  readonly b: number;
  readonly output: number;
}

/** The deepest part of a product that is packed side by side: a tile's panels stay in the first cache. */
const DEPTH = 256;
/** Bytes of a packed factor; larger products are cut into parts. */
const PACKED_BYTES = 1 << 25;
/** Floating-point operations that are worth another thread: some 50 µs. */
const GRAIN_FLOPS = 3e6;
/** Elements of panels that are worth another thread. */
const GRAIN_PACKED = 65_536;

/** Multiplies matrices of float32. Panels are packed straight from views. */
export class Gemm {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;
  readonly #vectorProduct: VectorProduct;

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
    this.#vectorProduct = new VectorProduct(kernels, execute);
  }

  run(product: Product): void {
    const { m, n, k, a, b, output, bias, map } = product;
    if (m === 1) {
      this.#vectorProduct.run({
        depth: k,
        vector: { address: a.address, stride: a.column },
        matrix: b,
        columns: n,
        output,
        bias,
        map,
      });
    } else if (n === 1) {
      this.#vectorProduct.run({
        depth: k,
        vector: { address: b.address, stride: b.row },
        matrix: { address: a.address, row: a.column, column: a.row },
        columns: m,
        output,
        bias: bias && { ...bias, stride: 0 },
        map,
      });
    } else this.#inParts(product);
  }

  /** Larger products are packed in parts. */
  #inParts({ m, n, k, a, b, output, bias, map }: Product): void {
    const tile = this.#tileFor(n);
    const rows = partOf(m, k, TILE_ROWS);
    const columns = partOf(n, k, tile.columns);
    for (let i = 0; i < m; i += rows) {
      for (let j = 0; j < n; j += columns) {
        const part = {
          m: Math.min(rows, m - i),
          n: Math.min(columns, n - j),
          k,
          a: { ...a, address: a.address + i * a.row },
          b: { ...b, address: b.address + j * b.column },
          output: output + 4 * (i * n + j),
          bias: bias && { ...bias, address: bias.address + j * bias.stride },
          map,
        };
        this.#part(part, tile, 4 * n);
      }
    }
  }

  /** Both tiles give the same numbers: each sum is in the order of the depth. */
  #tileFor(columns: number): Tile {
    return columns > NARROW_TILE.columns ? this.#kernels.tile : NARROW_TILE;
  }

  #part({ m, n, k, a, b, output, bias, map }: Product, tile: Tile, rowBytes: number): void {
    const { memory } = this.#kernels;
    const fused = hasRelaxedSimd();
    const pack = this.#kernels.get(`gemm-pack ${tile.columns}`, () => {
      const builder = new ModuleBuilder(memory);
      addPack(builder, 'run', tile);
      return builder;
    });
    const multiply = this.#kernels.get(`gemm-multiply ${fused} ${tile.columns}${keyOfMap(map)}`, () => {
      const builder = new ModuleBuilder(memory);
      addMultiply(builder, 'run', fused, tile, addOutputMap(builder, map));
      return builder;
    });
    const { tiles, panels, blockDepth, bytesA, bytesB, bytesEdges } = layoutOf(m, n, k, tile);
    const bytesBias = bias ? 4 * panels * tile.columns : 0;
    const packedA = this.#scratch.reserve(bytesA + bytesB + bytesBias + bytesEdges);
    const packedB = packedA + bytesA;
    const row = bias ? packedB + bytesB : 0;
    if (bias) copyPadded(memory, bias, n, row, panels * tile.columns);
    const sizes = { m, n, k, blockDepth, packedA, packedB };
    const edges = packedB + bytesB + bytesBias;
    const grain = Math.ceil(GRAIN_PACKED / (tile.columns * Math.max(k, 1)));
    const packWords = PACK_ARGUMENTS.list({ ...sizes, ...sourcesOf(a, b), tiles });
    this.#execute(pack, writeWords(memory, packWords), tiles + panels, grain);
    const words = MULTIPLY_ARGUMENTS.list({ ...sizes, output, rowBytes, bias: row, edges });
    const worth = Math.ceil(GRAIN_FLOPS / (2 * TILE_ROWS * n * Math.max(k, 1)));
    this.#execute(multiply, writeWords(memory, words), tiles, Math.max(worth, Math.min(32, tiles >> 3)));
  }

  /** Multiplies many small matrices of one shape and layout, whose addresses are given. */
  runBatch(product: Product, addresses: readonly ProductAddresses[]): void {
    const { m, n, k, a, b, map } = product;
    const { memory } = this.#kernels;
    const fused = hasRelaxedSimd();
    const tile = this.#tileFor(n);
    const kernel = this.#kernels.get(`gemm-batch ${fused} ${tile.columns}${keyOfMap(map)}`, () =>
      emitBatch(memory, fused, tile, map),
    );
    const { tiles, blockDepth, bytesA, bytesB, bytesEdges } = layoutOf(m, n, k, tile);
    const panels = BATCH_PANELS_AT;
    const scratchBytes = Math.ceil((panels + bytesA + bytesB + bytesEdges) / 64) * 64;
    const scratch = this.#scratch.reserve(scratchBytes * this.#execute.threads + 12 * addresses.length);
    const products = scratch + scratchBytes * this.#execute.threads;
    memory.views.int32.set(
      addresses.flatMap((at) => [at.a, at.b, at.output]),
      products / 4,
    );
    const packed = { packedA: panels, packedB: panels + bytesA };
    const edges = panels + bytesA + bytesB;
    const sizes = { m, n, k, blockDepth, ...packed };
    const words = [
      ...PACK_ARGUMENTS.list({ ...sizes, ...sourcesOf(a, b), tiles }),
      ...MULTIPLY_ARGUMENTS.list({ ...sizes, output: 0, rowBytes: 4 * n, bias: 0, edges }),
      ...BATCH_ARGUMENTS.list({ products, scratch, scratchBytes }),
    ];
    const grain = Math.ceil(GRAIN_FLOPS / Math.max(1, 2 * m * n * k));
    this.#execute(kernel, writeWords(memory, words), addresses.length, grain);
  }
}

/** Whether products are so small that a thread does one alone. */
export function isSmall({ m, n, k }: Pick<Product, 'm' | 'n' | 'k'>): boolean {
  return Math.min(m, n) > 1 && 2 * m * n * k < GRAIN_FLOPS;
}

/** Bytes and numbers of packed panels. */
function layoutOf(
  m: number,
  n: number,
  k: number,
  tile: Tile,
): Readonly<Record<'tiles' | 'panels' | 'blockDepth' | 'bytesA' | 'bytesB' | 'bytesEdges', number>> {
  const [tiles, panels] = [Math.ceil(m / TILE_ROWS), Math.ceil(n / tile.columns)];
  return {
    tiles,
    panels,
    blockDepth: Math.ceil(k / Math.max(1, Math.ceil(k / DEPTH))),
    bytesA: 4 * tiles * TILE_ROWS * k,
    bytesB: 4 * panels * tile.columns * k,
    bytesEdges: tiles * tileBytes(tile),
  };
}

/** Where packing finds the factors. */
const sourcesOf = (a: Matrix, b: Matrix) => ({
  a: a.address,
  aRow: a.row,
  aColumn: a.column,
  b: b.address,
  bRow: b.row,
  bColumn: b.column,
});

/** How many rows or columns are packed at a time: whole tiles. */
function partOf(size: number, k: number, side: number): number {
  const sides = Math.max(1, Math.floor(PACKED_BYTES / (4 * side * Math.max(k, 1))));
  return Math.min(sides * side, Math.max(size, 1));
}
