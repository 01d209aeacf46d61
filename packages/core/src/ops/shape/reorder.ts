import { ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis, resolveShape } from '../../shape.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { flip, permute, reshape, transpose } from '../view.ts';

const listed = (value: number | readonly number[]): readonly number[] =>
  typeof value === 'number' ? [value] : value;

/**
 * Dimensions moved to other places, the rest in their order: a view.
 *
 * @throws {@link ShapeError} when the lists differ in length, or name a dimension twice.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.movedim.html
 *
 * @example
 * ```ts
 * import { movedim, zeros } from '@flambeau/core';
 * movedim(zeros([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 * ```
 */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const rank = x.shape.length;
  const resolve = (axes: number | readonly number[]): number[] =>
    listed(axes).map((axis) => normalizeAxis('movedim', axis, rank));
  const from = resolve(source);
  const to = resolve(destination);
  if (from.length !== to.length || [from, to].some((axes) => new Set(axes).size !== axes.length)) {
    throw new ShapeError(
      'movedim',
      `dimensions do not correspond: got [${listed(source).join(', ')}] to [${listed(destination).join(', ')}], expected lists of one length without repetition.`,
      { source, destination },
    );
  }
  if (rank === 0) return x;
  const order = new Array<number>(rank).fill(-1);
  to.forEach((place, i) => {
    order[place] = from[i] as number;
  });
  const others = x.shape.map((_, i) => i).filter((i) => !from.includes(i));
  return permute(
    x,
    order.map((axis) => (axis >= 0 ? axis : (others.shift() as number))),
  );
}

/**
 * All elements in one dimension; a view where the layout allows it, else a copy.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.ravel.html
 *
 * @example
 * ```ts
 * import { ravel, tensor } from '@flambeau/core';
 * ravel(tensor([[1, 2], [3, 4]])); // [1, 2, 3, 4]
 * ```
 */
export function ravel(x: Tensor): Tensor {
  return reshape(x, [-1]);
}

/**
 * One dimension made several: the opposite of `flatten`. One size may be −1.
 *
 * @throws {@link ShapeError} when the sizes do not multiply to that dimension's.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.unflatten.html
 *
 * @example
 * ```ts
 * import { unflatten, zeros } from '@flambeau/core';
 * unflatten(zeros([2, 12]), 1, [3, -1]).shape; // [2, 3, 4]
 * ```
 */
export function unflatten(x: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const axis = normalizeAxis('unflatten', dim, x.shape.length);
  const size = x.shape[axis];
  if (size === undefined || sizes.length === 0) {
    throw new ShapeError(
      'unflatten',
      `nothing to divide: got ${formatShape(x.shape)} into ${formatShape(sizes)}, expected a dimension and at least one size.`,
      { shape: x.shape, sizes },
    );
  }
  const parts = resolveShape('unflatten', size, sizes);
  return reshape(x, [...x.shape.slice(0, axis), ...parts, ...x.shape.slice(axis + 1)]);
}

function each(x: Tensor | readonly Tensor[], one: (x: Tensor) => Tensor): Tensor | Tensor[] {
  return isTensor(x) ? one(x) : x.map(one);
}

/**
 * At least one dimension, of a tensor or each of a list: a 0-d tensor becomes a vector. A view.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.atleast_1d.html
 *
 * @example
 * ```ts
 * import { atleast1d, tensor } from '@flambeau/core';
 * atleast1d(tensor(1)); // [1]
 * ```
 */
export function atleast1d(x: Tensor): Tensor;
export function atleast1d(x: readonly Tensor[]): Tensor[];
export function atleast1d(x: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  return each(x, (y) => (y.shape.length === 0 ? reshape(y, [1]) : y));
}

/**
 * At least two dimensions, of a tensor or each of a list: a vector becomes a row. A view.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.atleast_2d.html
 *
 * @example
 * ```ts
 * import { atleast2d, tensor } from '@flambeau/core';
 * atleast2d(tensor([1, 2])); // [[1, 2]]
 * ```
 */
export function atleast2d(x: Tensor): Tensor;
export function atleast2d(x: readonly Tensor[]): Tensor[];
export function atleast2d(x: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  return each(x, (y) => (y.shape.length < 2 ? reshape(y, [1, y.size]) : y));
}

/**
 * At least three dimensions, of a tensor or each of a list: (n) becomes (1, n, 1), (m, n) becomes (m, n, 1). A view.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.atleast_3d.html
 *
 * @example
 * ```ts
 * import { atleast3d, tensor } from '@flambeau/core';
 * atleast3d(tensor([1, 2])); // [[[1], [2]]]
 * ```
 */
export function atleast3d(x: Tensor): Tensor;
export function atleast3d(x: readonly Tensor[]): Tensor[];
export function atleast3d(x: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  return each(x, (y) => {
    if (y.shape.length >= 3) return y;
    return reshape(y, y.shape.length === 2 ? [...y.shape, 1] : [1, y.size, 1]);
  });
}

/**
 * Columns in reverse order: a view. @throws {@link ShapeError} for fewer than two dimensions.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.fliplr.html (a copy there).
 *
 * @example
 * ```ts
 * import { fliplr, tensor } from '@flambeau/core';
 * fliplr(tensor([[1, 2], [3, 4]])); // [[2, 1], [4, 3]]
 * ```
 */
export function fliplr(x: Tensor): Tensor {
  requireRank('fliplr', x, 2);
  return flip(x, 1);
}

/**
 * Rows in reverse order: a view. @throws {@link ShapeError} for a 0-d tensor.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.flipud.html (a copy there).
 *
 * @example
 * ```ts
 * import { flipud, tensor } from '@flambeau/core';
 * flipud(tensor([[1, 2], [3, 4]])); // [[3, 4], [1, 2]]
 * ```
 */
export function flipud(x: Tensor): Tensor {
  requireRank('flipud', x, 1);
  return flip(x, 0);
}

/** @throws {@link ShapeError} for too few dimensions. */
export function requireRank(op: string, x: Tensor, rank: number): void {
  if (x.shape.length >= rank) return;
  throw new ShapeError(op, `too few dimensions: got ${formatShape(x.shape)}, expected at least ${rank}.`, {
    shape: x.shape,
  });
}

/**
 * Turned `k` times by 90°, from the first of two dimensions towards the second: a view.
 *
 * @throws {@link ShapeError} unless two different dimensions of x are named.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.rot90.html (a copy there).
 *
 * @example
 * ```ts
 * import { rot90, tensor } from '@flambeau/core';
 * rot90(tensor([[1, 2], [3, 4]])); // [[2, 4], [1, 3]]
 * ```
 */
export function rot90(x: Tensor, k = 1, dims: readonly number[] = [0, 1]): Tensor {
  requireRank('rot90', x, 2);
  const [a, b] = dims.map((dim) => normalizeAxis('rot90', dim, x.shape.length));
  if (dims.length !== 2 || a === undefined || b === undefined || a === b || !Number.isInteger(k)) {
    throw new ShapeError(
      'rot90',
      `invalid turn: got ${k} times in dimensions [${dims.join(', ')}], expected an integer and two different dimensions.`,
      { k, dims },
    );
  }
  return composed(x.device, () => {
    switch (((k % 4) + 4) % 4) {
      case 1:
        return transpose(flip(x, b), a, b);
      case 2:
        return flip(x, [a, b]);
      case 3:
        return transpose(flip(x, a), a, b);
      default:
        return x;
    }
  });
}
