import { arange, noGrad, randn, type Tensor } from '@flambeau/core';
import type { Setup } from '../serve.ts';
import { alternating } from './demand.ts';

/** Every one of the thousand sums is read: a chain of them in one kernel would be other work. */
const dependent: Setup = () => {
  const addend = alternating(() => randn([10]));
  return (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      let y = addend(i);
      for (let step = 0; step < 1000; step++) {
        y = y.add(addend(step));
        last = y.dataSync()[9] as number;
      }
    }
    return last;
  };
};

function addition(recorded: boolean): Setup {
  return () => {
    const a = arange(10, { requiresGrad: recorded });
    const b = arange(10);
    let y: Tensor = b;
    const repeat = (times: number): void => {
      for (let i = 0; i < times; i++) {
        y = a.add(b);
        y.dataSync();
      }
    };
    return (times) => {
      if (recorded) repeat(times);
      else noGrad(() => repeat(times));
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
