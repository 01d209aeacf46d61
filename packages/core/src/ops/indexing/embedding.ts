import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { noGrad } from '../../grad-mode.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { add, castTo, div, eq, gt, logicalAnd, mul, where } from '../elementwise.ts';
import { alongLines, gatherOp, type IndexAttrs, outOfRange, pickRows, scatterAddOp } from '../indexing.ts';
import type { KernelOp } from '../op.ts';
import { requireFloat } from '../reduce.ts';
import { normOver } from '../reduction/norm-over.ts';
import { reshape, unsqueeze } from '../view.ts';
import { copyInPlace } from '../write.ts';
import { countsAt } from './last-writers.ts';

/** Options of {@link embedding}, under PyTorch's names. */
export interface EmbeddingOptions {
  /** The row that gets no gradient; negative ones count from the end. */
  readonly paddingIdx?: number | null;
  /** Rows that are looked up and whose norm exceeds this are scaled down to it first, in place. */
  readonly maxNorm?: number | null;
  /** The p of that norm. Default 2. */
  readonly normType?: number;
  /** Divide the gradient of a row by how often it is looked up. Default false. */
  readonly scaleGradByFreq?: boolean;
}

/** Attributes of {@link embeddingOp}: `padding` is a row, or −1 for none. */
export interface EmbeddingAttrs extends IndexAttrs {
  readonly padding: number;
  readonly scaleGradByFreq: boolean;
}

/** `[weight (v, d), index (n)] → [(n, d)]`: rows by number. @internal */
export const embeddingOp: KernelOp<EmbeddingAttrs> = /*#__PURE__*/ defineOp<EmbeddingAttrs>({
  name: 'embedding',
  class: 'checked',
  strided: true,
  infer: ([weight, index]) => [
    {
      shape: [(index as Tensor).size, (weight as Tensor).shape[1] as number],
      dtype: (weight as Tensor).dtype,
    },
  ],
  fault: /*#__PURE__*/ outOfRange('embedding'),
  lower: ([weight, index]) => [pickRows(weight as Tensor, 0, index as Tensor, {})],
  saves: { inputs: [1] },
  vjp: ([g], { inputs: [, index], attrs, metas }) => {
    const meta = metas[0];
    if (!g || !index || !meta) return [null, null];
    const { padding, scaleGradByFreq, ...at } = attrs;
    let rows = g;
    if (scaleGradByFreq) {
      const counts = dispatchOne(gatherOp, [countsAt(index, [at.size], at), index], at);
      rows = div(rows, castTo(unsqueeze(counts, 1), g.dtype));
    }
    if (padding >= 0) rows = where(unsqueeze(eq(index, padding), 1), 0, rows);
    const { lines } = alongLines(index, 0, g.shape);
    return [dispatchOne(scatterAddOp, [zerosOf(g.device, meta.shape, g.dtype), lines, rows], at), null];
  },
});

/** Checks what `embedding` and `embeddingBag` have in common, and resolves the padding's row; −1 stands for none. */
export function checkTable(
  op: string,
  input: Tensor,
  weight: Tensor,
  paddingIdx: number | null | undefined,
): number {
  if (weight.shape.length !== 2) {
    throw new ShapeError(
      op,
      `the weight is not a matrix: got ${formatShape(weight.shape)}, expected 2 dimensions.`,
      { shape: weight.shape },
    );
  }
  if (input.dtype !== 'int32') {
    throw new DTypeError(op, `the input holds no row numbers: got ${input.dtype}, expected int32.`, {
      dtype: input.dtype,
    });
  }
  const rows = weight.shape[0] as number;
  if (paddingIdx == null) return -1;
  if (!Number.isInteger(paddingIdx) || paddingIdx < -rows || paddingIdx >= rows) {
    throw new ArgumentError(
      op,
      `paddingIdx is no row: got ${paddingIdx}, expected an integer from ${-rows} to ${rows - 1}.`,
      { paddingIdx },
    );
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

/** Scales the rows that are looked up down to a norm, in place and unrecorded. */
export function limitNorms(op: string, weight: Tensor, index: Tensor, maxNorm: number, p: number): void {
  requireFloat(op, weight.dtype);
  noGrad(() => {
    const attrs = { axis: 0, size: weight.shape[0] as number, caller: op };
    const used = gt(countsAt(index, [attrs.size], attrs), 0);
    const norms = normOver(op, weight, p, 1, true);
    const scaled = mul(weight, div(maxNorm, add(norms, 1e-7)));
    const long = logicalAnd(unsqueeze(used, 1), gt(norms, maxNorm));
    copyInPlace(weight.detach(), where(long, scaled, weight));
  });
}

/**
 * Rows of a table by number: y[…] = weight[input[…]].
 *
 * @param input - int32, any shape, 0 ≤ input < V.
 * @param weight - (V, D).
 * @returns (…, D).
 * @throws {@link ValueError} when a row number is out of range. @throws {@link ShapeError} when the weight is not a matrix.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html
 *
 * @example
 * ```ts
 * import { embedding, tensor } from '@flambeau/core';
 * embedding(tensor([2, 0], { dtype: 'int32' }), tensor([[1, 2], [3, 4], [5, 6]])); // [[5, 6], [1, 2]]
 * ```
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingOptions = {}): Tensor {
  const { maxNorm, normType = 2, scaleGradByFreq = false } = options;
  const padding = checkTable('embedding', input, weight, options.paddingIdx);
  return composed(weight.device, () => {
    const index = reshape(input, [-1]);
    if (maxNorm != null) limitNorms('embedding', weight, index, maxNorm, normType);
    return reshape(lookUp('embedding', weight, index, padding, scaleGradByFreq), [
      ...input.shape,
      weight.shape[1] as number,
    ]);
  });
}

/** The rows of a table at a vector of numbers. */
export function lookUp(
  caller: string,
  weight: Tensor,
  index: Tensor,
  padding: number,
  scaleGradByFreq: boolean,
): Tensor {
  const [size, inner] = weight.shape as [number, number];
  const told = { caller, inner, count: index.size };
  return dispatchOne(embeddingOp, [weight, index], { axis: 0, size, ...told, padding, scaleGradByFreq });
}
