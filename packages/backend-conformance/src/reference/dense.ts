/** A tensor as plain numbers in row-major order: what the reference computes with. */
export interface Dense {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** The number of elements of a shape. */
export function count(shape: readonly number[]): number {
  return shape.reduce((n, m) => n * m, 1);
}

/** Every index of a shape, in row-major order. */
export function* indices(shape: readonly number[]): Generator<readonly number[]> {
  const total = count(shape);
  for (let i = 0; i < total; i++) {
    let left = i;
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number;
      index[axis] = left % size;
      left = Math.floor(left / size);
    }
    yield index;
  }
}

/** The element at an index; axes of size 1 repeat, and missing axes at the front are added. */
export function elementAt({ shape, data }: Dense, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length);
  const place = shape.reduce((at, size, axis) => at * size + (size === 1 ? 0 : (own[axis] as number)), 0);
  return data[place] as number;
}

/** A tensor whose elements are computed from their indices. */
export function build(shape: readonly number[], value: (index: readonly number[]) => number): Dense {
  return { shape, data: [...indices(shape)].map(value) };
}

/** The shape that operands are broadcast to. */
export function broadcast(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}
