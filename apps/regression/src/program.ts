import * as fl from 'flambeau';

/** What may be chosen about the program. */
export interface RegressionOptions {
  readonly seed?: number;
  readonly steps?: number;
  /** Called after every step with the loss before it. */
  readonly onStep?: (step: number, loss: number) => void;
}

/** What the program leaves behind. */
export interface Regression {
  /** Shape (200, 1). */
  readonly x: fl.Tensor;
  /** Shape (200, 1). */
  readonly y: fl.Tensor;
  readonly model: fl.Sequential;
  /** Mean squared error before each step. */
  readonly losses: readonly number[];
}

/**
 * Fits a line to 200 points of y = 0.5x + noise: line for line `regression()` of tests/golden/regression.py, and with
 * its numbers.
 */
export async function regression({
  seed = 0,
  steps = 300,
  onStep,
}: RegressionOptions = {}): Promise<Regression> {
  fl.manualSeed(seed);
  const x = fl.linspace(-1, 1, 200).unsqueeze(1);
  const y = x.mul(0.5).add(fl.randn(x.shape).mul(0.1));

  const model = new fl.Sequential(new fl.Linear(1, 1));
  const optimizer = new fl.SGD(model.parameters(), { lr: 0.5 });
  const lossFn = new fl.MSELoss();

  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = lossFn.forward(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
    onStep?.(step, losses[step]!);
  }
  return { x, y, model, losses };
}
