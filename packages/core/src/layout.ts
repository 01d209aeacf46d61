/** Several layouts of one shape. */
export interface Layouts {
  readonly shape: readonly number[];
  /** One list of strides per layout. */
  readonly strides: readonly (readonly number[])[];
}

/**
 * The same walks with fewer dimensions: neighbours are joined where every layout walks on from one to the next, and
 * dimensions of size 1 are dropped. At least one dimension is left. For backends: loops over what comes out are long.
 */
export function mergeLayouts({ shape, strides }: Layouts): Layouts {
  const sizes: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis] as number;
    if (size === 1) continue;
    const last = sizes.length - 1;
    let continues = last >= 0;
    for (let i = 0; continues && i < strides.length; i++) {
      continues = (steps[i] as number[])[last] === size * ((strides[i] as readonly number[])[axis] as number);
    }
    if (continues) sizes[last] = (sizes[last] as number) * size;
    else sizes.push(size);
    for (let i = 0; i < strides.length; i++) {
      (steps[i] as number[])[sizes.length - 1] = (strides[i] as readonly number[])[axis] as number;
    }
  }
  if (sizes.length > 0) return { shape: sizes, strides: steps };
  return { shape: [1], strides: strides.map(() => [0]) };
}
