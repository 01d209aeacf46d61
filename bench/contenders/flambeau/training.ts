import type { Tensor } from '@flambeau/core';
import { manualSeed, noGrad, rand, randint } from '@flambeau/core';
import { CrossEntropyLoss } from '@flambeau/losses';
import {
  type AnyModule,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
  uniform_,
  zeros_,
} from '@flambeau/nn';
import { Adam, SGD } from '@flambeau/optim';
import type { Setup, Task } from '../part.ts';
import { alternating, eachDemanded } from './demand.ts';
import { SequenceClassifier } from './gru.ts';
import { LanguageModel } from './transformer.ts';

/** Draws the parameters anew, by a rule that PyTorch's part follows too: the losses can be compared. */
function initialise<T extends AnyModule>(model: T): T {
  manualSeed(0);
  for (const [name, p] of model.namedParameters()) {
    const bound = 1 / Math.sqrt(p.size / (p.shape[0] as number));
    if (name.includes('bias')) zeros_(p);
    else if (p.shape.length > 1) uniform_(p, -bound, bound);
  }
  return model;
}

type Batch = readonly [input: Tensor, labels: Tensor];

/** Steps on two batches in turn; every loss is read. */
function trainingStep(
  model: Module<[Tensor], Tensor>,
  optimizer: Pick<SGD, 'zeroGrad' | 'step'>,
  batch: (turn: number) => Batch,
): Task {
  const lossFn = new CrossEntropyLoss();
  let turn = 0;
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      const [x, labels] = batch(turn++);
      const loss = lossFn.forward(model.forward(x), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      last = await loss.item();
    }
    return last;
  };
}

/** Inputs in [−1, 1) with a label of ten for each. */
function labelled(shape: readonly number[]): (turn: number) => Batch {
  return alternating(() => [rand(shape).mul(2).sub(1), randint(0, 10, [shape[0] as number])] as const);
}

const mlpStep: Setup = () => {
  const model = initialise(new Sequential(new Linear(784, 256), new ReLU(), new Linear(256, 10)));
  return trainingStep(model, new SGD(model.parameters(), { lr: 0.1 }), labelled([64, 784]));
};

const convolutional = (): Sequential =>
  initialise(
    new Sequential(
      new Conv2d(3, 32, 3, { padding: 1 }),
      new ReLU(),
      new Conv2d(32, 32, 3, { padding: 1 }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(32, 64, 3, { padding: 1 }),
      new ReLU(),
      new Conv2d(64, 64, 3, { padding: 1 }),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(4096, 128),
      new ReLU(),
      new Linear(128, 10),
    ),
  );

/** Steps of the CNN on so many pictures. */
export function cnnStep(pictures: number): Setup {
  return () => {
    const model = convolutional();
    return trainingStep(model, new Adam(model.parameters(), { lr: 1e-3 }), labelled([pictures, 3, 32, 32]));
  };
}

function cnnInference(pictures: number): Setup {
  return () => {
    const model = convolutional().eval();
    const input = labelled([pictures, 3, 32, 32]);
    return eachDemanded((turn) => noGrad(() => [model.forward(input(turn)[0])]));
  };
}

const gruStep: Setup = () => {
  const model = initialise(new SequenceClassifier());
  return trainingStep(model, new Adam(model.parameters(), { lr: 1e-3 }), labelled([32, 32, 32]));
};

const transformerStep: Setup = () => {
  const model = initialise(new LanguageModel());
  const batch = alternating(() => [randint(0, 64, [16, 32]), randint(0, 64, [16 * 32])] as const);
  return trainingStep(model, new Adam(model.parameters(), { lr: 1e-3 }), batch);
};

/** Whole steps of training, and inference, as a user writes them. */
export const training: Readonly<Record<string, Setup>> = {
  mlp_step64: mlpStep,
  cnn_step64: cnnStep(64),
  cnn_infer64: cnnInference(64),
  cnn_infer1: cnnInference(1),
  gru_step: gruStep,
  transformer_step: transformerStep,
};
