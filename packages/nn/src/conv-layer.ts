import type { Tensor } from '@flambeau/core';
import { ArgumentError, zeros } from '@flambeau/core';
import { checkSize, type FactoryOptions, initWeightAndBias } from './factory.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';
import { sizesOf, tuple } from './sizes.ts';

/** Options that convolutions and their transposes share, under PyTorch's names. A number holds for every direction. */
export interface ConvFactoryOptions<Sizes> extends FactoryOptions {
  /** Step between positions. Default 1. */
  readonly stride?: number | Sizes;
  /** Distance between kernel elements. Default 1. */
  readonly dilation?: number | Sizes;
  /** Channel groups that do not see each other. Default 1. */
  readonly groups?: number;
  /** Add a learnable bias. Default true. */
  readonly bias?: boolean;
}

/** What convolutions and their transposes have in common. */
export abstract class ConvLayer<Sizes extends readonly number[]> extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly dilation: Sizes;
  readonly groups: number;
  /** (outChannels, inChannels/groups, …kernelSize); of a transpose (inChannels, outChannels/groups, …kernelSize). */
  weight: Tensor;
  /** (outChannels), or null. */
  bias: Tensor | null;

  constructor(
    rank: Sizes['length'],
    transposed: boolean,
    inChannels: number,
    outChannels: number,
    kernelSize: number | Sizes,
    options: ConvFactoryOptions<Sizes>,
  ) {
    super();
    const { name } = new.target;
    const { groups = 1 } = options;
    this.inChannels = checkSize(name, 'inChannels', inChannels);
    this.outChannels = checkSize(name, 'outChannels', outChannels);
    this.kernelSize = sizesOf<Sizes>(name, 'kernelSize', kernelSize, rank, 1);
    this.stride = sizesOf<Sizes>(name, 'stride', options.stride ?? 1, rank, 1);
    this.dilation = sizesOf<Sizes>(name, 'dilation', options.dilation ?? 1, rank, 1);
    this.groups = checkSize(name, 'groups', groups);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ArgumentError(
        name,
        `channels are not divisible by groups: got ${inChannels} and ${outChannels} channels in ${groups} groups, expected multiples of ${groups}.`,
        { inChannels, outChannels, groups },
      );
    }
    const [rows, columns] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    this.weight = parameter(zeros([rows, columns / groups, ...this.kernelSize], options));
    this.bias = (options.bias ?? true) ? parameter(zeros([outChannels], options)) : null;
    this.resetParameters();
  }

  /** Draws the parameters anew. */
  resetParameters(): void {
    initWeightAndBias(this.weight, this.bias);
  }
}

/** The arguments of a convolution as PyTorch prints them: sizes only where they are not the default. */
export function describeConv(
  layer: ConvLayer<readonly number[]>,
  padding: readonly number[] | string,
  outputPadding: readonly number[],
  paddingMode: string,
): string {
  const { kernelSize, stride, dilation, groups } = layer;
  const parts = [
    `${layer.inChannels}, ${layer.outChannels}, kernelSize=${tuple(kernelSize)}, stride=${tuple(stride)}`,
  ];
  if (typeof padding === 'string') parts.push(`padding=${padding}`);
  else if (padding.some((n) => n !== 0)) parts.push(`padding=${tuple(padding)}`);
  if (dilation.some((n) => n !== 1)) parts.push(`dilation=${tuple(dilation)}`);
  if (outputPadding.some((n) => n !== 0)) parts.push(`outputPadding=${tuple(outputPadding)}`);
  if (groups !== 1) parts.push(`groups=${groups}`);
  if (!layer.bias) parts.push('bias=false');
  if (paddingMode !== 'zeros') parts.push(`paddingMode=${paddingMode}`);
  return parts.join(', ');
}
