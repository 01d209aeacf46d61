import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add, mul } from '../elementwise.ts';
import { matmul } from '../matmul.ts';
import { sum } from '../reduce.ts';
import { diagonal } from '../shape/diagonal.ts';
import { permute, reshape, unsqueeze } from '../view.ts';
import { contract, ordered } from './contraction.ts';

/**
 * The sum over pairs of dimensions of the product of two tensors.
 *
 * @param dims - a count n: the last n dimensions of a with the first n of b; or two lists of dimensions, paired in their
 * order. Default 2.
 * @returns the other dimensions of a, then those of b.
 * @throws {@link ShapeError} when paired sizes differ.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.tensordot.html
 *
 * @example
 * ```ts
 * import { ones, tensordot } from '@flambeau/core';
 * tensordot(ones([2, 3, 4]), ones([4, 3, 5]), [[1, 2], [1, 0]]).shape; // [2, 5]
 * ```
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  const [ofA, ofB] = pairs(a, b, dims);
  ofA.forEach((axis, i) => {
    const other = ofB[i] as number;
    if (a.shape[axis] === b.shape[other] || a.shape[axis] === 1 || b.shape[other] === 1) return;
    throw new ShapeError(
      'tensordot',
      `paired sizes differ: got ${a.shape[axis]} in dimension ${axis} of ${formatShape(a.shape)} and ${b.shape[other]} in dimension ${other} of ${formatShape(b.shape)}, expected equal ones.`,
      { shapes: [a.shape, b.shape] },
    );
  });
  const labelsA = a.shape.map((_, i) => i);
  const labelsB = b.shape.map((_, i) => {
    const at = ofB.indexOf(i);
    return at >= 0 ? (ofA[at] as number) : a.shape.length + i;
  });
  return composed(a.device, () => {
    const result = contract({ x: a, labels: labelsA }, { x: b, labels: labelsB }, ofA);
    const free = [
      ...labelsA.filter((label) => !ofA.includes(label)),
      ...labelsB.filter((label) => label >= a.shape.length),
    ];
    return ordered(result, free);
  });
}

function pairs(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]],
): readonly [readonly number[], readonly number[]] {
  if (typeof dims === 'number') {
    const fits = Number.isInteger(dims) && dims >= 0 && dims <= Math.min(a.shape.length, b.shape.length);
    if (!fits) {
      throw new ArgumentError(
        'tensordot',
        `invalid dims: got ${dims}, expected an integer from 0 to ${Math.min(a.shape.length, b.shape.length)}.`,
        { dims },
      );
    }
    const first = Array.from({ length: dims }, (_, i) => i);
    return [first.map((i) => a.shape.length - dims + i), first];
  }
  const [ofA, ofB] = dims;
  if (ofA.length !== ofB.length) {
    throw new ArgumentError(
      'tensordot',
      `lists of different lengths: got [${ofA.join(', ')}] and [${ofB.join(', ')}], expected pairs.`,
      { dims },
    );
  }
  const resolved = [
    ofA.map((axis) => normalizeAxis('tensordot', axis, a.shape.length)),
    ofB.map((axis) => normalizeAxis('tensordot', axis, b.shape.length)),
  ] as const;
  if (resolved.some((list) => new Set(list).size !== list.length)) {
    throw new ArgumentError(
      'tensordot',
      `a dimension is named twice: got [${ofA.join(', ')}] and [${ofB.join(', ')}], expected distinct dimensions.`,
      { dims },
    );
  }
  return resolved;
}

/**
 * The Kronecker product: every element of a times the whole of b.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.kron.html
 *
 * @example
 * ```ts
 * import { kron, tensor } from '@flambeau/core';
 * kron(tensor([1, 10]), tensor([1, 2])); // [1, 2, 10, 20]
 * ```
 */
export function kron(a: Tensor, b: Tensor): Tensor {
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = (shape: readonly number[]): number[] => [
    ...new Array<number>(rank - shape.length).fill(1),
    ...shape,
  ];
  const [p, q] = [padded(a.shape), padded(b.shape)];
  return composed(a.device, () => {
    const spread = mul(
      reshape(
        a,
        p.flatMap((n) => [n, 1]),
      ),
      reshape(
        b,
        q.flatMap((n) => [1, n]),
      ),
    );
    return reshape(
      spread,
      p.map((n, i) => n * (q[i] as number)),
    );
  });
}

/**
 * The sum of a matrix's diagonal.
 *
 * @throws {@link ShapeError} unless x has two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.trace.html
 *
 * @example
 * ```ts
 * import { tensor, trace } from '@flambeau/core';
 * trace(tensor([[1, 2], [3, 4]])); // 5
 * ```
 */
