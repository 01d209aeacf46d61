import { arange, noGrad, randn, type Tensor } from '@flambeau/core';
import type { Setup } from '../part.ts';
import { alternating, readsAtOnce } from './demand.ts';

/** Every one of the thousand sums is read: a chain of them in one kernel would be other work. */
const dependent: Setup = () => {
  const addend = alternating(() => randn([10]));
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      let y = addend(i);
      const atOnce = readsAtOnce(y);
      for (let step = 0; step < 1000; step++) {
        y = y.add(addend(step));
        const values = atOnce ? y.dataSync() : await y.data();
        last = values[9] as number;
      }
    }
    return last;
  };
};

function addition(recorded: boolean): Setup {
  return () => {
    const a = arange(10, { requiresGrad: recorded });
    const b = arange(10);
    const atOnce = readsAtOnce(b);
    let y: Tensor = b;
    /** @returns what to wait for. */
    const repeat = (times: number): readonly Promise<unknown>[] => {
      const reads: Promise<unknown>[] = [];
      for (let i = 0; i < times; i++) {
        y = a.add(b);
        if (atOnce) y.dataSync();
        else reads.push(y.data());
      }
      return reads;
    };
    return async (times, perRead) => {
      for (let left = times; left > 0; ) {
        const together = atOnce ? left : Math.min(left, perRead);
        await Promise.all(recorded ? repeat(together) : noGrad(() => repeat(together)));
        left -= together;
      }
      if (y.requiresGrad !== recorded) throw new Error('the sum was not recorded as asked');
    };
  };
}

/** The cost of a call: sums so small that the arithmetic does not count. */
export const calls: Readonly<Record<string, Setup>> = {
  small_add_x1000: dependent,
  add10_unrecorded: addition(false),
  add10_recorded: addition(true),
};
