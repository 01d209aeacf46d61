import type { Tensor } from '@flambeau/core';
import type { Task } from '../serve.ts';

/** Reads a part of a result, a different one each turn: whatever a device has put off must be computed. */
export function demand(y: Tensor, turn: number): void {
  const [rows] = y.shape;
  if (rows === undefined) {
    y.dataSync();
    return;
  }
  const part = y.select(0, turn % rows);
  part.dataSync();
  part.dispose();
}

/**
 * Work whose results are each demanded and held until the next is there. They are let go explicitly, as every library
 * without reference counting needs for loops as tight as these; the training works do without.
 *
 * @param work - is told the turn, so that its operands can alternate.
 */
export function eachDemanded(work: (turn: number) => readonly Tensor[]): Task {
  let turn = 0;
  let held: readonly Tensor[] = [];
  return (times) => {
    for (let i = 0; i < times; i++) {
      const results = work(turn);
      for (const y of results) demand(y, turn);
      for (const y of held) y.dispose();
      held = results;
      turn++;
    }
  };
}

/** Two of something, in turn. */
export function alternating<T>(make: () => T): (turn: number) => T {
  const [even, odd] = [make(), make()];
  return (turn) => (turn % 2 === 0 ? even : odd);
}
