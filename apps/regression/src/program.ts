import * as fl from 'flambeau';

/** The line y = w x + b. */
export interface Line {
  readonly w: number;
  readonly b: number;
}

/** The line that the points are made from. */
export const truth: Line = { w: 0.5, b: 0 };

/** What may be chosen about the program. */
export interface RegressionOptions {
  readonly seed?: number;
  readonly steps?: number;
  /** Called before the first step. */
  readonly onStart?: (run: Regression) => unknown;
  /** Called after every step with the loss before it. The next step waits for it; an error that it throws ends the run. */
  readonly onStep?: (step: number, loss: number, run: Regression) => unknown;
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
  onStart,
  onStep,
}: RegressionOptions = {}): Promise<Regression> {
  fl.manualSeed(seed);
  const x = fl.linspace(-1, 1, 200).unsqueeze(1);
  const y = x.mul(0.5).add(fl.randn(x.shape).mul(0.1));

  const model = new fl.Sequential(new fl.Linear(1, 1));
  const optimizer = new fl.SGD(model.parameters(), { lr: 0.5 });
  const lossFn = new fl.MSELoss();

  const losses: number[] = [];
  const run = { x, y, model, losses };
  await onStart?.(run);
  for (let step = 0; step < steps; step++) {
    const loss = lossFn.forward(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
    await onStep?.(step, losses[step]!, run);
  }
  return run;
}
