// onnxruntime-web's part in the benchmark: inference alone, on its wasm backend, which has one thread in Node.
import { readFileSync } from 'node:fs';
import { serve } from '../serve.ts';
import { alternating } from './demand.mjs';

const name = 'onnxruntime-web';

/** @returns the library and the writer of its models, or null where it is not installed. */
async function load() {
  try {
    const [ort, { OnnxGraph }] = [await import(name), await import('./onnx.mjs')];
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'error';
    return { ort, OnnxGraph };
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

const loaded = await load();

function uniform(shape, bound = 1) {
  const size = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: size }, () => (Math.random() * 2 - 1) * bound);
}

/** Runs a graph on inputs that alternate. The library hands every result out in JavaScript's memory. */
async function runGraph(shapes, outputShape, build) {
  const { ort, OnnxGraph } = loaded;
  const graph = new OnnxGraph();
  const names = shapes.map((shape, i) => graph.input(`x${i}`, shape));
  const bytes = graph.encode(build(graph, ...names), outputShape);
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    intraOpNumThreads: 1,
  });
  const feeds = alternating(() =>
    Object.fromEntries(
      shapes.map((shape, i) => [names[i], new ort.Tensor('float32', uniform(shape), shape)]),
    ),
  );
  let turn = 0;
  return async (times) => {
    let last = 0;
    for (let i = 0; i < times; i++) {
      const [output] = Object.values(await session.run(feeds(turn)));
      last = output.data[turn++ % output.data.length];
    }
    return last;
  };
}

function square(n, transA = 0, transB = 0) {
  const shape = [n, n];
  return runGraph([shape, shape], shape, (graph, a, b) =>
    transA || transB ? graph.node('Gemm', [a, b], { transA, transB }) : graph.node('MatMul', [a, b]),
  );
}

const SHAPE = [32, 64, 16, 16];
const PADDED = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };

/** A constant of the model, uniform in ±1/√fanIn. */
const weights = (graph, shape, fanIn) => graph.constant(uniform(shape, 1 / Math.sqrt(fanIn)), shape);

function convolution() {
  return runGraph([SHAPE], SHAPE, (graph, x) =>
    graph.node('Conv', [x, weights(graph, [64, 64, 3, 3], 576)], PADDED),
  );
}

function chain() {
  const shape = [2 ** 20];
  return runGraph([shape], shape, (graph, x) => {
    const scaled = graph.node('Mul', [x, graph.constant(new Float32Array([1.5]), [])]);
    const shifted = graph.node('Add', [scaled, graph.constant(new Float32Array([0.5]), [])]);
    return graph.node('Relu', [shifted]);
  });
}

function softmax() {
  const shape = [1024, 1000];
  return runGraph([shape], shape, (graph, x) => graph.node('Softmax', [x], { axis: 1 }));
}

function sum(axes, outputShape) {
  return runGraph([[1024, 1000]], outputShape, (graph, x) =>
    graph.node('ReduceSum', [x, graph.constant(BigInt64Array.from(axes), [axes.length])], { keepdims: 0 }),
  );
}

function layerNorm() {
  const shape = [1024, 768];
  return runGraph([shape], shape, (graph, x) => {
    const [weight, bias] = [weights(graph, [768], 1), weights(graph, [768], 1)];
    return graph.node('LayerNormalization', [x, weight, bias], { axis: -1 });
  });
}

function cnnInference(pictures) {
  return runGraph([[pictures, 3, 32, 32]], [pictures, 10], (graph, input) => {
    const convolve = (x, from, to) => {
      const kernel = weights(graph, [to, from, 3, 3], 9 * from);
      return graph.node('Relu', [graph.node('Conv', [x, kernel, weights(graph, [to], 9 * from)], PADDED)]);
    };
    const pool = (x) => graph.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    const linear = (x, from, to) => {
      const operands = [x, weights(graph, [to, from], from), weights(graph, [to], from)];
      return graph.node('Gemm', operands, { transB: 1 });
    };
    const low = pool(convolve(convolve(input, 3, 32), 32, 32));
    const high = pool(convolve(convolve(low, 32, 64), 64, 64));
    const hidden = graph.node('Relu', [linear(graph.node('Flatten', [high], { axis: 1 }), 4096, 128)]);
    return linear(hidden, 128, 10);
  });
}

const INFERENCE = 'inference alone: does not train';

const works = {
  matmul64: () => square(64),
  matmul256: () => square(256),
  matmul512: () => square(512),
  matmul1024: () => square(1024),
  matmul512_ta: () => square(512, 1, 0),
  matmul512_tb: () => square(512, 0, 1),
  matmul512_tatb: () => square(512, 1, 1),
  conv_fwd: convolution,
  conv_fwd_bwd: INFERENCE,
  chain1M: chain,
  softmax,
  sum_all: () => sum([0n, 1n], []),
  sum_axis0: () => sum([0n], [1000]),
  layernorm: layerNorm,
  small_add_x1000: 'runs whole graphs, not calls',
  add10_unrecorded: 'runs whole graphs, not calls',
  add10_recorded: INFERENCE,
  regression300: INFERENCE,
  mlp_step64: INFERENCE,
  cnn_step64: INFERENCE,
  cnn_infer64: () => cnnInference(64),
  cnn_infer1: () => cnnInference(1),
  gru_step: INFERENCE,
  transformer_step: INFERENCE,
};
const manifest = new URL(`node_modules/${name}/package.json`, import.meta.url);
const version = loaded ? JSON.parse(readFileSync(manifest, 'utf8')).version : '';
await serve({ version, open: async () => (loaded ? null : 'not installed'), works });
