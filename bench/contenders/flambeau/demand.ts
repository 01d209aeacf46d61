import type { Tensor } from '@flambeau/core';
import type { Task } from '../part.ts';

/** Whether results can be read at once. */
export const readsAtOnce = (y: Tensor): boolean => y.device.capabilities.syncRead;

/**
 * Reads a part of a result, a different one each turn: whatever a device has put off must be computed.
 *
 * @returns what to wait for where the device cannot be read at once: a number of the part.
 */
export function demand(y: Tensor, turn: number): Promise<number> | null {
  const [rows] = y.shape;
  const part = rows === undefined ? y.detach() : y.select(0, turn % rows);
  let value: Promise<number> | null = null;
  if (readsAtOnce(y)) part.dataSync();
  else value = part.data().then(([first]) => first as number);
  part.dispose();
  return value;
}

/**
 * Work whose results are each demanded and held until the next is there. They are let go explicitly, as every library
 * without reference counting needs for loops as tight as these; the training works do without. A device that can only
 * be waited for is waited for once for `perRead` results, whose reads are under way together.
 *
 * @param work - is told the turn, so that its operands can alternate.
 */
export function eachDemanded(work: (turn: number) => readonly Tensor[]): Task {
  let turn = 0;
  let held: readonly Tensor[] = [];
  return async (times, perRead) => {
    let values: number[] = [];
    let reads: Promise<number>[] = [];
    for (let i = 1; i <= times; i++) {
      const results = work(turn);
      for (const y of results) {
        const read = demand(y, turn);
        if (read) reads.push(read);
      }
      for (const y of held) y.dispose();
      held = results;
      turn++;
      if (reads.length > 0 && (i % perRead === 0 || i === times)) {
        values = await Promise.all(reads);
        reads = [];
      }
    }
    return values[0];
  };
}

/** Two of something, in turn. */
export function alternating<T>(make: () => T): (turn: number) => T {
  const [even, odd] = [make(), make()];
  return (turn) => (turn % 2 === 0 ? even : odd);
}
