// TensorFlow.js's works. On cpu and wasm it computes at once: a result that is held has been computed. On WebGPU it queues
// at once. Pictures have their channels last here.
import { alternating } from './demand.mjs';

let tf;

/** Has the works done with this copy of the library. */
export function use(library) {
  tf = library;
}

/** Whether results can only be waited for. */
const waits = () => tf.getBackend() === 'webgpu';

async function numberOf(loss) {
  const [value] = waits() ? await loss.data() : loss.dataSync();
  return value;
}

/** Waits until everything is computed, by reading a part of what came last. */
async function settle(y, turn) {
  const part = tf.tidy(() => (y.rank === 0 ? y.clone() : y.slice([turn % y.shape[0]], [1])));
  const [first] = await part.data();
  part.dispose();
  return first;
}

/**
 * Work whose results are held until the next is there. It is told the turn, so that its operands can alternate. On
 * WebGPU all of it is queued at once, and waited for after `perRead` results.
 */
function eachHeld(work) {
  let turn = 0;
  let held = [];
  return async (times, perRead) => {
    let value;
    for (let i = 1; i <= times; i++) {
      const results = tf.tidy(() => work(turn));
      tf.dispose(held);
      held = results;
      if (waits() && (i % perRead === 0 || i === times)) value = await settle([results].flat()[0], turn);
      turn++;
    }
    return value;
  };
}

function square(n, transposeA = false, transposeB = false) {
  const operands = alternating(() => [tf.randomNormal([n, n]), tf.randomNormal([n, n])]);
  return eachHeld((turn) => tf.matMul(...operands(turn), transposeA, transposeB));
}

const SHAPE = [32, 16, 16, 64];

function convolution() {
  const x = alternating(() => tf.randomNormal(SHAPE));
  const w = tf.randomNormal([3, 3, 64, 64]);
  return eachHeld((turn) => tf.conv2d(x(turn), w, 1, 'same'));
}

function convolutionBothWays() {
  const x = alternating(() => tf.randomNormal(SHAPE));
  const w = tf.randomNormal([3, 3, 64, 64]);
  const g = tf.randomNormal(SHAPE);
  const gradients = tf.grads((a, b) => tf.conv2d(a, b, 1, 'same'));
  return eachHeld((turn) => gradients([x(turn), w], g));
}

function onArray(shape, work) {
  const x = alternating(() => tf.randomNormal(shape));
  return eachHeld((turn) => work(x(turn)));
}

function normalised(x, weight, bias) {
  const { mean, variance } = tf.moments(x, -1, true);
  return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(weight).add(bias);
}

function layerNorm() {
  const x = alternating(() => tf.randomNormal([1024, 768]));
  const [weight, bias] = [tf.randomNormal([768]), tf.randomNormal([768])];
  return eachHeld((turn) => normalised(x(turn), weight, bias));
}

function dependentAdds() {
  const addend = alternating(() => tf.randomNormal([10]));
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      let y = addend(i).clone();
      for (let step = 0; step < 1000; step++) {
        const next = y.add(addend(step));
        const values = waits() ? await next.data() : next.dataSync();
        last = values[9];
        y.dispose();
        y = next;
      }
      y.dispose();
    }
    return last;
  };
}

function addition() {
  const [a, b] = [tf.range(0, 10), tf.range(0, 10)];
  return async (times, perRead) => {
    for (let i = 1; i <= times; i++) {
      const y = a.add(b);
      if (waits() && (i % perRead === 0 || i === times)) await y.data();
      y.dispose();
    }
  };
}

function regression() {
  const x = tf.linspace(-1, 1, 200).expandDims(1);
  const y = x.mul(0.5).add(tf.randomNormal([200, 1]).mul(0.1));
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      const [w, b] = [uniform([1, 1], 1), uniform([1], 1)];
      const optimizer = tf.train.sgd(0.5);
      for (let step = 0; step < 300; step++) {
        const loss = optimizer.minimize(() => x.matMul(w).add(b).sub(y).square().mean(), true, [w, b]);
        last = await numberOf(loss);
        loss.dispose();
      }
      tf.dispose([w, b]);
      if (!(last < 0.02)) throw new Error(`the loss did not fall: ${last}`);
    }
    return last;
  };
}

/** A parameter: uniform in ±1/√fanIn. */
function uniform(shape, fanIn) {
  const bound = 1 / Math.sqrt(fanIn);
  return tf.variable(tf.randomUniform(shape, -bound, bound));
}

const zeros = (shape) => tf.variable(tf.zeros(shape));
const ones = (shape) => tf.variable(tf.ones(shape));

/** Steps on two batches in turn; every loss is read. */
function trainingStep(forward, optimizer, batch) {
  let turn = 0;
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      const [x, target] = batch(turn++);
      const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(target, forward(x)), true);
      last = await numberOf(loss);
      loss.dispose();
    }
    return last;
  };
}

const classes = (n, count) => tf.oneHot(tf.randomUniform([n], 0, count, 'int32'), count);
const labelled = (shape) => alternating(() => [tf.randomUniform(shape, -1, 1), classes(shape[0], 10)]);
const adam = () => tf.train.adam(1e-3);

function mlp() {
  const [w1, b1] = [uniform([784, 256], 784), zeros([256])];
  const [w2, b2] = [uniform([256, 10], 256), zeros([10])];
  const forward = (x) => x.matMul(w1).add(b1).relu().matMul(w2).add(b2);
  return trainingStep(forward, tf.train.sgd(0.1), labelled([64, 784]));
}

