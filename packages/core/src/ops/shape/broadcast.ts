import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { broadcastShapes, formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { indexSelect } from '../indexing.ts';
import { intsOf } from '../ranges.ts';
import { expand, reshape } from '../view.ts';
import { firstOf, stack } from './join.ts';

/**
 * Tensors expanded to their common shape: views.
 *
 * @throws {@link ShapeError} when the shapes do not broadcast. @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.broadcast_tensors.html (the tensors in one list here).
 *
 * @example
 * ```ts
 * import { broadcastTensors, zeros } from '@flambeau/core';
 * broadcastTensors([zeros([3]), zeros([2, 1])]).map((x) => x.shape); // [[2, 3], [2, 3]]
 * ```
 */
export function broadcastTensors(tensors: readonly Tensor[]): Tensor[] {
  firstOf('broadcastTensors', tensors);
  const shape = tensors.reduce<readonly number[]>(
    (common, x) => broadcastShapes('broadcastTensors', common, x.shape),
    [],
  );
  return tensors.map((x) => expand(x, shape));
}

/**
 * x expanded to the shape of another tensor: a view.
 *
 * @throws {@link ShapeError} when a size differs and is not 1.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.expand_as.html
 *
 * @example
 * ```ts
 * import { expandAs, tensor, zeros } from '@flambeau/core';
 * expandAs(tensor([1, 2]), zeros([2, 2])); // [[1, 2], [1, 2]]
 * ```
 */
export function expandAs(x: Tensor, other: Tensor): Tensor {
  return expand(x, other.shape);
}

/** Options of {@link meshgrid}. */
export interface MeshgridOptions {
  /** `'ij'` (default): the first vector counts rows. `'xy'`: the second does. */
  readonly indexing?: 'ij' | 'xy';
}

/**
 * The grids of coordinates that vectors span: one tensor for each, all of shape (n₁, n₂, …). Views.
 *
 * @throws {@link ShapeError} for more than one dimension. @throws {@link DTypeError} when dtypes differ.
 * @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.meshgrid.html
 *
 * @example
 * ```ts
 * import { meshgrid, tensor } from '@flambeau/core';
 * meshgrid([tensor([1, 2]), tensor([3, 4])]); // [[[1, 1], [2, 2]], [[3, 4], [3, 4]]]
 * ```
 */
export function meshgrid(tensors: readonly Tensor[], options: MeshgridOptions = {}): Tensor[] {
  const { indexing = 'ij' } = options;
  const first = firstOf('meshgrid', tensors);
  for (const x of tensors) {
    requireVector('meshgrid', x, 0);
    if (x.dtype !== first.dtype) {
      throw new DTypeError('meshgrid', `dtypes differ: got ${first.dtype} and ${x.dtype}, expected one.`, {
        dtypes: [first.dtype, x.dtype],
      });
    }
  }
  if (indexing !== 'ij' && indexing !== 'xy') {
    throw new ArgumentError('meshgrid', `unknown indexing: got '${indexing}', expected 'ij' or 'xy'.`);
  }
  return composed(first.device, () => {
    if (indexing === 'ij' || tensors.length < 2) return spanned(tensors);
    const [x, y, ...others] = tensors;
    const shape = [y, x, ...others].map((v) => (v as Tensor).size);
    return [
      along(x as Tensor, 1, shape),
      along(y as Tensor, 0, shape),
      ...others.map((v, i) => along(v, i + 2, shape)),
    ];
  });
}

/** A vector along one dimension of a grid. */
function along(x: Tensor, axis: number, shape: readonly number[]): Tensor {
  const line = shape.map((size, i) => (i === axis ? size : 1));
  return expand(reshape(x, line), shape);
}

function spanned(tensors: readonly Tensor[]): Tensor[] {
  const shape = tensors.map((x) => x.size);
  return tensors.map((x, i) => along(x, i, shape));
}

function requireVector(op: string, x: Tensor, least: number): void {
  if (x.shape.length <= 1 && x.shape.length >= least) return;
  throw new ShapeError(op, `not a vector: got ${formatShape(x.shape)}, expected one dimension.`, {
    shape: x.shape,
  });
}

/**
 * Every way to take one element from each of some vectors, as rows; the last vector's changes fastest. Of a single
 * vector, itself.
 *
 * @throws {@link ShapeError} unless all have one dimension. @throws {@link DTypeError} when dtypes differ.
 * @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cartesian_prod.html (the vectors in one list here).
 *
 * @example
 * ```ts
 * import { cartesianProd, tensor } from '@flambeau/core';
 * cartesianProd([tensor([1, 2]), tensor([3, 4])]); // [[1, 3], [1, 4], [2, 3], [2, 4]]
 * ```
 */
export function cartesianProd(tensors: readonly Tensor[]): Tensor {
  const first = firstOf('cartesianProd', tensors);
  for (const x of tensors) requireVector('cartesianProd', x, 1);
  if (tensors.length === 1) return first;
  const count = tensors.reduce((n, x) => n * x.size, 1);
  return composed(first.device, () => reshape(stack(meshgrid(tensors), -1), [count, tensors.length]));
}

/** Options of {@link combinations}. */
export interface CombinationsOptions {
  /** How many elements to take. Default 2. */
  readonly r?: number;
  /** Whether the same element may be taken again. Default false. */
  readonly withReplacement?: boolean;
}

/** Positions of all choices of r among n, in lexicographic order, one after the other. */
function choices(n: number, r: number, again: boolean): number[] {
  const out: number[] = [];
  const chosen: number[] = [];
  const choose = (from: number): void => {
    if (chosen.length === r) {
      out.push(...chosen);
      return;
    }
    for (let i = from; i < n; i++) {
      chosen.push(i);
      choose(again ? i : i + 1);
      chosen.pop();
    }
  };
  choose(0);
  return out;
}

/**
 * Every choice of `r` elements of a vector, as rows: (number of choices, r).
 *
 * @throws {@link ShapeError} unless x is a vector. @throws {@link ArgumentError} unless r is a positive integer.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.combinations.html
 *
 * @example
 * ```ts
 * import { combinations, tensor } from '@flambeau/core';
 * combinations(tensor([1, 2, 3])); // [[1, 2], [1, 3], [2, 3]]
 * ```
 */
export function combinations(x: Tensor, options: CombinationsOptions = {}): Tensor {
  const { r = 2, withReplacement = false } = options;
  requireVector('combinations', x, 1);
  if (!Number.isInteger(r) || r <= 0) {
    throw new ArgumentError('combinations', `invalid r: got ${r}, expected a positive integer.`, { r });
  }
  return composed(x.device, () => {
    const positions = intsOf(x.device, choices(x.size, r, withReplacement));
    return reshape(indexSelect(x, 0, positions), [positions.size / r, r]);
  });
}
