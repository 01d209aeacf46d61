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
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    const continues = strides.every((own, i) => steps[i]?.[last] === size * (own[axis] as number));
    if (last >= 0 && continues) sizes[last] = (sizes[last] as number) * size;
    else sizes.push(size);
    strides.forEach((own, i) => {
      (steps[i] as number[])[sizes.length - 1] = own[axis] as number;
    });
  });
  if (sizes.length > 0) return { shape: sizes, strides: steps };
  return { shape: [1], strides: strides.map(() => [0]) };
}
