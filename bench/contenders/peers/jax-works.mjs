// jax-js's works. Every use of an array consumes it: `.ref` keeps it. Steps of training are compiled whole by `jit`, as its
// users do; convolutions alone are not: on wasm they would take four to ten times as long.
import { alternating } from './demand.mjs';

let jax;
let np;
let random;
let nn;
let lax;

/** Has the works done with this copy of the library. */
export function use(library) {
  jax = library;
  ({ numpy: np, random, nn, lax } = library);
}

let seed = 0;
const normal = (shape) => random.normal(random.key(seed++), shape);
const uniform = (shape, bound = 1) =>
  random.uniform(random.key(seed++), shape, { minval: -bound, maxval: bound });

/**
 * Work whose results are waited for, and held until the next is there. It is told the turn, so that its operands
 * alternate. On WebGPU `gpuBuffer` has a result computed without waiting, which is done once for `perRead` of them.
 */
function eachHeld(work) {
  let turn = 0;
  let held = [];
  const waits = jax.defaultDevice() === 'webgpu';
  return async (times, perRead) => {
    for (let i = 1; i <= times; i++) {
      const results = work(turn++);
      const later = waits && i % perRead !== 0 && i !== times;
      for (const y of results) await (later ? y.ref.gpuBuffer() : y.blockUntilReady());
      for (const y of held) y.dispose();
      held = results;
    }
  };
}

function square(n, product = (a, b) => np.matmul(a, b)) {
  const operands = alternating(() => [normal([n, n]), normal([n, n])]);
  return eachHeld((turn) => [product(...operands(turn).map((x) => x.ref))]);
}

const SHAPE = [32, 64, 16, 16];
const same = (x, w) => lax.conv(x, w, [1, 1], 'SAME');

function convolution() {
  const x = alternating(() => normal(SHAPE));
  const w = normal([64, 64, 3, 3]);
  return eachHeld((turn) => [same(x(turn).ref, w.ref)]);
}

function convolutionBothWays() {
  const x = alternating(() => normal(SHAPE));
  const [w, g] = [normal([64, 64, 3, 3]), normal(SHAPE)];
  const gradients = jax.grad((a, b, c) => same(a, b).mul(c).sum(), { argnums: [0, 1] });
  return eachHeld((turn) => gradients(x(turn).ref, w.ref, g.ref));
}

function onArray(shape, work) {
  const x = alternating(() => normal(shape));
  const compiled = jax.jit(work);
  return eachHeld((turn) => [compiled(x(turn).ref)]);
}

const normalised = (x, weight, bias) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias);

function layerNorm() {
  const x = alternating(() => normal([1024, 768]));
  const [weight, bias] = [normal([768]), normal([768])];
  const compiled = jax.jit(normalised);
  return eachHeld((turn) => [compiled(x(turn).ref, weight.ref, bias.ref)]);
}

function dependentAdds() {
  const addend = alternating(() => normal([10]));
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      let y = addend(i).ref;
      for (let step = 0; step < 1000; step++) {
        y = y.add(addend(step).ref);
        last = (await y.ref.data())[9];
      }
      y.dispose();
    }
    return last;
  };
}

function addition() {
  const [a, b] = [np.arange(10).astype(np.float32), np.arange(10).astype(np.float32)];
  return eachHeld(() => [a.ref.add(b.ref)]);
}

const linear = (x, w, b) => np.matmul(x, w).add(b);

function regression() {
  const x = np.linspace(-1, 1, 200).reshape([200, 1]);
  const y = x.ref.mul(0.5).add(normal([200, 1]).mul(0.1));
  const lossOf = ([w, b], input, target) => {
    const rest = linear(input, w, b).sub(target);
    return rest.ref.mul(rest).mean();
  };
  const lossAndGradients = jax.valueAndGrad(lossOf);
  const step = jax.jit((parameters, input, target) => {
    const [loss, gradients] = lossAndGradients(kept(parameters), input, target);
    return [loss, parameters.map((p, i) => p.sub(gradients[i].mul(0.5)))];
  });
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      let parameters = [uniform([1, 1]), uniform([1])];
      for (let s = 0; s < 300; s++) {
        let loss;
        [loss, parameters] = step(parameters, x.ref, y.ref);
        last = (await loss.data())[0];
      }
      for (const p of parameters) p.dispose();
      if (!(last < 0.02)) throw new Error(`the loss did not fall: ${last}`);
    }
    return last;
  };
}