export function trace(x: Tensor): Tensor {
  if (x.shape.length !== 2) {
    throw new ShapeError('trace', `not a matrix: got ${formatShape(x.shape)}, expected 2 dimensions.`, {
      shape: x.shape,
    });
  }
  return composed(x.device, () => sum(diagonal(x)));
}

/**
 * The product of several matrices in the order that takes the fewest multiplications. The first and the last may be
 * vectors.
 *
 * @throws {@link ArgumentError} for fewer than two, {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.multi_dot.html
 *
 * @example
 * ```ts
 * import { multiDot, ones } from '@flambeau/core';
 * multiDot([ones([10, 2]), ones([2, 10]), ones([10])]).shape; // [10]
 * ```
 */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  const [first, last] = [tensors[0], tensors[tensors.length - 1]];
  if (!first || !last || tensors.length < 2) {
    throw new ArgumentError('multiDot', `too few matrices: got ${tensors.length}, expected at least 2.`);
  }
  tensors.forEach((x, i) => {
    const end = i === 0 || i === tensors.length - 1;
    if (x.shape.length === 2 || (end && x.shape.length === 1)) return;
    throw new ShapeError(
      'multiDot',
      `tensor ${i} is no matrix: got ${formatShape(x.shape)}, expected 2 dimensions${end ? ', or 1' : ''}.`,
      { shape: x.shape, position: i },
    );
  });
  return composed(first.device, () => {
    const matrices = [...tensors];
    if (first.shape.length === 1) matrices[0] = unsqueeze(first, 0);
    if (last.shape.length === 1) matrices[matrices.length - 1] = unsqueeze(last, 1);
    const result = inBestOrder(matrices);
    const shape = [
      ...(first.shape.length === 1 ? [] : [result.shape[0] as number]),
      ...(last.shape.length === 1 ? [] : [result.shape[1] as number]),
    ];
    return reshape(result, shape);
  });
}

/** Matrix chain multiplication (T. H. Cormen and others, Introduction to Algorithms, 15.2). */
function inBestOrder(matrices: readonly Tensor[]): Tensor {
  const n = matrices.length;
  const sizes = [matrices[0]?.shape[0] as number, ...matrices.map((x) => x.shape[1] as number)];
  const size = (i: number): number => sizes[i] as number;
  const cost = matrices.map(() => new Array<number>(n).fill(0));
  const split = matrices.map(() => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      const row = cost[i] as number[];
      row[j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const total = (row[k] as number) + (cost[k + 1]?.[j] as number) + size(i) * size(k + 1) * size(j + 1);
        if (total < (row[j] as number)) {
          row[j] = total;
          (split[i] as number[])[j] = k;
        }
      }
    }
  }
  const product = (i: number, j: number): Tensor => {
    if (i === j) return matrices[i] as Tensor;
    const k = split[i]?.[j] as number;
    return matmul(product(i, k), product(k + 1, j));
  };
  return product(0, n - 1);
}

/**
 * Bilinear form: y = x₁ᵀ·W·x₂ + b for every row.
 *
 * @param x1 - (…, i).
 * @param x2 - (…, j), the same leading dimensions.
 * @param weight - (o, i, j).
 * @param bias - (o).
 * @returns (…, o).
 * @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html
 *
 * @example
 * ```ts
 * import { bilinear, ones } from '@flambeau/core';
 * bilinear(ones([5, 2]), ones([5, 3]), ones([4, 2, 3])).shape; // [5, 4]
 * ```
 */
export function bilinear(x1: Tensor, x2: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  const [i, j] = [x1.shape[x1.shape.length - 1], x2.shape[x2.shape.length - 1]];
  const lead = x1.shape.slice(0, -1);
  const fits =
    weight.shape.length === 3 &&
    weight.shape[1] === i &&
    weight.shape[2] === j &&
    formatShape(lead) === formatShape(x2.shape.slice(0, -1));
  if (!fits) {
    throw new ShapeError(
      'bilinear',
      `shapes do not fit: got ${formatShape(x1.shape)}, ${formatShape(x2.shape)} and weight ${formatShape(weight.shape)}, expected (…, i), (…, j) and (o, i, j).`,
      { shapes: [x1.shape, x2.shape, weight.shape] },
    );
  }
  const o = weight.shape[0] as number;
  return composed(x1.device, () => {
    const rows = lead.reduce((p, n) => p * n, 1);
    const flat = reshape(permute(weight, [1, 0, 2]), [i as number, o * (j as number)]);
    const left = reshape(matmul(reshape(x1, [rows, i as number]), flat), [rows, o, j as number]);
    const y = reshape(matmul(left, reshape(x2, [rows, j as number, 1])), [...lead, o]);
    return bias ? add(y, bias) : y;
  });
}
