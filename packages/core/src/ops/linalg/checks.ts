import { isFloat } from '../../dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { allFinite } from './host/matrix.ts';

/** @throws {@link DTypeError} unless all tensors have the same float dtype. */
export function checkFloats(op: string, ...tensors: readonly Tensor[]): void {
  const dtype = tensors[0]?.dtype;
  if (dtype && isFloat(dtype) && tensors.every((x) => x.dtype === dtype)) return;
  throw new DTypeError(
    op,
    `dtypes do not fit: got ${tensors.map((x) => x.dtype).join(' and ')}, expected the same float dtype. Cast with x.to(dtype).`,
    { dtypes: tensors.map((x) => x.dtype) },
  );
}

/** @throws {@link ShapeError} on fewer than two dimensions, {@link DTypeError} on integers. */
export function checkMatrix(op: string, x: Tensor, what = 'tensor'): void {
  if (x.shape.length < 2) {
    throw new ShapeError(op, `the ${what} is no matrix: got ${formatShape(x.shape)}, expected (…, m, n).`, {
      shape: x.shape,
    });
  }
  checkFloats(op, x);
}

/** The same, and @throws {@link ShapeError} unless rows and columns are as many. */
export function checkSquare(op: string, x: Tensor, what = 'matrix'): void {
  checkMatrix(op, x, what);
  const [m, n] = x.shape.slice(-2);
  if (m !== n) {
    throw new ShapeError(op, `the ${what} is not square: got ${formatShape(x.shape)}, expected (…, n, n).`, {
      shape: x.shape,
    });
  }
}

/** @throws {@link ShapeError} */
export function refuseShapes(op: string, fault: string, a: Tensor, b: Tensor, expected: string): never {
  throw new ShapeError(
    op,
    `${fault}: got ${formatShape(a.shape)} and ${formatShape(b.shape)}, expected ${expected}.`,
    { shapes: [a.shape, b.shape] },
  );
}

const place = (index: number, count: number): string => (count > 1 ? ` of matrix ${index}` : '');

/** The error for a matrix without an inverse. */
export function singularError(op: string, pivot: number, index: number, count: number): ValueError {
  return new ValueError(
    op,
    `singular matrix: got a zero pivot in row ${pivot - 1}${place(index, count)}, expected an invertible one. Use pinv or lstsq.`,
    { index, pivot: pivot - 1 },
  );
}

/** @throws {@link ValueError} for infinities and NaN, on which iterations do not converge. */
export function checkFinite(op: string, matrices: readonly Float64Array[]): void {
  const index = matrices.findIndex((a) => !allFinite(a));
  if (index < 0) return;
  throw new ValueError(
    op,
    `not finite: got a NaN or an infinity${place(index, matrices.length)}, expected finite numbers.`,
    { index },
  );
}