const kept = (arrays) => arrays.map((x) => x.ref);

/** SGD as a rule for all parameters: the new ones, and no state. */
const sgd = (lr) => ({
  state: () => [],
  update: (parameters, gradients) => [parameters.map((p, i) => p.sub(gradients[i].mul(lr))), []],
});

/** Adam as such a rule; its state: both running means, in turn, and the powers of both decays. */
const adam = (lr, beta1 = 0.9, beta2 = 0.999, eps = 1e-8) => ({
  state: (parameters) => [
    ...parameters.flatMap((p) => [np.zeros(p.shape), np.zeros(p.shape)]),
    np.array([1]),
    np.array([1]),
  ],
  update: (parameters, gradients, state) => {
    const power1 = state.at(-2).mul(beta1);
    const power2 = state.at(-1).mul(beta2);
    const means = [];
    const next = parameters.map((p, i) => {
      const g = gradients[i];
      const m = state[2 * i].mul(beta1).add(g.ref.mul(1 - beta1));
      const v = state[2 * i + 1].mul(beta2).add(g.ref.mul(g).mul(1 - beta2));
      means.push(m.ref, v.ref);
      const rate = np.array([lr]).div(np.array([1]).sub(power1.ref));
      const root = np.sqrt(v.div(np.array([1]).sub(power2.ref)));
      return p.sub(m.mul(rate).div(root.add(eps)));
    });
    return [next, [...means, power1, power2]];
  },
});

/** Steps on two batches in turn; every loss is read. */
function trainingStep(forward, parameters, optimizer, batch) {
  const lossOf = (values, input, target) => {
    const [rows] = target.shape;
    return nn
      .logSoftmax(forward(input, values), 1)
      .mul(target)
      .sum()
      .mul(-1 / rows);
  };
  const lossAndGradients = jax.valueAndGrad(lossOf);
  const step = jax.jit((values, state, input, target) => {
    const [loss, gradients] = lossAndGradients(kept(values), input, target);
    return [loss, ...optimizer.update(values, gradients, state)];
  });
  let values = parameters;
  let state = optimizer.state(parameters);
  let turn = 0;
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      const [x, target] = batch(turn++);
      let loss;
      [loss, values, state] = step(values, state, x.ref, target.ref);
      last = (await loss.data())[0];
    }
    return last;
  };
}

function classes(n, count) {
  const labels = Array.from({ length: n }, () => Math.floor(Math.random() * count));
  return nn.oneHot(np.array(labels).astype(np.int32), count);
}

const labelled = (shape) => alternating(() => [uniform(shape), classes(shape[0], 10)]);
/** A weight, uniform in ±1/√fanIn, and a bias. */
const layer = (shape, fanIn, outputs) => [uniform(shape, 1 / Math.sqrt(fanIn)), np.zeros([outputs])];

function mlp() {
  const forward = (x, [w1, b1, w2, b2]) => linear(nn.relu(linear(x, w1, b1)), w2, b2);
  const parameters = [...layer([784, 256], 784, 256), ...layer([256, 10], 256, 10)];
  return trainingStep(forward, parameters, sgd(0.1), labelled([64, 784]));
}

const pool = (x) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);

function convolutional() {
  const convolutions = [
    [3, 32],
    [32, 32],
    [32, 64],
    [64, 64],
  ];
  const parameters = [
    ...convolutions.flatMap(([from, to]) => [
      uniform([to, from, 3, 3], 1 / Math.sqrt(9 * from)),
      np.zeros([to, 1, 1]),
    ]),
    ...layer([4096, 128], 4096, 128),
    ...layer([128, 10], 128, 10),
  ];
  const forward = (pictures, [k1, c1, k2, c2, k3, c3, k4, c4, w1, b1, w2, b2]) => {
    const convolve = (x, kernel, bias) => nn.relu(same(x, kernel).add(bias));
    const low = pool(convolve(convolve(pictures, k1, c1), k2, c2));
    const high = pool(convolve(convolve(low, k3, c3), k4, c4));
    return linear(nn.relu(linear(high.reshape([-1, 4096]), w1, b1)), w2, b2);
  };
  return { forward, parameters };
}

