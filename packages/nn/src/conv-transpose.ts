import type { ConvTransposeOptions, Tensor } from '@flambeau/core';
import { ArgumentError } from '@flambeau/core';
import type { ConvFactoryOptions } from './conv-layer.ts';
import { ConvLayer, describeConv } from './conv-layer.ts';
import { sizesOf } from './sizes.ts';

/** Options of transposed convolutions, under PyTorch's names. A number holds for every direction. */
export interface ConvTransposeLayerOptions<Sizes> extends ConvFactoryOptions<Sizes> {
  /** Positions cut off on each side. Default 0. */
  readonly padding?: number | Sizes;
  /** Positions added on the far side, fewer than stride or dilation. Default 0. */
  readonly outputPadding?: number | Sizes;
  /** PyTorch knows zeros only. */
  readonly paddingMode?: 'zeros';
}

/** What the transposed convolutions have in common. */
export abstract class ConvTranspose<Sizes extends readonly number[]> extends ConvLayer<Sizes> {
  readonly padding: Sizes;
  readonly outputPadding: Sizes;

  constructor(
    rank: Sizes['length'],
    inChannels: number,
    outChannels: number,
    kernelSize: number | Sizes,
    options: ConvTransposeLayerOptions<Sizes>,
  ) {
    super(rank, true, inChannels, outChannels, kernelSize, options);
    const { name } = new.target;
    const { paddingMode = 'zeros' } = options;
    if (paddingMode !== 'zeros') {
      throw new ArgumentError(name, `invalid paddingMode: got '${String(paddingMode)}', expected 'zeros'.`, {
        paddingMode,
      });
    }
    this.padding = sizesOf<Sizes>(name, 'padding', options.padding ?? 0, rank, 0);
    this.outputPadding = sizesOf<Sizes>(name, 'outputPadding', options.outputPadding ?? 0, rank, 0);
  }

  override extraRepr(): string {
    return describeConv(this, this.padding, this.outputPadding, 'zeros');
  }
}

/** Runs a layer's transposed convolution; an output size decides about the outputPadding. */
export function transposed<Sizes extends readonly number[]>(
  layer: ConvTranspose<Sizes>,
  conv: (x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvTransposeOptions<Sizes>) => Tensor,
  x: Tensor,
  outputSize: readonly number[] | undefined,
): Tensor {
  const { weight, bias, stride, padding, groups, dilation } = layer;
  const outputPadding = outputSize ? paddingFor(layer, x, outputSize) : layer.outputPadding;
  return conv(x, weight, bias, { stride, padding, outputPadding, groups, dilation });
}

function paddingFor<Sizes extends readonly number[]>(
  layer: ConvTranspose<Sizes>,
  x: Tensor,
  outputSize: readonly number[],
): Sizes {
  const { kernelSize, stride, padding, dilation } = layer;
  const rank = kernelSize.length;
  const size = outputSize.length === x.ndim ? outputSize.slice(-rank) : outputSize;
  const least = kernelSize.map((width, i) => {
    const length = x.shape[x.ndim - rank + i] as number;
    const span = (dilation[i] as number) * (width - 1) + 1;
    return (length - 1) * (stride[i] as number) - 2 * (padding[i] as number) + span;
  });
  const more = size.map((n, i) => n - (least[i] as number));
  if (
    size.length !== rank ||
    more.some((n, i) => !(Number.isInteger(n) && n >= 0 && n < (stride[i] as number)))
  ) {
    throw new ArgumentError(
      layer.constructor.name,
      `invalid outputSize: got [${outputSize.join(', ')}], expected [${least.join(', ')}] or up to a step more.`,
      { outputSize },
    );
  }
  return more as unknown as Sizes;
}
