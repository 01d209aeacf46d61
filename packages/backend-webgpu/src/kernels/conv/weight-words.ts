import { contiguousStrides, sizeOf } from '@flambeau/core/functional';
import { Params } from '../../wgsl/layout.ts';
import { directions, weighted } from './correlation-text.ts';
import type { ConvGeometry } from './geometry.ts';

/** How the sum over all output pixels is cut: every part adds the pixels `number · start + i · step` below an end. */
export interface Parts {
  readonly count: number;
  readonly start: number;
  readonly step: number;
  /** Pixels from a part's start to its end. */
  readonly span: number;
}

/** Output pixels of all images. */
export const pixelsOf = ({ images, result }: ConvGeometry): number => images * sizeOf(result);

/** Columns of the gradient of a group's weight: an input channel and a tap each. */
export const columnsOf = ({ inputs, taps }: ConvGeometry): number => inputs * sizeOf(taps);

/** The texts that read the sizes of a weight's gradient from the parameters. */
export interface WeightWords {
  readonly rank: number;
  readonly groups: string;
  /** Output channels of a group. */
  readonly rows: string;
  readonly columns: string;
  readonly rowBlocks: string;
  readonly columnBlocks: string;
  readonly parts: string;
  readonly start: string;
  readonly step: string;
  readonly span: string;
  /** The step as images and a distance along each direction. */
  readonly stepImages: string;
  readonly steps: readonly string[];
  readonly pixels: string;
  readonly gradientOffset: string;
  readonly sourceOffset: string;
  readonly resultOffset: string;
  /** Elements of the whole weight. */
  readonly size: string;
  readonly inputs: string;
  readonly source: readonly string[];
  readonly sourceStrides: readonly string[];
  readonly sourcePlane: string;
  readonly grid: readonly string[];
  readonly gridPlane: string;
  readonly taps: readonly string[];
  readonly stride: readonly string[];
  readonly padding: readonly string[];
  readonly dilation: readonly string[];
}

/** Offsets of the operands. */
export interface WeightOffsets {
  readonly gradient: number;
  readonly source: number;
  readonly result: number;
}

/** Lays out the parameters of the gradient of a weight. The places depend on the rank alone. */
export function weightWords(
  geometry: ConvGeometry,
  offsets: WeightOffsets,
  parts: Parts,
  [rowBlocks, columnBlocks]: readonly [number, number],
): { readonly params: Params; readonly words: WeightWords } {
  const { groups, inputs, outputs, source, result, taps, stride, padding, dilation } = geometry;
  const params = new Params();
  const word = (value: number): string => `param(${params.add(value)}u)`;
  const each = (values: readonly number[]): string[] => values.map(word);
  const strides = contiguousStrides(result);
  const words: WeightWords = {
    rank: taps.length,
    groups: word(groups),
    rows: word(outputs),
    columns: word(columnsOf(geometry)),
    rowBlocks: word(rowBlocks),
    columnBlocks: word(columnBlocks),
    parts: word(parts.count),
    start: word(parts.start),
    step: word(parts.step),
    span: word(parts.span),
    stepImages: word(Math.floor(parts.step / sizeOf(result))),
    steps: each(result.map((n, d) => Math.floor(parts.step / strides[d]) % n)),
    pixels: word(pixelsOf(geometry)),
    gradientOffset: word(offsets.gradient),
    sourceOffset: word(offsets.source),
    resultOffset: word(offsets.result),
    size: word(groups * outputs * columnsOf(geometry)),
    inputs: word(inputs),
    source: each(source),
    sourceStrides: each(contiguousStrides(source)),
    sourcePlane: word(sizeOf(source)),
    grid: each(result),
    gridPlane: word(sizeOf(result)),
    taps: each(taps),
    stride: each(stride),
    padding: each(padding),
    dilation: each(dilation),
  };
  return { params, words };
}

/**
 * The texts of what kernels of a weight's gradient share: `columnOf(number)`, an input channel and a tap, and `advance`, which
 * takes a pixel on by the step without a division.
 */
export function weightText(w: WeightWords): string {
  const { rank } = w;
  const moves = directions(
    rank,
    (d) => `c.move${d} = (rest % ${w.taps[d]}) * ${w.dilation[d]} - ${w.padding[d]}; rest /= ${w.taps[d]};`,
  ).reverse();
  const starts = directions(rank, (d) => `p.at${d} = rest % ${w.grid[d]}; rest /= ${w.grid[d]};`).reverse();
  const carries = directions(
    rank,
    (d) =>
      `(*p).at${d} += ${w.steps[d]} + carry; carry = select(0, 1, (*p).at${d} >= ${w.grid[d]}); (*p).at${d} -= carry * ${w.grid[d]};`,
  ).reverse();
  return `
struct Column { start: i32, ${directions(rank, (d) => `move${d}: i32`).join(', ')} }
fn columnOf(number: i32) -> Column {
  var c: Column;
  var rest = min(number, ${w.columns} - 1);
  ${moves.join('\n  ')}
  c.start = rest * ${w.sourcePlane} + ${weighted(
    directions(rank, (d) => `c.move${d}`),
    w.sourceStrides,
  )};
  return c;
}
struct Pixel { number: i32, image: i32, ${directions(rank, (d) => `at${d}: i32`).join(', ')} }
fn pixelOf(number: i32) -> Pixel {
  var p: Pixel;
  p.number = number;
  var rest = number;
  ${starts.join('\n  ')}
  p.image = rest;
  return p;
}
fn advance(p: ptr<function, Pixel>) {
  var carry = 0;
  ${carries.join('\n  ')}
  (*p).image += ${w.stepImages} + carry;
  (*p).number += ${w.step};
}
fn storeAt(part: i32, own: i32, row: i32, column: i32, value: f32) {
  if (row >= ${w.rows} || column >= ${w.columns}) { return; }
  store(part * ${w.size} + (own * ${w.rows} + row) * ${w.columns} + column, value);
}`;
}

/** Where a pixel's elements are: `gradientAt` of the first row, and `sourceAt` of a column without channel and move. */
export const pixelText = (w: WeightWords): string => {
  const { rank } = w;
  const at = directions(rank, (d) => `base${d}`);
  return `${directions(rank, (d) => `let base${d} = p.at${d} * ${w.stride[d]};`).join(' ')}
    let plane = p.image * ${w.groups} + own;
    let gradientAt = ${w.gradientOffset} + plane * ${w.rows} * ${w.gridPlane} + p.number - p.image * ${w.gridPlane};
    let sourceAt = ${w.sourceOffset} + plane * ${w.inputs} * ${w.sourcePlane} + ${weighted(at, w.sourceStrides)};`;
};
