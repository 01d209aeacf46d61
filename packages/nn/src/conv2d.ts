import type { Pair, Tensor } from '@flambeau/core';
import { ArgumentError, conv2d, zeros } from '@flambeau/core';
import { checkSize, type FactoryOptions, initWeightAndBias } from './factory.ts';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';
import { batched, pairOf } from './planes.ts';
import { tuple } from './repr.ts';

/** Options of {@link Conv2d}, under PyTorch's names. Pairs are [vertical, horizontal]. */
export interface Conv2dLayerOptions extends FactoryOptions {
  /** Step between positions. Default 1. */
  readonly stride?: number | Pair;
  /** Zeros added on each side; `'valid'` for none, `'same'` to keep the size at stride 1. Default 0. */
  readonly padding?: number | Pair | 'same' | 'valid';
  /** Distance between kernel elements. Default 1. */
  readonly dilation?: number | Pair;
  /** Channel groups that do not see each other. Default 1. */
  readonly groups?: number;
  /** Add a learnable bias. Default true. */
  readonly bias?: boolean;
  /** What is added around the input: only `'zeros'`. */
  readonly paddingMode?: 'zeros';
}

/**
 * Two-dimensional convolution (cross-correlation). Input (N, C, H, W) or (C, H, W); output (N, K, OH, OW) with
 * OH = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1.
 *
 * Both parameters start uniform in ±1/√(C/groups·R·S): PyTorch's numbers, bit for bit, after the same `manualSeed`.
 *
 * @throws {@link ArgumentError} when channels are not divisible by groups, or on `'same'` with a stride.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html. `paddingMode` knows zeros only.
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { Conv2d } from '@flambeau/nn';
 * new Conv2d(3, 32, 3, { padding: 1 }).forward(ones([1, 3, 8, 8])).shape; // [1, 32, 8, 8]
 * ```
 */
export class Conv2d extends Module {
  static {
    markOwned(Conv2d);
  }

  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair | 'same' | 'valid';
  readonly dilation: Pair;
  readonly groups: number;
  /** (outChannels, inChannels/groups, R, S). */
  weight: Tensor;
  /** (outChannels), or null. */
  bias: Tensor | null;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: Conv2dLayerOptions = {},
  ) {
    super();
    const { padding = 0, groups = 1, paddingMode = 'zeros' } = options;
    this.inChannels = checkSize('Conv2d', 'inChannels', inChannels);
    this.outChannels = checkSize('Conv2d', 'outChannels', outChannels);
    this.kernelSize = pairOf('Conv2d', 'kernelSize', kernelSize, 1);
    this.stride = pairOf('Conv2d', 'stride', options.stride ?? 1, 1);
    this.padding = typeof padding === 'string' ? padding : pairOf('Conv2d', 'padding', padding, 0);
    this.dilation = pairOf('Conv2d', 'dilation', options.dilation ?? 1, 1);
    this.groups = checkSize('Conv2d', 'groups', groups);
    checkOptions(this, paddingMode);
    this.weight = parameter(zeros([outChannels, inChannels / groups, ...this.kernelSize], options));
    this.bias = (options.bias ?? true) ? parameter(zeros([outChannels], options)) : null;
    this.resetParameters();
  }

  /** Draws the parameters anew. */
  resetParameters(): void {
    initWeightAndBias(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return batched('Conv2d', x, (planes) =>
      this.padding === 'same' ? same(this, planes) : convolve(this, planes, this.padding),
    );
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation } = this;
    const parts = [
      `${this.inChannels}, ${this.outChannels}, kernelSize=${tuple(kernelSize)}, stride=${tuple(stride)}`,
    ];
    if (typeof padding === 'string') parts.push(`padding=${padding}`);
    else if (padding.some((n) => n !== 0)) parts.push(`padding=${tuple(padding)}`);
    if (dilation.some((n) => n !== 1)) parts.push(`dilation=${tuple(dilation)}`);
    if (this.groups !== 1) parts.push(`groups=${this.groups}`);
    if (!this.bias) parts.push('bias=false');
    return parts.join(', ');
  }
}

function checkOptions(
  { inChannels, outChannels, groups, padding, stride }: Conv2d,
  paddingMode: string,
): void {
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new ArgumentError(
      'Conv2d',
      `channels are not divisible by groups: got ${inChannels} and ${outChannels} channels in ${groups} groups, expected multiples of ${groups}.`,
      { inChannels, outChannels, groups },
    );
  }
  if (typeof padding === 'string' && padding !== 'same' && padding !== 'valid') {
    throw new ArgumentError(
      'Conv2d',
      `invalid padding: got '${String(padding)}', expected 'same', 'valid', an integer or a pair of them.`,
      { padding },
    );
  }
  if (padding === 'same' && stride.some((n) => n !== 1)) {
    throw new ArgumentError(
      'Conv2d',
      `'same' needs steps of 1: got stride ${tuple(stride)}, expected (1, 1). Give the padding in numbers.`,
      { stride },
    );
  }
  if (paddingMode !== 'zeros') {
    throw new ArgumentError(
      'Conv2d',
      `unsupported paddingMode: got '${paddingMode}', expected 'zeros'. Pad the input before the layer, with padding 0.`,
      { paddingMode },
    );
  }
}

function convolve(
  { weight, bias, stride, dilation, groups }: Conv2d,
  x: Tensor,
  padding: Pair | 'valid',
): Tensor {
  return conv2d(x, weight, bias, { stride, padding: padding === 'valid' ? 0 : padding, dilation, groups });
}

/** Where the total is odd, the far side gets one more: pad both sides by that much, and drop the first position. */
function same(layer: Conv2d, x: Tensor): Tensor {
  const total = layer.kernelSize.map((n, i) => (layer.dilation[i] as number) * (n - 1));
  const far = total.map((n) => Math.ceil(n / 2)) as unknown as Pair;
  return total.reduce(
    (y, n, i) => (n % 2 === 0 ? y : y.narrow(2 + i, 1, x.shape[2 + i] as number)),
    convolve(layer, x, far),
  );
}
