/** A layout to walk. */
export interface Layout {
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * Walks several layouts of one shape in row-major order, a row of the last dimension at a time.
 *
 * @param visit - is given the row's length, where the row starts in each layout, and the step of each along it.
 * The arrays are reused.
 */
export function walkRows(
  shape: readonly number[],
  layouts: readonly Layout[],
  visit: (n: number, at: readonly number[], step: readonly number[]) => void,
): void {
  const last = shape.length - 1;
  const at = layouts.map((layout) => layout.offset);
  if (last < 0) {
    visit(
      1,
      at,
      layouts.map(() => 0),
    );
    return;
  }
  if (shape.includes(0)) return;
  const step = layouts.map((layout) => layout.strides[last]);
  const position = new Array<number>(shape.length).fill(0);
  for (;;) {
    visit(shape[last], at, step);
    let d = last - 1;
    for (; d >= 0; d--) {
      position[d]++;
      for (let l = 0; l < layouts.length; l++) at[l] += layouts[l].strides[d];
      if (position[d] < shape[d]) break;
      position[d] = 0;
      for (let l = 0; l < layouts.length; l++) at[l] -= layouts[l].strides[d] * shape[d];
    }
    if (d < 0) return;
  }
}
