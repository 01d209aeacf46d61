// TensorFlow.js's part in the benchmark. The first argument is its backend: cpu or wasm.
import { createRequire } from 'node:module';
import { serve } from '../serve.ts';

const require = createRequire(import.meta.url);
const backend = process.argv[2];

/** @returns the library with its backend, or null where it is not installed. */
async function load() {
  try {
    const tf = require('@tensorflow/tfjs');
    if (backend === 'wasm') require('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend(backend);
    return tf;
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

const tf = await load();

function addition(size) {
  const a = tf.range(0, size);
  const b = tf.range(0, size);
  return repeat(() => a.add(b).dispose());
}

function square(n) {
  const a = tf.randomNormal([n, n]);
  const b = tf.randomNormal([n, n]);
  return repeat(() => a.matMul(b).dispose());
}

function convolution() {
  const x = tf.randomNormal([64, 16, 16, 16]);
  const w = tf.randomNormal([3, 3, 16, 32]);
  const g = tf.randomNormal([64, 16, 16, 32]);
  const gradients = tf.grads((a, b) => tf.conv2d(a, b, 1, 'same'));
  return repeat(() => tf.dispose(gradients([x, w], g)));
}

function regression() {
  const x = tf.linspace(-1, 1, 200).expandDims(1);
  const y = x.mul(0.5).add(tf.randomNormal([200, 1]).mul(0.1));
  return repeat(() => {
    const [w, b] = [variable([1, 1], 1), variable([1], 1)];
    const optimizer = tf.train.sgd(0.5);
    const losses = [];
    for (let step = 0; step < 300; step++) {
      const loss = optimizer.minimize(() => x.matMul(w).add(b).sub(y).square().mean(), true, [w, b]);
      losses.push(loss.dataSync()[0]);
      loss.dispose();
    }
    tf.dispose([w, b]);
    if (!(losses.at(-1) < 0.02)) throw new Error(`the loss did not fall: ${losses.at(-1)}`);
  });
}

function trainingStep(forward, x, parameters) {
  const target = tf.oneHot(tf.randomUniform([x.shape[0]], 0, 10, 'int32'), 10);
  const optimizer = tf.train.sgd(0.1);
  return repeat(() => {
    optimizer.minimize(() => tf.losses.softmaxCrossEntropy(target, forward()), false, parameters);
  });
}

function mlp() {
  const x = tf.randomNormal([128, 784]);
  const [w1, b1, w2, b2] = [
    variable([784, 256], 0.03),
    variable([256], 0.03),
    variable([256, 10], 0.06),
    variable([10], 0.06),
  ];
  const forward = () => x.matMul(w1).add(b1).relu().matMul(w2).add(b2);
  return trainingStep(forward, x, [w1, b1, w2, b2]);
}

function cnn() {
  const x = tf.randomNormal([64, 32, 32, 3]);
  const [k1, c1] = [variable([3, 3, 3, 16], 0.1), variable([16], 0.1)];
  const [k2, c2] = [variable([3, 3, 16, 32], 0.05), variable([32], 0.05)];
  const [w, b] = [variable([2048, 10], 0.02), variable([10], 0.02)];
  const block = (input, kernel, bias) =>
    input.conv2d(kernel, 1, 'same').add(bias).relu().maxPool(2, 2, 'valid');
  const forward = () =>
    block(block(x, k1, c1), k2, c2)
      .reshape([64, 2048])
      .matMul(w)
      .add(b);
  return trainingStep(forward, x, [k1, c1, k2, c2, w, b]);
}

function variable(shape, scale) {
  return tf.variable(tf.randomNormal(shape).mul(scale));
}

function repeat(work) {
  return (times) => {
    for (let i = 0; i < times; i++) work();
  };
}

const rows = {
  'add-10-off': () => addition(10),
  'add-10-on': 'records inside of grad() only',
  'add-32-off': () => addition(32),
  regression,
  mlp,
  cnn,
  'matmul-64': () => square(64),
  'matmul-256': () => square(256),
  'matmul-512': () => square(512),
  conv2d: convolution,
};
const missing = Object.fromEntries(Object.keys(rows).map((row) => [row, 'not installed']));
await serve(tf?.version.tfjs ?? '', tf ? rows : missing);
