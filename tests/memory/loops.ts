import { registerHook } from '@flambeau/autograd';
import type { Device, Tensor } from '@flambeau/core';
import {
  fromTyped,
  Mt19937,
  matmul,
  noGrad,
  randn,
  relu,
  sigmoid,
  softmax,
  tensor,
  zeros,
} from '@flambeau/core';
import { DataLoader, TensorDataset } from '@flambeau/data';

/** How a loop is run. */
export interface Run {
  /** Reads a single value: once a step, as the documentation asks for devices with asynchronous reads. */
  readonly item: (x: Tensor) => number | Promise<number>;
  /** Called at the end of each step. `alone` runs what has to have the program at rest. */
  readonly each: (step: number, alone: Alone) => unknown;
}

/** Runs a function while no other work of the program, a timer's, is under way. */
type Alone = (fn: () => Promise<void>) => Promise<void>;

/** A program without memory calls: runs `steps` steps on a device and returns numbers that must be right. */
export type Loop = (device: Device, steps: number, run?: Run) => Promise<number[]>;

/** Reads at once, without a turn of the event loop, where the device can. */
export const synchronously: Run['item'] = (x) => x.itemSync();

const awaiting: Run = { item: (x) => x.item(), each: () => {} };

const SIZE = 16;

const normal = (device: Device, generator: Mt19937, shape: readonly number[]): Tensor =>
  randn(shape, { device, generator });

interface Net {
  readonly w1: Tensor;
  readonly w2: Tensor;
}

function net(device: Device, generator: Mt19937, outputs = 1): Net {
  const parameter = (shape: readonly number[]): Tensor =>
    normal(device, generator, shape).mul(0.2).detach().requiresGrad_();
  return { w1: parameter([SIZE, SIZE]), w2: parameter([SIZE, outputs]) };
}

const hidden = ({ w1 }: Net, x: Tensor): Tensor => relu(matmul(x, w1));
const forward = (model: Net, x: Tensor): Tensor => matmul(hidden(model, x), model.w2);

function descend(model: Net, rate = 0.01): void {
  noGrad(() => {
    for (const p of [model.w1, model.w2]) {
      if (p.grad) p.sub_(p.grad, { alpha: rate });
      p.grad = null;
    }
  });
}

/**
 * Runs the steps of a loop. Each is a call of its own, since engines keep the temporaries of a function that is under way,
 * more of them before it is optimised than after: what is alive could not be counted.
 */
async function repeat(
  steps: number,
  each: Run['each'],
  step: (i: number) => unknown,
  alone: Alone = atOnce,
): Promise<void> {
  for (let i = 0; i < steps; i++) {
    await step(i);
    await each(i, alone);
  }
}

const atOnce: Alone = (fn) => fn();

type Item = Run['item'];

const settle = (item: Item, x: Tensor): number | Promise<number> => item(x.sum());

const sums = async (item: Item, ...models: Net[]): Promise<number[]> =>
  Promise.all(models.flatMap(({ w1, w2 }) => [settle(item, w1), settle(item, w2)]));

const trainingStep =
  (model: Net, item: Item) =>
  async ([x, y]: readonly Tensor[]): Promise<void> => {
    const loss = forward(model, x as Tensor)
      .sub(y as Tensor)
      .square()
      .mean();
    loss.backward();
    descend(model);
    await item(loss);
  };

