import { hasRelaxedSimd } from '../../emit/vector.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import type { OutputMap } from '../output-map.ts';
import { keyOfMap } from '../output-map.ts';
import type { Lie } from './emit-vector-product.ts';
import { emitVectorProduct, UNIT_COLUMNS, VECTOR_PRODUCT_ARGUMENTS } from './emit-vector-product.ts';
import type { Matrix, Vector } from './gemm.ts';

/** A product of a row and a matrix, (depth) by (depth, columns). */
export interface RowByMatrix {
  readonly depth: number;
  readonly vector: Vector;
  readonly matrix: Matrix;
  readonly columns: number;
  /** Where the results go, side by side. */
  readonly output: number;
  /** Numbers that are added to the results. */
  readonly bias: Vector | null;
  /** What is applied to the results. */
  readonly map: OutputMap | null;
}

/** Elements of the matrix, each read once, that are worth another thread. */
const GRAIN_ELEMENTS = 131_072;

/** Multiplies vectors by matrices of float32, where they lie. */
export class VectorProduct {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;

  constructor(kernels: KernelCache, execute: Executor) {
    this.#kernels = kernels;
    this.#execute = execute;
  }

  run({ depth, vector, matrix, columns, output, bias, map }: RowByMatrix): void {
    const { memory } = this.#kernels;
    const fused = hasRelaxedSimd();
    const lie = lieOf(matrix, vector);
    const kernel = this.#kernels.get(`vector-product ${fused} ${lie}${keyOfMap(map)}`, () =>
      emitVectorProduct(memory, fused, lie, map),
    );
    const words = VECTOR_PRODUCT_ARGUMENTS.list({
      vector: vector.address,
      vectorStride: vector.stride,
      matrix: matrix.address,
      row: matrix.row,
      column: matrix.column,
      depth,
      columns,
      output,
      bias: bias?.address ?? 0,
      biasStride: bias?.stride ?? 0,
    });
    const grain = Math.ceil(GRAIN_ELEMENTS / (UNIT_COLUMNS * Math.max(depth, 1)));
    this.#execute(kernel, writeWords(memory, words), Math.ceil(columns / UNIT_COLUMNS), grain);
  }
}

function lieOf({ row, column }: Matrix, { stride }: Vector): Lie {
  if (column === 4) return 'rows';
  return row === 4 && stride === 4 ? 'columns' : 'apart';
}
