import { contiguousStrides, sizeOf } from '@flambeau/core/functional';
import { Params } from '../../wgsl/layout.ts';
import type { ConvGeometry } from './geometry.ts';
import { commonDivisor } from './geometry.ts';

/**
 * A convolution, or the gradient of its input: both are sums over channels and taps at every point of a grid. The gradient
 * reads the output's gradient backwards. Where the stride skips pixels, an input pixel sees only some of the taps, the same
 * ones at every `stride` pixels: such pixels are a phase with a grid of their own, and no product with a gap is computed.
 */
export interface Correlation {
  readonly geometry: ConvGeometry;
  /** The gradient of the input. */
  readonly back: boolean;
}

/** Sizes that decide how a correlation is cut into workgroups. */
export interface CorrelationSizes {
  readonly phases: number;
  readonly groups: number;
  /** Points of a phase's grid, in all images. */
  readonly points: number;
  /** Channels of the result in a group. */
  readonly columns: number;
}

const gridOf = ({ geometry: { source, result, stride }, back }: Correlation): readonly number[] =>
  back ? source.map((n, d) => Math.ceil(n / stride[d])) : result;

/** How much there is to compute. */
export function correlationSizes(correlation: Correlation): CorrelationSizes {
  const { images, groups, inputs, outputs, stride } = correlation.geometry;
  return {
    phases: correlation.back ? sizeOf(stride) : 1,
    groups,
    points: images * sizeOf(gridOf(correlation)),
    columns: correlation.back ? inputs : outputs,
  };
}

/** The texts that read the sizes of a correlation from the parameters. One for each direction where there are several. */
export interface CorrelationWords {
  readonly rank: number;
  readonly back: boolean;
  readonly phases: string;
  readonly groups: string;
  readonly points: string;
  readonly columns: string;
  /** Channels that are added up. */
  readonly sums: string;
  /** Blocks of points and of columns that workgroups compute. */
  readonly pointBlocks: string;
  readonly columnBlocks: string;
  readonly sourceOffset: string;
  readonly weightOffset: string;
  readonly biasOffset: string;
  readonly resultOffset: string;
  readonly grid: readonly string[];
  readonly source: readonly string[];
  readonly sourceStrides: readonly string[];
  /** Elements of a plane. */
  readonly sourcePlane: string;
  readonly result: readonly string[];
  readonly resultStrides: readonly string[];
  readonly resultPlane: string;
  /** All taps of the filters. */
  readonly taps: readonly string[];
  /** From a tap to the next that is used. */
  readonly every: readonly string[];
  /** How far the source moves from a used tap to the next. */
  readonly move: readonly string[];
  readonly stride: readonly string[];
  readonly padding: readonly string[];
  readonly dilation: readonly string[];
  /** Distances in the weight: of groups, of the result's channels, of channels that are added up. */
  readonly weightGroup: string;
  readonly weightColumn: string;
  readonly weightSum: string;
}

/** Offsets of the operands. */
export interface CorrelationOffsets {
  readonly source: number;
  readonly weight: number;
  readonly bias: number;
  readonly result: number;
}

/** Lays out the parameters of a correlation. The places depend on the rank alone. */
export function correlationWords(
  correlation: Correlation,
  offsets: CorrelationOffsets,
  [pointBlocks, columnBlocks]: readonly [number, number],
): { readonly params: Params; readonly words: CorrelationWords } {
  const { geometry, back } = correlation;
  const { groups, inputs, outputs, taps, stride, dilation, padding } = geometry;
  const { phases, points, columns } = correlationSizes(correlation);
  const [source, result] = back ? [geometry.result, geometry.source] : [geometry.source, geometry.result];
  const every = taps.map((_, d) => (back ? stride[d] / commonDivisor(stride[d], dilation[d]) : 1));
  const filter = sizeOf(taps);
  const params = new Params();
  const word = (value: number): string => `param(${params.add(value)}u)`;
  const each = (values: readonly number[]): string[] => values.map(word);
  const words: CorrelationWords = {
    rank: taps.length,
    back,
    phases: word(phases),
    groups: word(groups),
    points: word(points),
    columns: word(columns),
    sums: word(back ? outputs : inputs),
    pointBlocks: word(pointBlocks),
    columnBlocks: word(columnBlocks),
    sourceOffset: word(offsets.source),
    weightOffset: word(offsets.weight),
    biasOffset: word(offsets.bias),
    resultOffset: word(offsets.result),
    grid: each(gridOf(correlation)),
    source: each(source),
    sourceStrides: each(contiguousStrides(source)),
    sourcePlane: word(sizeOf(source)),
    result: each(result),
    resultStrides: each(contiguousStrides(result)),
    resultPlane: word(sizeOf(result)),
    taps: each(taps),
    every: each(every),
    move: each(every.map((n, d) => (back ? -(n * dilation[d]) / stride[d] : dilation[d]))),
    stride: each(stride),
    padding: each(padding),
    dilation: each(dilation),
    weightGroup: word(outputs * inputs * filter),
    weightColumn: word(back ? filter : inputs * filter),
    weightSum: word(back ? inputs * filter : filter),
  };
  return { params, words };
}
