import type { ConvOptions, Tensor } from '@flambeau/core';
import { ArgumentError, pad } from '@flambeau/core';
import type { ConvFactoryOptions } from './conv-layer.ts';
import { ConvLayer, describeConv } from './conv-layer.ts';
import { sizesOf, tuple } from './sizes.ts';

/** What surrounds the input: zeros, its mirror image without the edge, its edge, or its other side. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

/** Options of convolutions, under PyTorch's names. A number holds for every direction. */
export interface ConvLayerOptions<Sizes> extends ConvFactoryOptions<Sizes> {
  /** Positions added on each side; `'valid'` for none, `'same'` to keep the size at stride 1. Default 0. */
  readonly padding?: number | Sizes | 'same' | 'valid';
  /** What is added. Default `'zeros'`. */
  readonly paddingMode?: PaddingMode;
}

const MODES: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];

/** What the convolutions have in common. */
export abstract class Conv<Sizes extends readonly number[]> extends ConvLayer<Sizes> {
  readonly padding: Sizes | 'same' | 'valid';
  readonly paddingMode: PaddingMode;

  constructor(
    rank: Sizes['length'],
    inChannels: number,
    outChannels: number,
    kernelSize: number | Sizes,
    options: ConvLayerOptions<Sizes>,
  ) {
    super(rank, false, inChannels, outChannels, kernelSize, options);
    const { name } = new.target;
    const { padding = 0, paddingMode = 'zeros' } = options;
    if (typeof padding === 'string') checkNamed(name, padding, this.stride, rank);
    if (!MODES.includes(paddingMode)) {
      throw new ArgumentError(
        name,
        `invalid paddingMode: got '${paddingMode}', expected ${MODES.map((mode) => `'${mode}'`).join(', ')}.`,
        { paddingMode },
      );
    }
    this.padding = typeof padding === 'string' ? padding : sizesOf<Sizes>(name, 'padding', padding, rank, 0);
    this.paddingMode = paddingMode;
  }

  override extraRepr(): string {
    return describeConv(this, this.padding, [], this.paddingMode);
  }
}

function checkNamed(layer: string, padding: string, stride: readonly number[], rank: number): void {
  if (padding !== 'same' && padding !== 'valid') {
    throw new ArgumentError(
      layer,
      `invalid padding: got '${padding}', expected 'same', 'valid', an integer or a ${rank === 2 ? 'pair of them' : `list of ${rank}`}.`,
      { padding },
    );
  }
  if (padding === 'same' && stride.some((n) => n !== 1)) {
    throw new ArgumentError(
      layer,
      `'same' needs steps of 1: got stride ${tuple(stride)}, expected ${tuple(stride.map(() => 1))}. Give the padding in numbers.`,
      { stride },
    );
  }
}

/** Runs a layer's convolution, on a padded input where what is added are not zeros. */
export function convolved<Sizes extends readonly number[]>(
  layer: Conv<Sizes>,
  conv: (x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvOptions<Sizes>) => Tensor,
  x: Tensor,
): Tensor {
  const { weight, bias, stride, padding, dilation, groups, paddingMode } = layer;
  if (paddingMode === 'zeros') return conv(x, weight, bias, { stride, padding, dilation, groups });
  return conv(pad(x, margins(layer), { mode: paddingMode }), weight, bias, { stride, dilation, groups });
}

/** Positions added before and behind each direction, the last one first. */
function margins({ padding, kernelSize, dilation }: Conv<readonly number[]>): number[] {
  const each = kernelSize.map((size, i) => {
    if (padding === 'valid') return [0, 0];
    if (padding !== 'same') return [padding[i] as number, padding[i] as number];
    const total = (dilation[i] as number) * (size - 1);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
  return each.reverse().flat();
}
