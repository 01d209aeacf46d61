import type { Fault, Operand } from '@flambeau/core/functional';
import type { NumberArray } from './thin-product.ts';

/** Rounds sums to the output's dtype. One that does not fit into int32 is a fault. */
export function storeSums(totals: Float64Array, { block, dtype, offset, size }: Operand): Fault | undefined {
  for (let i = 0; i < size; i++) {
    const value = totals[i];
    if (dtype === 'int32' && value !== (value | 0)) return { value, index: i };
    (block as NumberArray)[offset + i] = value;
  }
  return undefined;
}
