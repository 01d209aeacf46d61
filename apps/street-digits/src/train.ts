import { AdamW, CrossEntropyLoss, manualSeed, OneCycleLR, type Sequential, type Tensor } from 'flambeau';
import { trainingBatches } from './batches.ts';
import type { DigitSet } from './digit-set.ts';
import { evaluate } from './evaluate.ts';
import { CommandError } from './failure.ts';
import { createModel } from './models.ts';
import type { TrainSettings } from './settings.ts';
import { turn } from './turn.ts';

/** What an epoch came to. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean training loss, with augmentation, dropout and label smoothing. */
  readonly loss: number;
  /** Share of right answers in training. */
  readonly accuracy: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  readonly seconds: number;
}

/** What a batch came to. */
export interface BatchReport {
  /** From 1. */
  readonly epoch: number;
  /** How many pictures of the epoch are done. */
  readonly done: number;
  /** Mean loss of the batch. */
  readonly loss: number;
  /** Share of right answers in the batch. */
  readonly accuracy: number;
}

/** A run of training: what a checkpoint holds. */
export interface Run {
  readonly settings: TrainSettings;
  readonly model: Sequential;
  readonly optimizer: AdamW;
  readonly scheduler: OneCycleLR;
  /** A report for each epoch that is done. */
  readonly history: EpochReport[];
}

/** How to train. */
export interface TrainOptions {
  readonly train: DigitSet;
  readonly validation: DigitSet;
  /** Called after each batch, which the next one waits for; an error that it throws ends the training. */
  readonly onBatch?: ((batch: BatchReport) => unknown) | undefined;
  /** Called in each validation after every hundred pictures or so, which the next ones wait for. */
  readonly onValidation?: ((done: number) => unknown) | undefined;
  /** Called after each epoch, which is then in the run's history; the time to save. */
  readonly onEpoch?: ((report: EpochReport, isBest: boolean) => Promise<void>) | undefined;
  /** Stops it between two batches; throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const weightDecay = 0.05;
const labelSmoothing = 0.05;

/** A run at its beginning: weights drawn by the seed. */
export function createRun(settings: TrainSettings, trainSize: number): Run {
  manualSeed(settings.seed);
  const model = createModel(settings.model);
  const optimizer = new AdamW(model.parameters(), { lr: settings.lr, weightDecay });
  const scheduler = new OneCycleLR(optimizer, settings.lr, {
    epochs: settings.epochs,
    stepsPerEpoch: Math.ceil(trainSize / settings.batchSize),
  });
  return { settings, model, optimizer, scheduler, history: [] };
}

/** The epoch with the best validation accuracy, the first of equals; null before the first is done. */
export function bestEpoch(history: readonly EpochReport[]): EpochReport | null {
  let best: EpochReport | null = null;
  for (const report of history)
    if (!best || report.validationAccuracy > best.validationAccuracy) best = report;
  return best;
}

/** Whether a run is over: all epochs are done, or too many passed without a better validation accuracy. */
export function isOver({
  settings,
  history,
}: {
  readonly settings: TrainSettings;
  readonly history: readonly EpochReport[];
}): boolean {
  const since = history.length - (bestEpoch(history)?.epoch ?? 0);
  return history.length >= settings.epochs || since >= settings.patience;
}

/** Trains from where the run is to its end. */
export async function train(run: Run, options: TrainOptions): Promise<void> {
  while (!isOver(run)) {
    const start = performance.now();
    const epoch = run.history.length + 1;
    const { loss, accuracy } = await trainEpoch(run, epoch, options);
    const validation = await evaluate(run.model, options.validation, {
      signal: options.signal,
      onProgress: options.onValidation,
    });
    const report = {
      epoch,
      loss,
      accuracy,
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
      seconds: (performance.now() - start) / 1000,
    };
    run.history.push(report);
    await options.onEpoch?.(report, bestEpoch(run.history) === report);
  }
}

async function trainEpoch(
  { settings, model, optimizer, scheduler }: Run,
  epoch: number,
  { train, onBatch, signal }: TrainOptions,
): Promise<{ loss: number; accuracy: number }> {
  const lossFn = new CrossEntropyLoss({ labelSmoothing });
  let sum = 0;
  let right = 0;
  let done = 0;
  model.train();
  for (const [x, y] of trainingBatches(train, epoch, settings)) {
    const scores = model.forward(x);
    const loss = lossFn.forward(scores, y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    scheduler.step();
    const value = await loss.item();
    if (!Number.isFinite(value)) throw diverged(value, epoch);
    const rightNow = await countRight(scores, y);
    right += rightNow;
    sum += value * y.size;
    done += y.size;
    await onBatch?.({ epoch, done, loss: value, accuracy: rightNow / y.size });
    await turn();
    signal?.throwIfAborted();
  }
  return { loss: sum / done, accuracy: right / done };
}

function diverged(loss: number, epoch: number): CommandError {
  return new CommandError(
    `train: the loss is ${loss} in epoch ${epoch}, where it should be a number. Try a smaller --lr.`,
  );
}

async function countRight(scores: Tensor, labels: Tensor): Promise<number> {
  return scores.detach().argmax(1).eq(labels).sum().item();
}