export const cnnStep = (pictures) => () => {
  const { forward, parameters } = convolutional();
  return trainingStep(forward, parameters, adam(1e-3), labelled([pictures, 3, 32, 32]));
};

function cnnInference(pictures) {
  const { forward, parameters } = convolutional();
  const x = alternating(() => uniform([pictures, 3, 32, 32]));
  return eachHeld((turn) => [forward(x(turn).ref, kept(parameters))]);
}

function gru() {
  const parameters = [...layer([32, 192], 32, 192), ...layer([64, 192], 64, 192), ...layer([64, 10], 64, 10)];
  const forward = (x, [weightIh, biasIh, weightHh, biasHh, w, b]) => {
    const inputs = np.split(linear(np.transpose(x, [1, 0, 2]).reshape([1024, 32]), weightIh, biasIh), 32);
    let h = np.zeros([32, 64]);
    for (const rows of inputs) {
      const [resetA, updateA, freshA] = np.split(rows, 3, 1);
      const [resetB, updateB, freshB] = np.split(linear(h.ref, weightHh.ref, biasHh.ref), 3, 1);
      const reset = nn.sigmoid(resetA.add(resetB));
      const update = nn.sigmoid(updateA.add(updateB));
      const fresh = np.tanh(freshA.add(reset.mul(freshB)));
      h = fresh.ref.add(update.mul(h.sub(fresh)));
    }
    weightHh.dispose();
    biasHh.dispose();
    return linear(h, w, b);
  };
  return trainingStep(forward, parameters, adam(1e-3), labelled([32, 32, 32]));
}

/** Looks tokens up by a product with their one-hot rows. */
function transformer() {
  const encoder = () => [
    ...layer([64, 192], 64, 192),
    ...layer([64, 64], 64, 64),
    ...layer([64, 256], 64, 256),
    ...layer([256, 64], 256, 64),
    ...[np.ones([64]), np.zeros([64]), np.ones([64]), np.zeros([64])],
  ];
  const parameters = [uniform([64, 64], 1 / 8), uniform([32, 64], 1 / 8), ...encoder(), ...encoder()];
  parameters.push(...layer([64, 64], 64, 64));
  const heads = (x) => np.transpose(x.reshape([16, 32, 4, 16]), [0, 2, 1, 3]);
  const encode = (x, mask, [wi, bi, wo, bo, w1, b1, w2, b2, n1, s1, n2, s2]) => {
    const [query, key, value] = np.split(linear(x.ref, wi, bi), 3, 1).map(heads);
    const scores = np.matmul(query.mul(0.25), np.transpose(key, [0, 1, 3, 2])).add(mask);
    const seen = np.transpose(np.matmul(nn.softmax(scores, -1), value), [0, 2, 1, 3]).reshape([512, 64]);
    const y = normalised(x.add(linear(seen, wo, bo)), n1, s1);
    return normalised(y.ref.add(linear(nn.relu(linear(y, w1, b1)), w2, b2)), n2, s2);
  };
  const forward = (tokens, [token, position, ...rest]) => {
    const mask = np
      .tril(np.ones([32, 32]))
      .sub(1)
      .mul(1e9);
    let x = np.matmul(tokens, token).reshape([16, 32, 64]).add(position).reshape([512, 64]);
    x = encode(x, mask.ref, rest.slice(0, 12));
    x = encode(x, mask, rest.slice(12, 24));
    return linear(x, rest[24], rest[25]);
  };
  const batch = alternating(() => [classes(512, 64), classes(512, 64)]);
  return trainingStep(forward, parameters, adam(1e-3), batch);
}

export const works = {
  matmul64: () => square(64),
  matmul256: () => square(256),
  matmul512: () => square(512),
  matmul1024: () => square(1024),
  matmul2048: () => square(2048),
  matmul512_ta: () => square(512, (a, b) => np.matmul(a.transpose(), b)),
  matmul512_tb: () => square(512, (a, b) => np.matmul(a, b.transpose())),
  matmul512_tatb: () => square(512, (a, b) => np.matmul(a.transpose(), b.transpose())),
  conv_fwd: convolution,
  conv_fwd_bwd: convolutionBothWays,
  chain1M: () => onArray([2 ** 20], (x) => nn.relu(x.mul(1.5).add(0.5))),
  softmax: () => onArray([1024, 1000], (x) => nn.softmax(x, 1)),
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
