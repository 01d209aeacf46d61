import type { DType, TypedArray } from './dtype.ts';
import { isFloat } from './dtype.ts';
import { sizeOf } from './shape.ts';

/** What a printed tensor may say besides its values. */
export interface FormatExtras {
  /** The device's name; leave it out on the default device. */
  readonly device?: string;
  /** Shown as `requiresGrad=true`, unless `gradFn` is given. */
  readonly requiresGrad?: boolean;
  /** Name of the op that made the tensor, shown as `gradFn=<name>`. */
  readonly gradFn?: string;
}

type FloatStyle = 'integer' | 'fixed' | 'scientific';

const PRECISION = 4;
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;
const PREFIX = 'tensor(';

// Digits enough to tell a decimal tie from a float64 that is merely close to one.
const EXACT_DIGITS = 60;

/** `x` >= 0 with four decimals, ties to even; JavaScript's own methods round ties up. */
function rounded(x: number, method: 'toFixed' | 'toExponential'): string {
  const exact = /^(\d+\.\d{4})(\d+)(.*)$/.exec(x[method](EXACT_DIGITS));
  const [, kept = '', rest = '', exponent = ''] = exact ?? [];
  return /^50*$/.test(rest) && /[02468]$/.test(kept) ? kept + exponent : x[method](PRECISION);
}

function floatText(value: number, style: FloatStyle): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 'nan';
  if (size === Infinity) return `${sign}inf`;
  if (style === 'integer') return `${sign}${size}.`;
  if (style === 'fixed') return sign + rounded(size, 'toFixed');
  return sign + rounded(size, 'toExponential').replace(/e(.)(\d)$/, 'e$10$2');
}

/** Zero, infinite and NaN values neither choose the style nor widen the columns. */
function counts(value: number): boolean {
  return value !== 0 && Number.isFinite(value);
}

function floatStyle(values: readonly number[]): FloatStyle {
  let min = Infinity;
  let max = 0;
  let whole = true;
  for (const value of values) {
    if (!counts(value)) continue;
    min = Math.min(min, Math.abs(value));
    max = Math.max(max, Math.abs(value));
    whole &&= Number.isInteger(value);
  }
  if (max / min > 1000 || max > 1e8 || min < 1e-4) return 'scientific';
  return whole ? 'integer' : 'fixed';
}

/** Positions along one dimension that are printed. */
function shownPositions(size: number, summarize: boolean): number[] {
  const length = summarize ? Math.min(size, 2 * EDGE_ITEMS) : size;
  return Array.from({ length }, (_, i) => (i < EDGE_ITEMS ? i : size - length + i));
}

/** Nested brackets around the values, without the surrounding `tensor(…)`. */
function formatBody(data: TypedArray, shape: readonly number[], dtype: DType, summarize: boolean): string {
  const shown = shape.map((size) => shownPositions(size, summarize));
  let offsets = [0];
  shape.forEach((size, dim) => {
    offsets = offsets.flatMap((offset) => shown[dim]!.map((position) => offset * size + position));
  });
  const values = offsets.map((offset) => data[offset]!);
  const float = isFloat(dtype);
  const style = floatStyle(values);
  const cells = values.map((value) => {
    if (float) return floatText(value, style);
    return String(dtype === 'bool' ? value !== 0 : value);
  });
  let width = 1;
  cells.forEach((cell, i) => {
    if (!float || counts(values[i]!)) width = Math.max(width, cell.length);
  });
  const last = shape.length - 1;
  let next = 0;
  const block = (dim: number): string => {
    if (dim > last) return cells[next++]!.padStart(width);
    const items = shown[dim]!.map(() => block(dim + 1));
    if (items.length < shape[dim]!) items.splice(EDGE_ITEMS, 0, dim === last ? ' ...' : '...');
    const indent = PREFIX.length + dim;
    const perLine = dim < last ? 1 : Math.max(1, Math.floor((LINE_WIDTH - indent) / (width + 2)));
    const lineBreak = `,${'\n'.repeat(last - dim || 1)}${' '.repeat(indent + 1)}`;
    const separated = items.map((item, i) => (i === 0 ? '' : i % perLine > 0 ? ', ' : lineBreak) + item);
    return `[${separated.join('')}]`;
  };
  return block(0);
}

/**
 * The text of a tensor, character for character as PyTorch 1.13 prints it with its default options: 4 digits, more than
 * 1000 elements summarised to 3 at each edge, lines of 80 characters.
 *
 * Floats print as `1.` if all are whole, else with four decimals; in scientific notation if the largest is above 1e8 or
 * above 1000 times the smallest, or the smallest below 1e-4: in absolute value, among the printed elements that are
 * neither zero, infinite nor NaN. Only printed elements are read.
 *
 * @param data - Elements in row-major order, as many as `shape` holds; `bool` as zeros and ones.
 * @param shape - Any number of dimensions; `[]` is a scalar. Sizes of zero are allowed.
 * @param dtype - Named in the text unless it is float32, int32 or bool; in empty tensors unless it is float32.
 * @param extras - Suffixes: device, then the gradient's op or `requiresGrad=true`.
 * @returns Text that starts with `tensor(` and ends with `)`, without a final line break.
 *
 * @remarks Source: https://pytorch.org/docs/1.13/generated/torch.set_printoptions.html
 * Differences: int32 is the unnamed integer dtype, in the place of int64; dtypes have no `torch.` before their names;
 * `true` and `false` are lower-case; `requiresGrad=true` and `gradFn=<mul>` stand for `requires_grad=True` and
 * `grad_fn=<MulBackward0>`. A suffix wraps by the length that it has here.
 *
 * @example
 * ```ts
 * import { formatValues } from './format.ts';
 * formatValues(new Float64Array([1, 0.5, -2, Math.PI]), [2, 2], 'float64');
 * // tensor([[ 1.0000,  0.5000],
 * //         [-2.0000,  3.1416]], dtype=float64)
 * ```
 */
export function formatValues(
  data: TypedArray,
  shape: readonly number[],
  dtype: DType,
  extras: FormatExtras = {},
): string {
  const count = sizeOf(shape);
  const { device, gradFn, requiresGrad } = extras;
  const suffixes = [
    device !== undefined && `device='${device}'`,
    count === 0 && shape.length > 1 && `size=(${shape.join(', ')})`,
    (count === 0 ? dtype !== 'float32' : !/^(float32|int32|bool)$/.test(dtype)) && `dtype=${dtype}`,
    gradFn === undefined ? requiresGrad && 'requiresGrad=true' : `gradFn=<${gradFn}>`,
  ];
  let text = PREFIX + (count === 0 ? '[]' : formatBody(data, shape, dtype, count > THRESHOLD));
  // Two more than the line's length: kept from PyTorch, so that lines break at the same place.
  let lineLength = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (!suffix) continue;
    const fits = lineLength + suffix.length + 2 <= LINE_WIDTH;
    text += (fits ? ', ' : `,\n${' '.repeat(PREFIX.length)}`) + suffix;
    lineLength = suffix.length + (fits ? lineLength + 2 : PREFIX.length);
  }
  return `${text})`;
}
