// jax-js's part in the benchmark, on its wasm device. Every use of an array consumes it: `.ref` keeps it.
import { readFileSync } from 'node:fs';
import { serve } from '../serve.ts';

const name = '@jax-js/jax';

/** @returns the library, ready to work, or null where it is not installed. */
async function load() {
  try {
    const library = await import(name);
    await library.init('wasm');
    library.defaultDevice('wasm');
    return library;
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

const jax = await load();
const { numpy: np, random, nn, lax } = jax ?? {};

let seed = 0;
const normal = (shape, scale = 1) => random.normal(random.key(seed++), shape).mul(scale);

function addition(size) {
  const a = np.arange(size).astype(np.float32);
  const b = np.arange(size).astype(np.float32);
  return repeat(async () => finish(a.ref.add(b.ref)));
}

function square(n) {
  const [a, b] = [normal([n, n]), normal([n, n])];
  return repeat(async () => finish(np.matmul(a.ref, b.ref)));
}

/** Waits for a result and lets it go. */
async function finish(y) {
  await y.blockUntilReady();
  y.dispose();
}

function convolution() {
  const [x, w, g] = [normal([64, 16, 16, 16]), normal([32, 16, 3, 3]), normal([64, 32, 16, 16])];
  const loss = (a, b, c) => lax.conv(a, b, [1, 1], 'SAME').mul(c).sum();
  const gradients = jax.jit(jax.grad(loss, { argnums: [0, 1] }));
  return repeat(async () => {
    for (const gradient of gradients(x.ref, w.ref, g.ref)) await finish(gradient);
  });
}

const linear = (x, w, b) => np.matmul(x, w).add(b);

function regression() {
  const x = np.linspace(-1, 1, 200).reshape([200, 1]);
  const y = x.ref.mul(0.5).add(normal([200, 1], 0.1));
  const lossOf = ([w, b], input, target) => {
    const rest = linear(input, w, b).sub(target);
    return rest.ref.mul(rest).mean();
  };
  const lossAndGradients = jax.valueAndGrad(lossOf);
  const step = jax.jit((parameters, input, target) => {
    const [loss, gradients] = lossAndGradients(
      parameters.map((p) => p.ref),
      input,
      target,
    );
    return [loss, parameters.map((p, i) => p.sub(gradients[i].mul(0.5)))];
  });
  return repeat(async () => {
    let parameters = [normal([1, 1]), normal([1])];
    let loss;
    const losses = [];
    for (let i = 0; i < 300; i++) {
      [loss, parameters] = step(parameters, x.ref, y.ref);
      losses.push((await loss.data())[0]);
    }
    for (const p of parameters) p.dispose();
    if (!(losses.at(-1) < 0.02)) throw new Error(`the loss did not fall: ${losses.at(-1)}`);
  });
}

function trainingStep(forward, x, initial) {
  const labels = np.array(Array.from({ length: x.shape[0] }, (_, i) => i % 10));
  const target = nn.oneHot(labels.astype(np.int32), 10);
  const lossOf = (parameters, input, wanted) =>
    nn
      .logSoftmax(forward(input, parameters), 1)
      .mul(wanted)
      .sum()
      .mul(-1 / x.shape[0]);
  const gradientsOf = jax.grad(lossOf);
  const step = jax.jit((parameters, input, wanted) => {
    const gradients = gradientsOf(
      parameters.map((p) => p.ref),
      input,
      wanted,
    );
    return parameters.map((p, i) => p.sub(gradients[i].mul(0.1)));
  });
  let parameters = initial;
  return repeat(async () => {
    parameters = step(parameters, x.ref, target.ref);
    await jax.blockUntilReady(parameters);
  });
}

function mlp() {
  const forward = (x, [w1, b1, w2, b2]) => linear(nn.relu(linear(x, w1, b1)), w2, b2);
  const parameters = [
    normal([784, 256], 0.03),
    normal([256], 0.03),
    normal([256, 10], 0.06),
    normal([10], 0.06),
  ];
  return trainingStep(forward, normal([128, 784]), parameters);
}

function repeat(work) {
  return async (times) => {
    for (let i = 0; i < times; i++) await work();
  };
}

const rows = {
  'add-10-off': () => addition(10),
  'add-10-on': 'records inside of grad() only',
  'add-32-off': () => addition(32),
  regression,
  mlp,
  'matmul-64': () => square(64),
  'matmul-256': () => square(256),
  'matmul-512': () => square(512),
  conv2d: convolution,
};
const missing = Object.fromEntries(Object.keys(rows).map((row) => [row, 'not installed']));
const manifest = new URL(`node_modules/${name}/package.json`, import.meta.url);
const version = jax ? JSON.parse(readFileSync(manifest, 'utf8')).version : '';
await serve(version, jax ? rows : missing);
