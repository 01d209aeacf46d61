import type { Generator, Tensor } from '@flambeau/core';
import {
  ArgumentError,
  allocTyped,
  DTypeError,
  defaultGenerator,
  fillNormal,
  fillUniform,
  formatShape,
  fromTyped,
  noGrad,
  ShapeError,
} from '@flambeau/core';

/** Options of initialisers that draw numbers. */
export interface DrawOptions {
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/** The functions that {@link calculateGain} knows. */
export type Nonlinearity = 'linear' | 'conv2d' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/** Options of Kaiming's initialisers, under PyTorch's names. */
export interface KaimingOptions extends DrawOptions {
  /** Slope of the negative side; used with `leakyRelu`. Default 0. */
  readonly a?: number;
  /** Keep the variance of forward (`fanIn`) or of backward (`fanOut`). Default `fanIn`. */
  readonly mode?: 'fanIn' | 'fanOut';
  /** What follows the layer. Default `leakyRelu`. */
  readonly nonlinearity?: Nonlinearity;
}

/** Options of Xavier's initialisers. */
export interface XavierOptions extends DrawOptions {
  /** Scaling factor: {@link calculateGain}. Default 1. */
  readonly gain?: number;
}

type FloatArray = Float32Array | Float64Array;

/** Draws values on the host, so that they are PyTorch's on every device, and copies them into x. */
function drawInto(
  op: string,
  x: Tensor,
  options: DrawOptions,
  fill: (generator: Generator, out: FloatArray) => void,
): Tensor {
  if (x.dtype !== 'float32' && x.dtype !== 'float64') {
    throw new DTypeError(op, `not defined for integers: got ${x.dtype}, expected a float dtype.`, {
      dtype: x.dtype,
    });
  }
  const out = allocTyped(x.dtype, x.size) as FloatArray;
  fill(options.generator ?? defaultGenerator(), out);
  return noGrad(() => x.copy_(fromTyped(out, x.shape, { device: x.device })));
}

/**
 * Fills x with uniform numbers in [from, to): PyTorch's, bit for bit, after the same `manualSeed`.
 *
 * @param x - float, any shape; written in place without recording.
 * @returns x.
 * @remarks Source: https://pytorch.org/docs/stable/nn.init.html, as all initialisers here.
 *
 * @example
 * ```ts
 * import { zeros } from '@flambeau/core';
 * import { uniform_ } from '@flambeau/nn';
 * uniform_(zeros([3]), -1, 1);
 * ```
 */
export function uniform_(x: Tensor, from = 0, to = 1, options: DrawOptions = {}): Tensor {
  return drawInto('uniform_', x, options, (generator, out) => fillUniform(generator, out, from, to));
}

/** Fills x with normal numbers. Written in place without recording. Returns x. */
export function normal_(x: Tensor, mean = 0, std = 1, options: DrawOptions = {}): Tensor {
  return drawInto('normal_', x, options, (generator, out) => fillNormal(generator, out, mean, std));
}

/** Fills x with one value. Written in place without recording. Returns x. */
export function constant_(x: Tensor, value: number): Tensor {
  return noGrad(() => x.fill_(value));
}

/** Fills x with zeros. */
export function zeros_(x: Tensor): Tensor {
  return constant_(x, 0);
}

/** Fills x with ones. */
export function ones_(x: Tensor): Tensor {
  return constant_(x, 1);
}

/**
 * How many inputs an output of a weight depends on, and how many outputs an input feeds.
 *
 * @param weight - (out, in, …): sizes after the second are those of a kernel.
 * @throws {@link ShapeError} below two dimensions.
 */
export function calculateFanInAndFanOut(weight: Tensor): [fanIn: number, fanOut: number] {
  const [out, into, ...kernel] = weight.shape;
  if (out === undefined || into === undefined) {
    throw new ShapeError(
      'calculateFanInAndFanOut',
      `too few dimensions: got ${formatShape(weight.shape)}, expected (out, in, …).`,
      { shape: weight.shape },
    );
  }
  const field = kernel.reduce((product, size) => product * size, 1);
  return [into * field, out * field];
}

/**
 * The factor by which a nonlinearity's standard deviation is made up for.
 *
 * @param param - the negative slope of `leakyRelu`. Default 0.01.
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'conv2d':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.sqrt(2);
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + param ** 2));
    case 'selu':
      return 3 / 4;
  }
  throw new ArgumentError(
    'calculateGain',
    `unknown nonlinearity: got '${String(nonlinearity)}', expected linear, conv2d, sigmoid, tanh, relu, leakyRelu or selu.`,
    { nonlinearity },
  );
}

function kaimingStd(
  weight: Tensor,
  { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' }: KaimingOptions,
): number {
  const [fanIn, fanOut] = calculateFanInAndFanOut(weight);
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === 'fanIn' ? fanIn : fanOut);
}

function xavierStd(weight: Tensor, gain = 1): number {
  const [fanIn, fanOut] = calculateFanInAndFanOut(weight);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Uniform numbers in ±√3·gain/√fan (He et al., 2015). An empty weight stays as it is.
 *
 * @param weight - (out, in, …), float; written in place without recording.
 * @returns the weight.
 */
export function kaimingUniform_(weight: Tensor, options: KaimingOptions = {}): Tensor {
  if (weight.size === 0) return weight;
  const bound = Math.sqrt(3) * kaimingStd(weight, options);
  return uniform_(weight, -bound, bound, options);
}

/** Normal numbers with standard deviation gain/√fan (He et al., 2015). An empty weight stays as it is. */
export function kaimingNormal_(weight: Tensor, options: KaimingOptions = {}): Tensor {
  return weight.size === 0 ? weight : normal_(weight, 0, kaimingStd(weight, options), options);
}

/** Uniform numbers in ±gain·√(6/(fanIn + fanOut)) (Glorot and Bengio, 2010). */
export function xavierUniform_(weight: Tensor, options: XavierOptions = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd(weight, options.gain);
  return uniform_(weight, -bound, bound, options);
}

/** Normal numbers with standard deviation gain·√(2/(fanIn + fanOut)) (Glorot and Bengio, 2010). */
export function xavierNormal_(weight: Tensor, options: XavierOptions = {}): Tensor {
  return normal_(weight, 0, xavierStd(weight, options.gain), options);
}
