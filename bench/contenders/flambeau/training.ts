import type { Tensor } from '@flambeau/core';
import { linspace, manualSeed, randint, randn } from '@flambeau/core';
import { CrossEntropyLoss, MSELoss } from '@flambeau/losses';
import { Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from '@flambeau/nn';
import { SGD } from '@flambeau/optim';
import type { Setup, Task } from '../serve.ts';

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

const regression: Setup = () => {
  manualSeed(0);
  const x = linspace(-1, 1, 200).unsqueeze(1);
  const y = x.mul(0.5).add(randn(x.shape).mul(0.1));
  return async (times) => {
    for (let i = 0; i < times; i++) {
      const last = await regress(x, y);
      if (!(last < 0.02)) throw new Error(`the loss did not fall: got ${last}, expected less than 0.02`);
    }
  };
};

function trainingStep(model: Sequential, x: Tensor): Task {
  const target = randint(0, 10, [x.shape[0] as number]);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const lossFn = new CrossEntropyLoss();
  return (times) => {
    for (let i = 0; i < times; i++) {
      const loss = lossFn.forward(model.forward(x), target);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
  };
}

const mlp: Setup = () =>
  trainingStep(new Sequential(new Linear(784, 256), new ReLU(), new Linear(256, 10)), randn([128, 784]));

const cnn: Setup = () => {
  const model = new Sequential(
    new Conv2d(3, 16, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(2048, 10),
  );
  return trainingStep(model, randn([64, 3, 32, 32]));
};

/** A whole program and whole steps, as a user writes them. */
export const training: Readonly<Record<string, Setup>> = { regression, mlp, cnn };
