import { manualSeed } from 'flambeau';
import { describe, expect, test } from 'vitest';
import { readModel, readRun, restoreModel, restoreRun, writeModel, writeRun } from './checkpoint.ts';
import { evaluate } from './evaluate.ts';
import { newSettings } from './settings.ts';
import { smallDigits } from './testing/small-digits.ts';
import { bestEpoch, createRun, type EpochReport, isOver, type Run, train } from './train.ts';

const settings = newSettings({ epochs: 4, batchSize: 16, lr: 0.01, seed: 3 });
const digits = { train: smallDigits(80, 1), validation: smallDigits(60, 2) };
const few = { train: smallDigits(32, 1), validation: smallDigits(20, 2) };

/** All that a checkpoint holds but the times. */
async function contentOf(run: Run): Promise<unknown> {
  const saved = readRun(await writeRun(run, 'same'));
  const history = saved.history.map((report) => ({ ...report, seconds: 0 }));
  const tensors = Object.entries(saved.model).map(([name, x]) => [name, Array.from(x.dataSync())]);
  const optimizer = Object.entries(saved.optimizer.state).map(([name, { step, expAvg, expAvgSq }]) => [
    name,
    step,
    Array.from((expAvg as typeof saved.model.x)!.dataSync()),
    Array.from((expAvgSq as typeof saved.model.x)!.dataSync()),
  ]);
  const { scheduler, random } = saved;
  return { history, tensors, optimizer, groups: saved.optimizer.paramGroups, scheduler, random };
}

/** Trains until `epochs` are done and gives the checkpoint of that moment. */
async function trainUntil(run: Run, epochs: number): Promise<Uint8Array> {
  const controller = new AbortController();
  let bytes = new Uint8Array();
  await train(run, {
    ...few,
    signal: controller.signal,
    onEpoch: async ({ epoch }) => {
      if (epoch !== epochs) return;
      bytes = new Uint8Array(await writeRun(run, 'same'));
      controller.abort(new Error('enough'));
    },
  }).catch((error: Error) => expect(error.message).toBe('enough'));
  return bytes;
}

describe('training', () => {
  test('learns what can be learnt, and its validation is that of evaluate', async () => {
    const run = createRun(settings, digits.train.size);
    await train(run, digits);
    expect(run.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    const last = run.history[3]!;
    expect(last.validationAccuracy).toBeGreaterThan(0.9);
    expect(last.loss).toBeLessThan(run.history[0]!.loss);
    const again = await evaluate(run.model, digits.validation);
    expect(again.accuracy).toBe(last.validationAccuracy);
    expect(again.loss).toBe(last.validationLoss);
  });

  test('of one seed gives the same numbers, and of another seed others', async () => {
    const losses = async (seed: number): Promise<number[]> => {
      const run = createRun({ ...settings, seed }, 32);
      await trainUntil(run, 1);
      return run.history.flatMap(({ loss, validationLoss }) => [loss, validationLoss]);
    };
    const first = await losses(3);
    expect(first).toHaveLength(2);
    expect(await losses(3)).toEqual(first);
    expect(await losses(4)).not.toEqual(first);
  });

  test('of 4 epochs is, bit for bit, 2 epochs and 2 more after a checkpoint', async () => {
    const straight = createRun(settings, 32);
    await train(straight, few);
    const expected = await contentOf(straight);

    const bytes = await trainUntil(createRun(settings, 32), 2);
    manualSeed(987654); // nothing may depend on what the process did meanwhile
    const resumed = createRun(settings, 32);
    restoreRun(resumed, readRun(bytes));
    expect(resumed.history).toHaveLength(2);
    await train(resumed, few);
    expect(await contentOf(resumed)).toEqual(expected);
  });

  test('tells each batch, and waits for what is done with it', async () => {
    const run = createRun({ ...settings, epochs: 1 }, 32);
    const seen: string[] = [];
    let accuracy = 0;
    await train(run, {
      ...few,
      onBatch: async (batch) => {
        seen.push(`batch to ${batch.done}`);
        accuracy += batch.accuracy / 2;
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push('waited');
      },
      onValidation: async (done) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(`validated ${done}`);
      },
      onEpoch: async () => void seen.push('epoch'),
    });
    expect(seen).toEqual(['batch to 16', 'waited', 'batch to 32', 'waited', 'validated 20', 'epoch']);
    expect(run.history[0]!.accuracy).toBeCloseTo(accuracy, 12);
  });

  test('ends when what is done with a batch fails', async () => {
    const fault = new Error('no more');
    const onBatch = async (): Promise<void> => {
      throw fault;
    };
    await expect(train(createRun(settings, 32), { ...few, onBatch })).rejects.toBe(fault);
  });

  test('stops early once patience epochs brought nothing better', async () => {
    const run = createRun({ ...settings, epochs: 50, patience: 2, lr: 1e-9 }, 16);
    await train(run, { train: smallDigits(16, 1), validation: smallDigits(10, 2) });
    const best = bestEpoch(run.history)!.epoch;
    expect(run.history).toHaveLength(best + 2);
    expect(run.history.length).toBeLessThan(50);
  });

  test('refuses to go on from a loss that is no number', async () => {
    const run = createRun({ ...settings, lr: 10 }, 80);
    run.model.parameters()[0]!.detach().fill_(Number.NaN);
    await expect(train(run, digits)).rejects.toThrow(
      /^train: the loss is NaN in epoch 1, .* Try a smaller --lr\.$/,
    );
  });
});

describe('the best epoch', () => {
  const reports = (...accuracies: number[]): EpochReport[] =>
    accuracies.map((validationAccuracy, i) => ({
      epoch: i + 1,
      loss: 1,
      accuracy: 0.5,
      validationLoss: 1,
      validationAccuracy,
      seconds: 1,
    }));

  test('is the first of those with the highest validation accuracy', () => {
    expect(bestEpoch(reports(0.5, 0.7, 0.7, 0.6))?.epoch).toBe(2);
    expect(bestEpoch([])).toBeNull();
  });

  test('decides with the patience whether a run is over', () => {
    const run = (history: EpochReport[], patience: number): Run => ({
      ...createRun({ ...settings, epochs: 5, patience }, 16),
      history,
    });
    expect(isOver(run([], 1))).toBe(false);
    expect(isOver(run(reports(0.5, 0.4), 2))).toBe(false);
    expect(isOver(run(reports(0.5, 0.4, 0.5), 2))).toBe(true);
    expect(isOver(run(reports(0.1, 0.2, 0.3, 0.4, 0.5), 10))).toBe(true);
  });
});

describe('a checkpoint', () => {
  test('gives a model that answers as the one that was saved', async () => {
    const run = createRun(settings, 32);
    await trainUntil(run, 1);
    const restored = restoreModel(readModel(await writeModel(run)));
    expect(restored.training).toBe(false);
    const [expected, got] = [
      await evaluate(run.model, digits.validation),
      await evaluate(restored, digits.validation),
    ];
    expect(got.probabilities).toEqual(expected.probabilities);
  });
});