function convolutional() {
  const block = (from, to) => {
    const [kernel, bias] = [uniform([3, 3, from, to], 9 * from), zeros([to])];
    return (x) => x.conv2d(kernel, 1, 'same').add(bias).relu();
  };
  const blocks = [block(3, 32), block(32, 32), block(32, 64), block(64, 64)];
  const [w1, b1] = [uniform([4096, 128], 4096), zeros([128])];
  const [w2, b2] = [uniform([128, 10], 128), zeros([10])];
  return (pictures) => {
    let x = pictures;
    blocks.forEach((convolve, i) => {
      x = convolve(x);
      if (i % 2 === 1) x = x.maxPool(2, 2, 'valid');
    });
    return x.reshape([-1, 4096]).matMul(w1).add(b1).relu().matMul(w2).add(b2);
  };
}

export const cnnStep = (pictures) => () =>
  trainingStep(convolutional(), adam(), labelled([pictures, 32, 32, 3]));

function cnnInference(pictures) {
  const forward = convolutional();
  const x = alternating(() => tf.randomUniform([pictures, 32, 32, 3], -1, 1));
  return eachHeld((turn) => forward(x(turn)));
}

function gru() {
  const [weightIh, biasIh] = [uniform([32, 192], 32), zeros([192])];
  const [weightHh, biasHh] = [uniform([64, 192], 64), zeros([192])];
  const [w, b] = [uniform([64, 10], 64), zeros([10])];
  const forward = (x) => {
    const inputs = x.transpose([1, 0, 2]).reshape([1024, 32]).matMul(weightIh).add(biasIh);
    let h = tf.zeros([32, 64]);
    for (const rows of inputs.split(32)) {
      const [resetA, updateA, freshA] = rows.split(3, 1);
      const [resetB, updateB, freshB] = h.matMul(weightHh).add(biasHh).split(3, 1);
      const reset = resetA.add(resetB).sigmoid();
      const update = updateA.add(updateB).sigmoid();
      const fresh = freshA.add(reset.mul(freshB)).tanh();
      h = fresh.add(update.mul(h.sub(fresh)));
    }
    return h.matMul(w).add(b);
  };
  return trainingStep(forward, adam(), labelled([32, 32, 32]));
}

function encoderLayer() {
  const linear = (from, to) => {
    const [w, b] = [uniform([from, to], from), zeros([to])];
    return (x) => x.matMul(w).add(b);
  };
  const norm = () => {
    const [weight, bias] = [ones([64]), zeros([64])];
    return (x) => normalised(x, weight, bias);
  };
  const [inProj, outProj] = [linear(64, 192), linear(64, 64)];
  const [linear1, linear2] = [linear(64, 256), linear(256, 64)];
  const [norm1, norm2] = [norm(), norm()];
  const heads = (x) => x.reshape([16, 32, 4, 16]).transpose([0, 2, 1, 3]);
  return (x, mask) => {
    const [query, key, value] = inProj(x).split(3, 1).map(heads);
    const weights = query.mul(0.25).matMul(key, false, true).add(mask).softmax();
    const seen = weights.matMul(value).transpose([0, 2, 1, 3]).reshape([512, 64]);
    const y = norm1(x.add(outProj(seen)));
    return norm2(y.add(linear2(linear1(y).relu())));
  };
}

/** Looks tokens up by a product with their one-hot rows: gather has no gradient on the wasm backend. */
function transformer() {
  const [token, position] = [uniform([64, 64], 64), uniform([32, 64], 64)];
  const layers = [encoderLayer(), encoderLayer()];
  const [w, b] = [uniform([64, 64], 64), zeros([64])];
  const mask = tf.linalg
    .bandPart(tf.ones([32, 32]), -1, 0)
    .sub(1)
    .mul(1e9);
  const forward = (tokens) => {
    let x = tokens.matMul(token).reshape([16, 32, 64]).add(position).reshape([512, 64]);
    for (const layer of layers) x = layer(x, mask);
    return x.matMul(w).add(b);
  };
  const batch = alternating(() => [classes(512, 64).toFloat(), classes(512, 64)]);
  return trainingStep(forward, adam(), batch);
}

export const works = {
  matmul64: () => square(64),
  matmul256: () => square(256),
  matmul512: () => square(512),
  matmul1024: () => square(1024),
  matmul2048: () => square(2048),
  matmul512_ta: () => square(512, true, false),
  matmul512_tb: () => square(512, false, true),
  matmul512_tatb: () => square(512, true, true),
  conv_fwd: convolution,
  conv_fwd_bwd: convolutionBothWays,
  chain1M: () => onArray([2 ** 20], (x) => x.mul(1.5).add(0.5).relu()),
  softmax: () => onArray([1024, 1000], (x) => x.softmax()),
  sum_all: () => onArray([1024, 1000], (x) => x.sum()),
  sum_axis0: () => onArray([1024, 1000], (x) => x.sum(0)),
  layernorm: layerNorm,
  small_add_x1000: dependentAdds,
  add10_unrecorded: addition,
  add10_recorded: 'records inside of grad() only',
  regression300: regression,
  mlp_step64: mlp,
  cnn_step64: cnnStep(64),
  cnn_infer64: () => cnnInference(64),
  cnn_infer1: () => cnnInference(1),
  gru_step: gru,
  transformer_step: transformer,
};
