import type { CorrelationWords } from './correlation.ts';

/** 0, 1, … */
export const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** A text for each direction. */
export const directions = (rank: number, text: (d: number) => string): string[] => range(rank).map(text);

/** `fields: i32` named `name0`, `name1`, … */
export const fields = (rank: number, name: string): string =>
  directions(rank, (d) => `${name}${d}: i32`).join(', ');

/** Whether a position lies inside the planes: one comparison for both ends. */
export const inside = (positions: readonly string[], sizes: readonly string[]): string =>
  positions.map((at, d) => `bitcast<u32>(${at}) < bitcast<u32>(${sizes[d]})`).join(' && ');

/** The text of a sum of products. */
export const weighted = (positions: readonly string[], strides: readonly string[]): string =>
  positions.map((at, d) => `${at} * ${strides[d]}`).join(' + ');

/**
 * The text of `phaseOf(number)`: for each direction the `shift` of its points in the result, the `first` tap that they see,
 * how many (`count`), and the `base` of their source positions.
 */
function phaseText(w: CorrelationWords): string {
  const { rank, back } = w;
  const lines = directions(rank, (d) => {
    if (!back) return `p.count${d} = ${w.taps[d]}; p.base${d} = -${w.padding[d]};`;
    const rest = d > 0 ? `rest % ${w.stride[d]}` : 'rest';
    return `p.shift${d} = ${rest};
  rest /= ${w.stride[d]};
  while (p.first${d} < ${w.taps[d]} && (p.shift${d} + ${w.padding[d]} - p.first${d} * ${w.dilation[d]}) % ${w.stride[d]} != 0) { p.first${d}++; }
  p.count${d} = (${w.taps[d]} - p.first${d} + ${w.every[d]} - 1) / ${w.every[d]};
  p.base${d} = (p.shift${d} + ${w.padding[d]} - p.first${d} * ${w.dilation[d]}) / ${w.stride[d]};`;
  });
  return `
struct Phase { ${['shift', 'first', 'count', 'base'].map((name) => fields(rank, name)).join(', ')} }
fn phaseOf(number: i32) -> Phase {
  var p: Phase;
  var rest = number;
  ${lines.reverse().join('\n  ')}
  return p;
}`;
}

/** The text of `pointOf(number)`: an image and a place in the grid; beyond the last point, the last. */
function pointText({ rank, grid, points }: CorrelationWords): string {
  const lines = directions(rank, (d) => `p.at${d} = rest % ${grid[d]}; rest /= ${grid[d]};`);
  return `
struct Point { image: i32, ${fields(rank, 'at')} }
fn pointOf(number: i32) -> Point {
  var p: Point;
  var rest = min(number, ${points} - 1);
  ${lines.reverse().join('\n  ')}
  p.image = rest;
  return p;
}`;
}

/**
 * The text of `placeOf(phase, point, group)`, the place of a point in the group's first channel, −1 where the result ends, and of
 * `storeAt(place, group, column, value)`, which stores nothing there.
 */
function storePointText(w: CorrelationWords, bias: boolean): string {
  const { rank, back } = w;
  const at = directions(rank, (d) => (back ? `(p.shift${d} + ${w.stride[d]} * q.at${d})` : `q.at${d}`));
  const value = bias ? `value + in2[${w.biasOffset} + group * ${w.columns} + column]` : 'value';
  return `
fn placeOf(p: Phase, q: Point, group: i32) -> i32 {
  let place = (q.image * ${w.groups} + group) * ${w.columns} * ${w.resultPlane} + ${weighted(at, w.resultStrides)};
  return ${back ? `select(-1, place, ${inside(at, w.result)})` : 'place'};
}
fn storeAt(place: i32, group: i32, column: i32, value: f32) {
  if (place >= 0 && column < ${w.columns}) { store(place + column * ${w.resultPlane}, ${value}); }
}`;
}

/** Functions that correlations share. */
export function correlationText(words: CorrelationWords, bias: boolean): string {
  return [phaseText(words), pointText(words), storePointText(words, bias)].join('\n');
}

/**
 * The text that finds what a workgroup computes: `phase`, `own`, its group of channels, and blocks. Neighbours share their
 * points, which so are read once.
 */
export const workgroupText = ({ pointBlocks, columnBlocks, groups }: CorrelationWords): string => `
  var rest = i32(group);
  let columnBlock = rest % ${columnBlocks};
  rest /= ${columnBlocks};
  let pointBlock = rest % ${pointBlocks};
  rest /= ${pointBlocks};
  let own = rest % ${groups};
  let phase = phaseOf(rest / ${groups});`;

/** The position in the source, without the tap's share, along each direction. */
export const sourcePositions = ({ rank, back, stride }: CorrelationWords, point: string): string[] =>
  directions(rank, (d) =>
    back ? `${point}.at${d} + phase.base${d}` : `${point}.at${d} * ${stride[d]} + phase.base${d}`,
  );

/** The texts of the distances between taps of a filter. */
export const tapStrides = ({ taps }: CorrelationWords): string[] =>
  taps.map((_, d) => (d === taps.length - 1 ? '1' : taps.slice(d + 1).join(' * ')));
