/** A layout to walk. */
export interface Layout {
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * Calls back for every element of a shape, in row-major order, with where it is in each layout. The array is reused.
 * Spike: plain and general; the real kernels are to be emitted.
 */
export function eachElement(
  shape: readonly number[],
  layouts: readonly Layout[],
  visit: (at: readonly number[]) => void,
): void {
  if (shape.includes(0)) return;
  const at = layouts.map(({ offset }) => offset);
  const position = new Array<number>(shape.length).fill(0);
  for (;;) {
    visit(at);
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      position[axis]++;
      for (let l = 0; l < layouts.length; l++) at[l] += layouts[l].strides[axis];
      if (position[axis] < shape[axis]) break;
      position[axis] = 0;
      for (let l = 0; l < layouts.length; l++) at[l] -= layouts[l].strides[axis] * shape[axis];
    }
    if (axis < 0) return;
  }
}
