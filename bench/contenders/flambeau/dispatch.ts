import { arange, noGrad, type Tensor } from '@flambeau/core';
import type { Setup } from '../serve.ts';

function addition(size: number, recorded: boolean): Setup {
  return () => {
    const a = arange(size, { requiresGrad: recorded });
    const b = arange(size);
    let y: Tensor = b;
    const repeat = (times: number): void => {
      for (let i = 0; i < times; i++) y = a.add(b);
    };
    return (times) => {
      if (recorded) repeat(times);
      else noGrad(() => repeat(times));
      if (y.requiresGrad !== recorded) throw new Error('the sum was not recorded as asked');
    };
  };
}

/** The cost of a call: sums so small that the arithmetic does not count. */
export const dispatch: Readonly<Record<string, Setup>> = {
  'add-10-off': addition(10, false),
  'add-10-on': addition(10, true),
  'add-32-off': addition(32, false),
};