/** The loops that architecture.md §7 lists. */
export const loops: Readonly<Record<string, Loop>> = {
  'inputs made in the loop': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(1);
    const model = net(device, g);
    await repeat(steps, each, async () => {
      const x = normal(device, g, [8, SIZE]);
      const loss = forward(model, x)
        .sub(x.mean(1, { keepdim: true }))
        .square()
        .mean();
      loss.backward();
      descend(model);
      await item(loss);
    });
    return sums(item, model);
  },

  'a GAN with detach and with noise made in the loop': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(2);
    const [maker, judge] = [net(device, g, SIZE), net(device, g)];
    await repeat(steps, each, async () => {
      const fake = forward(maker, normal(device, g, [8, SIZE]));
      const real = normal(device, g, [8, SIZE]).add(1);
      const judged = sigmoid(forward(judge, fake.detach())).square().mean();
      judged.add(sigmoid(forward(judge, real)).sub(1).square().mean()).backward();
      descend(judge);
      const fooled = sigmoid(forward(judge, fake)).sub(1).square().mean();
      fooled.backward();
      descend(maker);
      judge.w1.grad = null;
      judge.w2.grad = null;
      await item(fooled);
    });
    return sums(item, maker, judge);
  },

  'two models in turn': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(3);
    const models = [net(device, g), net(device, g)] as const;
    await repeat(steps, each, async (i) => {
      const model = models[i % 2] as Net;
      const loss = forward(model, normal(device, g, [8, SIZE]))
        .square()
        .mean();
      loss.backward();
      descend(model);
      await item(loss);
    });
    return sums(item, ...models);
  },

  'a hand-written optimizer with momentum': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(4);
    const model = net(device, g);
    let [v1, v2] = [zeros([SIZE, SIZE], { device }), zeros([SIZE, 1], { device })];
    await repeat(steps, each, async () => {
      const loss = forward(model, normal(device, g, [8, SIZE]))
        .sub(1)
        .square()
        .mean();
      loss.backward();
      noGrad(() => {
        v1 = v1.mul(0.9).add(model.w1.grad as Tensor);
        v2 = v2.mul(0.9).add(model.w2.grad as Tensor);
        model.w1.copy_(model.w1.sub(v1.mul(0.01)));
        model.w2.copy_(model.w2.sub(v2.mul(0.01)));
        model.w1.grad = null;
        model.w2.grad = null;
      });
      await item(loss);
    });
    return sums(item, model);
  },

  'power iteration': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(5);
    const a = normal(device, g, [SIZE, SIZE]);
    const m = a.matmul(a.t());
    let v = normal(device, g, [SIZE]);
    await repeat(steps, each, async (i) => {
      v = m.matmul(v);
      v = v.div(v.square().sum().sqrt());
      if (i % 4 === 3) await item(v.at(0));
    });
    return [await item(v.matmul(m.matmul(v)))];
  },

  'an RNN with h.detach()': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(6);
    const model = net(device, g);
    let h = zeros([4, SIZE], { device });
    await repeat(steps, each, async () => {
      h = h.detach();
      for (let t = 0; t < 3; t++) h = matmul(h.add(normal(device, g, [4, SIZE])), model.w1).tanh();
      const loss = matmul(h, model.w2).square().mean();
      loss.backward();
      descend(model);
      await item(loss);
    });
    return [...(await sums(item, model)), await settle(item, h)];
  },

  'gradient accumulation': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(7);
    const model = net(device, g);
    await repeat(steps, each, async (i) => {
      const loss = forward(model, normal(device, g, [4, SIZE]))
        .square()
        .mean()
        .div(4);
      loss.backward();
      if (i % 4 === 3) descend(model);
      await item(loss);
    });
    return sums(item, model);
  },

  'nested validation': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(8);
    const model = net(device, g);
    const held = Array.from({ length: 3 }, () => normal(device, g, [8, SIZE]));
    let best = Number.POSITIVE_INFINITY;
    await repeat(steps, each, async () => {
      forward(model, normal(device, g, [8, SIZE]))
        .square()
        .mean()
        .backward();
      descend(model);
      let total = 0;
      for (const x of held) total += await item(noGrad(() => forward(model, x).square().mean()));
      best = Math.min(best, total);
    });
    return [...(await sums(item, model)), best];
  },

  'break and throw': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(9);
    const model = net(device, g);
    let thrown = 0;
    await repeat(steps, each, async (i) => {
      try {
        for (let k = 0; k < 3; k++) {
          const y = forward(model, normal(device, g, [8, SIZE]))
            .square()
            .mean();
          if (k === 1 && i % 2 === 0) break;
          if (k === 1) throw new RangeError('stop');
          y.backward();
          descend(model);
        }
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        thrown++;
      }
      await settle(item, model.w2);
    });
    return [...(await sums(item, model)), thrown];
  },

  'UI inference between steps': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(10);
    const model = net(device, g);
    const probe = normal(device, new Mt19937(99), [1, SIZE]);
    const seen: number[] = [];
    let running = true;
    let looking: Promise<number> | null = null;
    let resting: Promise<void> | null = null;
    const look = (): Promise<number> =>
      noGrad(() => forward(model, probe))
        .sum()
        .item();
    const ui = (async () => {
      while (running) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        while (resting) await resting;
        looking = look();
        seen.push(await looking);
        looking = null;
      }
    })();
    const step = async (i: number): Promise<void> => {
      const loss = forward(model, normal(device, g, [8, SIZE]))
        .square()
        .mean();
      loss.backward();
      descend(model);
      await item(loss);
      if (i % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    };
    await repeat(steps, each, step, async (fn) => {
      while (looking) await looking;
      resting = fn();
      await resting;
      resting = null;
    });
    running = false;
    await ui;
    if (seen.some((value) => !Number.isFinite(value)))
      throw new Error('the UI saw a value that is not finite');
    return sums(item, model);
  },

  'evaluation without noGrad over a plain array': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(11);
    const model = net(device, g);
    const batches = Array.from({ length: 4 }, () => normal(device, g, [8, SIZE]));
    let total = 0;
    await repeat(steps, each, async () => {
      for (const x of batches) total += await item(forward(model, x).square().mean());
    });
    return [total / steps];
  },

  'a feature bank': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(12);
    const model = net(device, g);
    const bank: Tensor[] = [];
    await repeat(steps, each, async (i) => {
      const f = noGrad(() => hidden(model, normal(device, g, [4, SIZE])));
      bank.push(f);
      if (bank.length > 64) bank.shift();
      const loss = forward(model, bank[i % bank.length] as Tensor)
        .square()
        .mean();
      loss.backward();
      descend(model);
      await item(loss);
    });
    return Promise.all(bank.map((x) => settle(item, x)));
  },

  'a KV cache mutated in place': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(13);
    const cache = zeros([32, SIZE], { device });
    let total = 0;
    await repeat(steps, each, async (i) => {
      const key = normal(device, g, [SIZE]);
      cache.setAt([i % 32], key);
      const attention = softmax(cache.matmul(key).div(4), 0);
      total += await item(attention.matmul(cache).sum());
    });
    return [total, await settle(item, cache)];
  },

  'features collected by a hook': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(14);
    const model = net(device, g);
    const collected: Tensor[] = [];
    await repeat(steps, each, async () => {
      const h = hidden(model, normal(device, g, [4, SIZE]));
      registerHook(h, (gradient) => {
        collected.push(gradient);
        if (collected.length > 32) collected.shift();
      });
      const loss = matmul(h, model.w2).square().mean();
      loss.backward();
      descend(model);
      await item(loss);
    });
    return Promise.all(collected.map((x) => settle(item, x)));
  },

  'predictions kept for an epoch': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(15);
    const model = net(device, g);
    let kept: Tensor[] = [];
    let total = 0;
    await repeat(steps, each, async () => {
      const y = forward(model, normal(device, g, [8, SIZE]));
      kept.push(y);
      const loss = y.square().mean();
      loss.backward();
      descend(model);
      await item(loss);
      if (kept.length === 50) {
        for (const prediction of kept) total += await settle(item, prediction);
        kept = [];
      }
    });
    return [...(await sums(item, model)), total];
  },

  'training over a DataLoader': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(21);
    const model = net(device, g);
    const data = new TensorDataset(normal(device, g, [40, SIZE]), normal(device, g, [40, 1]));
    const loader = new DataLoader(data, { batchSize: 8, shuffle: true, generator: new Mt19937(22) });
    const step = trainingStep(model, item);
    for (let i = 0; i < steps; ) {
      for (const batch of loader) {
        if (i === steps) break;
        await step(batch);
        await each(i++, atOnce);
      }
    }
    return sums(item, model);
  },

  'training over a DataLoader, awaiting batches': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(23);
    const model = net(device, g);
    const data = new TensorDataset(normal(device, g, [40, SIZE]), normal(device, g, [40, 1]));
    const loader = new DataLoader(data, { batchSize: 8, shuffle: true, generator: new Mt19937(24) });
    const step = trainingStep(model, item);
    let seen = 0;
    while (seen < steps) {
      for await (const batch of loader) {
        if (seen === steps) break;
        await step(batch);
        await each(seen++, atOnce);
      }
    }
    return sums(item, model);
  },

  'training over a plain array': async (device, steps, { item, each } = awaiting) => {
    const g = new Mt19937(25);
    const model = net(device, g);
    const batches = Array.from(
      { length: 5 },
      () => [normal(device, g, [8, SIZE]), normal(device, g, [8, 1])] as const,
    );
    const step = trainingStep(model, item);
    for (let i = 0; i < steps; ) {
      for (const batch of batches) {
        if (i === steps) break;
        await step(batch);
        await each(i++, atOnce);
      }
    }
    return sums(item, model);
  },

  'views that outlive their base': async (device, steps, { item, each } = awaiting) => {
    const rows: Tensor[] = [];
    await repeat(steps, each, async (i) => {
      const x = fromTyped(
        Float32Array.from({ length: 64 }, (_, k) => k + i),
        [8, 8],
        { device },
      );
      rows.push(x.mul(2).at(i % 8));
      if (rows.length > 40) rows.shift();
      await item((rows[rows.length - 1] as Tensor).at(0));
    });
    return Promise.all(rows.map((x) => settle(item, x)));
  },
};

/** A loop of a step's ordinary work without any await; for devices with synchronous reads. */
export function synchronousLoop(device: Device, steps: number): number {
  const g = new Mt19937(20);
  const model = net(device, g);
  const x = normal(device, g, [8, SIZE]);
  const target = tensor([[1], [0], [1], [0], [1], [0], [1], [0]], { device });
  for (let i = 0; i < steps; i++) {
    const loss = forward(model, x).sub(target).square().mean();
    loss.backward();
    descend(model);
  }
  return noGrad(() => model.w1.sum()).itemSync();
}
