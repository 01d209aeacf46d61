import type { Tensor } from '@flambeau/core';
import { linspace, manualSeed, randn } from '@flambeau/core';
import { MSELoss } from '@flambeau/losses';
import { Linear, Sequential } from '@flambeau/nn';
import { SGD } from '@flambeau/optim';
import type { Setup } from '../part.ts';

/** The program of apps/regression, from the model on. */
async function regress(x: Tensor, y: Tensor): Promise<number> {
  const model = new Sequential(new Linear(1, 1));
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  const lossFn = new MSELoss();
  const losses: number[] = [];
  for (let step = 0; step < 300; step++) {
    const loss = lossFn.forward(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
  }
  return losses.at(-1) ?? Number.NaN;
}

/** A whole program of small steps. */
export const regression300: Setup = () => {
  manualSeed(0);
  const x = linspace(-1, 1, 200).unsqueeze(1);
  const y = x.mul(0.5).add(randn(x.shape).mul(0.1));
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      last = await regress(x, y);
      if (!(last < 0.02)) throw new Error(`the loss did not fall: got ${last}, expected less than 0.02`);
    }
    return last;
  };
};
