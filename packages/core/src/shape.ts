import { ArgumentError, ShapeError } from './errors.ts';

/** Sizes of the dimensions, outermost first; `[]` is a scalar (0-d tensor). */
export type Shape = readonly number[];

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i] as number;
  return size;
}

/** Row-major strides of a shape, in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i] as number, 1);
  }
  return strides;
}

/** True when elements of this layout follow each other in row-major order (strides of size-1 axes do not matter). */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number;
    if (size !== 1) {
      if (strides[i] !== step) return shape.includes(0);
      step *= size;
    }
  }
  return true;
}

/** True when two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** `[2, 3]`, the way shapes are written in messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/**
 * The shape that two shapes broadcast to, by NumPy's and PyTorch's rule.
 *
 * @throws {@link ShapeError} when a dimension differs and neither is 1.
 */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const m = i <= a.length ? (a[a.length - i] as number) : 1;
    const n = i <= b.length ? (b[b.length - i] as number) : 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        op,
        `shapes do not broadcast: got ${formatShape(a)} and ${formatShape(b)}, expected equal sizes or 1 in dimension ${rank - i} (${m} ≠ ${n}). Align the sizes from the last dimension.`,
        { shapes: [a, b] },
      );
    }
    out[rank - i] = m === 1 ? n : m;
  }
  return out;
}

/** Strides that read `shape` as if it had the broadcast shape `target`: 0 along repeated axes. */
export function broadcastStrides(shape: Shape, strides: readonly number[], target: Shape): readonly number[] {
  if (sameShape(shape, target)) return strides;
  const lead = target.length - shape.length;
  const out = new Array<number>(target.length).fill(0);
  for (let i = 0; i < shape.length; i++) {
    out[lead + i] = shape[i] === 1 && target[lead + i] !== 1 ? 0 : (strides[i] as number);
  }
  return out;
}

/** Resolves a possibly negative axis. @throws {@link ShapeError} when it is out of range. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const limit = Math.max(rank, 1);
  if (!Number.isInteger(axis) || axis < -limit || axis >= limit) {
    throw new ShapeError(
      op,
      `dimension out of range: got ${axis}, expected an integer from ${-limit} to ${limit - 1} for ${rank} dimensions.`,
      { axis, rank },
    );
  }
  return axis < 0 ? axis + limit : axis;
}

/** Resolves a list of axes to sorted, distinct, non-negative ones; undefined and `[]` mean all of them. */
export function normalizeAxes(
  op: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): number[] {
  if (axes === undefined || (typeof axes !== 'number' && axes.length === 0)) {
    const all: number[] = [];
    for (let i = 0; i < rank; i++) all.push(i);
    return all;
  }
  const list = typeof axes === 'number' ? [axes] : axes;
  const resolved = list.map((axis) => normalizeAxis(op, axis, rank));
  if (new Set(resolved).size !== resolved.length) {
    throw new ShapeError(
      op,
      `a dimension is named twice: got [${list.join(', ')}], expected distinct dimensions.`,
      { axes },
    );
  }
  return rank === 0 ? [] : resolved.sort((a, b) => a - b);
}

/** The shape left after reducing `axes`, which are kept as size 1 with `keepdim`. */
export function reducedShape(shape: Shape, axes: readonly number[], keepdim: boolean): number[] {
  const out: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (!axes.includes(i)) out.push(shape[i] as number);
    else if (keepdim) out.push(1);
  }
  return out;
}

/** @throws {@link ArgumentError} for sizes that are not in an array, as `zeros(2, 3)` would give them. */
function requireList(op: string, shape: Shape): void {
  if (Array.isArray(shape)) return;
  throw new ArgumentError(
    op,
    `not a shape: got ${String(shape)}, expected an array of sizes, such as [2, 3].`,
    { shape },
  );
}

/** Checks that a shape holds non-negative integers and is not absurdly large; returns it as a plain array. */
export function checkShape(op: string, shape: Shape): number[] {
  requireList(op, shape);
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError(op, `invalid size: got ${formatShape(shape)}, expected non-negative integers.`, {
        shape,
      });
    }
  }
  if (sizeOf(shape) > 2 ** 32) {
    throw new ArgumentError(
      op,
      `tensor too large: got ${formatShape(shape)}, expected at most 2^32 elements.`,
      { shape },
    );
  }
  return [...shape];
}

/** Fills in the one `-1` of a target shape. @throws {@link ShapeError} when the sizes do not fit. */
export function resolveShape(op: string, size: number, target: Shape): number[] {
  requireList(op, target);
  const out = [...target];
  const unknown = out.indexOf(-1);
  const known = out.reduce((product, n, i) => (i === unknown ? product : product * n), 1);
  if (unknown >= 0 && known > 0 && Number.isInteger(size / known)) out[unknown] = size / known;
  if (out.some((n) => !Number.isInteger(n) || n < 0) || sizeOf(out) !== size) {
    throw new ShapeError(
      op,
      `sizes do not fit: got ${size} elements for shape ${formatShape(target)}, expected a shape with the same number of elements and at most one -1.`,
      { size, target },
    );
  }
  return out;
}
