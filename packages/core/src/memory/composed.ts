import type { Device } from '../device.ts';
import { isTensor, type Tensor } from '../tensor.ts';

/** What functions made of several ops return. */
type Results = Tensor | { readonly values: Tensor; readonly indices: Tensor };

/**
 * Runs the parts of a function that is made of several ops. On devices with explicit memory what they make on the way is
 * released at once; the results stay, and what backward needs stays with the graph.
 */
export function composed<T extends Results>(device: Device, parts: () => T): T {
  return device.memory.composed(parts, (results) =>
    isTensor(results) ? [results] : [results.values, results.indices],
  );
}
