import { ArgumentError } from '@flambeau/core';

/** One number for every direction, or a list with one for each. @throws {@link ArgumentError} on other values. */
export function sizesOf<Sizes extends readonly number[]>(
  layer: string,
  name: string,
  value: number | Sizes,
  rank: Sizes['length'],
  least: number,
): Sizes {
  const sizes = typeof value === 'number' ? (new Array<number>(rank).fill(value) as unknown as Sizes) : value;
  if (sizes.length === rank && sizes.every((n) => Number.isInteger(n) && n >= least)) return sizes;
  throw new ArgumentError(
    layer,
    `invalid ${name}: got ${JSON.stringify(value)}, expected an integer of at least ${least}, or a ${rank === 2 ? 'pair of them' : `list of ${rank}`}.`,
    { [name]: value },
  );
}

/** A size as PyTorch prints it: a number, or the tuple that was given. */
export function sizeText(value: number | null | readonly (number | null)[]): string {
  return typeof value === 'object' && value !== null ? tuple(value) : String(value);
}

/** A tuple as PyTorch prints it: `(3, 3)`, `(3,)`. */
export function tuple(values: readonly (number | null)[]): string {
  return `(${values.map(String).join(', ')}${values.length === 1 ? ',' : ''})`;
}
