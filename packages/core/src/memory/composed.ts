import type { Device } from '../device.ts';
import { isTensor } from '../tensor.ts';

/**
 * Runs the parts of a function that is made of several ops, and that gives a tensor, a list of them, or an object of
 * them. On devices with explicit memory what they make on the way is released at once; the results stay, and what
 * backward needs stays with the graph.
 */
export function composed<T extends object>(device: Device, parts: () => T): T {
  return device.memory.composed(parts, (results) =>
    isTensor(results) ? [results] : Object.values(results).filter(isTensor),
  );
}
