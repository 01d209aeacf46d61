import type { Operand } from '@flambeau/core/functional';
import { mergeLayouts } from '@flambeau/core/functional';
import type { Binding, BindingType } from '../../shader/shader.ts';
import { storage } from '../../shader/shader.ts';
import type { PlacedLayout } from '../../wgsl/layout.ts';
import { locate, Params } from '../../wgsl/layout.ts';
import type { Ending } from '../ending.ts';

/**
 * How the elements of a factor are loaded: four along the summed axis (`depth`), four along its own rows or columns
 * (`edge`), or one by one (`single`).
 */
export type Loading = 'depth' | 'edge' | 'single';

/** Rows times columns of a batch of products, with where everything stands. */
export interface Problem {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batches: number;
  readonly left: Loading;
  readonly right: Loading;
  /** The product's rows are whole vectors. */
  readonly byFours: boolean;
  /** A number for each column is added. */
  readonly bias: boolean;
  readonly params: Params;
  readonly places: Places;
}

/** Where a kernel finds its parameters. */
export interface Places {
  /** m, n, k and the product's offset. */
  readonly sizes: number;
  /** Of the left factor from row to row and along the depth, of the right along the depth and from column to column. */
  readonly steps: number;
  readonly left: PlacedLayout;
  readonly right: PlacedLayout;
  /** The offset of the bias and its stride. */
  readonly bias: number;
  /** How much of the summed axis a part takes, and how many products there are. */
  readonly split: number;
}

/** One factor: strides of its own rows (or columns) and along the summed axis. */
interface Factor {
  readonly own: number;
  readonly depth: number;
  readonly offset: number;
  readonly batch: readonly number[];
}

function loadingOf({ own, depth, offset, batch }: Factor, k: number): Loading {
  const aligned = (...steps: readonly number[]): boolean =>
    [offset, ...batch, ...steps].every((step) => step % 4 === 0);
  if (depth === 1 && k % 4 === 0 && aligned(own)) return 'depth';
  return own === 1 && aligned(depth) ? 'edge' : 'single';
}

/** Describes `a (…, m, k) · b (…, k, n)`, of any layouts, with the batch axes broadcast already. */
export function problemOf(a: Operand, b: Operand, y: Operand, bias: Operand | undefined): Problem {
  const row = a.shape.length - 2;
  const [m, k] = a.shape.slice(row) as [number, number];
  const n = b.shape[row + 1] as number;
  const batch = mergeLayouts({
    shape: a.shape.slice(0, row),
    strides: [a.strides.slice(0, row), b.strides.slice(0, row)],
  });
  const [leftBatch = [], rightBatch = []] = batch.strides;
  const [aRow, aDepth] = a.strides.slice(row) as [number, number];
  const [bDepth, bColumn] = b.strides.slice(row) as [number, number];
  const batches = m * n === 0 ? 0 : y.size / (m * n);
  const params = new Params();
  const sizes = params.add(m, n, k, y.offset);
  const steps = params.add(aRow, aDepth, bDepth, bColumn);
  const rank = batch.shape.length;
  const shape = params.add(...batch.shape);
  const left = { rank, shape, walk: params.add(a.offset, ...leftBatch) };
  const right = { rank, shape, walk: params.add(b.offset, ...rightBatch) };
  return {
    m,
    n,
    k,
    batches,
    left: loadingOf({ own: aRow, depth: aDepth, offset: a.offset, batch: leftBatch }, k),
    right: loadingOf({ own: bColumn, depth: bDepth, offset: b.offset, batch: rightBatch }, k),
    byFours: n % 4 === 0 && y.offset % 4 === 0,
    bias: bias !== undefined,
    params,
    places: {
      ...{ sizes, steps, left, right },
      bias: params.add(bias?.offset ?? 0, bias?.strides[0] ?? 0),
      split: params.add(k, batches),
    },
  };
}

/** Has the summed axis computed in parts of so much each, which stand one after another in memory of their own. */
export function inParts({ params, places }: Problem, each: number): void {
  params.words[places.split] = each;
  params.words[places.sizes + 3] = 0;
}

/** What the kernel's text depends on. */
export function structureOf({ left, right, byFours, bias, places }: Problem): string {
  return `${left} ${right} ${byFours} ${bias} ${places.left.rank}`;
}

/** Declarations that all kernels of a problem share: sizes, steps, and where the factors of a batch begin. */
export function declarations({ places }: Problem): string {
  const names = ['m', 'n', 'k', 'product_at'];
  const steps = ['a_row', 'a_depth', 'b_depth', 'b_column'];
  const read = (name: string, at: number): string => `fn ${name}() -> i32 { return param(${at}u); }`;
  return [
    ...names.map((name, i) => read(`${name}_`, places.sizes + i)),
    ...steps.map((name, i) => read(`${name}_`, places.steps + i)),
    locate('left_at', places.left),
    locate('right_at', places.right),
  ].join('\n');
}

/** The text of `fn store4(batch, row, column, product)`: what lies beyond the product is not stored. */
export function storing({ byFours, bias, places }: Problem, { text, output }: Ending): string {
  const four = [0, 1, 2, 3];
  const biased = bias
    ? `value += vec4<f32>(${four.map((j) => `in2[param(${places.bias}u) + min(column + ${j}, n - 1) * param(${places.bias + 1}u)]`).join(', ')});`
    : '';
  const ended = four.map((j) => `ended(at + ${j}, value[${j}])`);
  const singles = four.map((j) => `if (column + ${j} < n) { out[product_at_() + at + ${j}] = ${ended[j]}; }`);
  return `${text}
fn store4(batch: i32, row: i32, column: i32, product: vec4<f32>) {
  let n = n_();
  if (row >= m_() || column >= n) { return; }
  var value = product;
  ${biased}
  let at = (batch * m_() + row) * n + column;
  ${byFours ? `out[(product_at_() + at) / 4] = vec4<${output}>(${ended.join(', ')});` : singles.join('\n  ')}
}`;
}

/** The bindings of a kernel whose factors have these types. */
export function bindingsOf(
  { byFours, bias }: Problem,
  factors: readonly [BindingType, BindingType],
  { bindings, output }: Ending,
): Binding[] {
  return storage(
    [...factors, ...(bias ? (['f32'] as const) : []), ...bindings],
    [byFours ? `vec4<${output}>` : output],
  );
}

/** The type in which a factor is bound. */
export const factorType = (loading: Loading): BindingType => (loading === 'single' ? 'f32' : 'vec4<f32>');
