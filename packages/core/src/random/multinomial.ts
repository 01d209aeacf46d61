import { ArgumentError, ShapeError, ValueError } from '../errors.ts';
import type { FloatArray } from './arrays.ts';
import { fillExponential } from './exponential.ts';
import type { Generator } from './mt19937.ts';

/** Shape and mode of a multinomial draw. */
export interface MultinomialOptions {
  /** Samples for each row, at least 1; without replacement at most the number of categories. */
  readonly samples: number;
  /** Whether a category can be drawn more than once in a row. */
  readonly replacement: boolean;
}

function checkWeights(
  weights: FloatArray,
  rows: number,
  { samples, replacement }: MultinomialOptions,
): number {
  const categories = weights.length / rows;
  if (!Number.isSafeInteger(rows) || rows < 1 || !Number.isSafeInteger(categories) || categories < 1) {
    throw new ShapeError(
      'multinomial',
      `not a matrix: got ${weights.length} weights in ${rows} rows, expected at least one weight in each.`,
    );
  }
  if (!Number.isSafeInteger(samples) || samples < 1 || (!replacement && samples > categories)) {
    const most = replacement ? '1 or more' : `1 to ${categories}, the number of categories`;
    throw new ArgumentError('multinomial', `bad number of samples: got ${samples}, expected ${most}.`, {
      samples,
    });
  }
  for (let row = 0; row < rows; row++) {
    let total = 0;
    for (let i = row * categories; i < (row + 1) * categories; i++) {
      const weight = weights[i] as number;
      if (!(weight >= 0 && weight < Infinity)) {
        throw new ValueError(
          'multinomial',
          `bad weight: got ${weight} in row ${row}, expected finite and >= 0.`,
          { row, weight },
        );
      }
      total += weight;
    }
    if (total === 0) {
      throw new ValueError(
        'multinomial',
        `nothing to draw: got only zeros in row ${row}, expected a positive sum.`,
        { row },
      );
    }
  }
  return categories;
}

/** Running sums of one row, scaled so that the last is 1, with every step rounded to the dtype of `cumulative`. */
function accumulate(weights: FloatArray, start: number, cumulative: FloatArray): void {
  const last = cumulative.length - 1;
  cumulative[0] = weights[start] as number;
  for (let i = 1; i <= last; i++)
    cumulative[i] = (cumulative[i - 1] as number) + (weights[start + i] as number);
  const total = cumulative[last] as number;
  for (let i = 0; i < last; i++) cumulative[i] = (cumulative[i] as number) / total;
  cumulative[last] = 1;
}

function firstAtLeast(sorted: FloatArray, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Draws category indices with probabilities in proportion to `weights`, as `torch.multinomial`.
 *
 * With replacement, a float64 uniform is looked up in the row's cumulative sums. Without, the `samples` largest of
 * weight / e are taken, e exponential with rate 1, in descending order.
 *
 * @param generator - source of the draws; it is advanced.
 * @param weights - Shape (rows, categories), finite and >= 0, float32 or float64; rows need not sum to 1.
 * @param rows - number of rows, at least 1.
 * @param options - number of samples and whether they are replaced.
 * @returns indices. Shape (rows, samples), int32.
 * @throws {@link ArgumentError} when `samples` is out of range.
 * @throws {@link ValueError} when a weight is negative or not finite, or a row is all zeros; then nothing is drawn.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.multinomial.html (numbers of PyTorch 1.13, CPU).
 * Without replacement, equal quotients (weights of 0) come in the order of their indices; PyTorch leaves it open.
 * @example
 * ```ts
 * import { Mt19937 } from './mt19937.ts';
 * import { drawMultinomial } from './multinomial.ts';
 * drawMultinomial(new Mt19937(0), new Float32Array([0.1, 0.7, 0.2]), 1, { samples: 5, replacement: true });
 * ```
 */
export function drawMultinomial(
  generator: Generator,
  weights: FloatArray,
  rows: number,
  options: MultinomialOptions,
): Int32Array {
  const { samples, replacement } = options;
  const categories = checkWeights(weights, rows, options);
  const out = new Int32Array(rows * samples);
  if (replacement) {
    const cumulative = weights.slice(0, categories);
    for (let row = 0; row < rows; row++) {
      accumulate(weights, row * categories, cumulative);
      for (let i = 0; i < samples; i++)
        out[row * samples + i] = firstAtLeast(cumulative, generator.uniformDouble());
    }
    return out;
  }
  const quotients = weights.slice();
  fillExponential(generator, quotients);
  for (let i = 0; i < quotients.length; i++) quotients[i] = (weights[i] as number) / (quotients[i] as number);
  for (let row = 0; row < rows; row++) {
    const start = row * categories;
    const order = Int32Array.from({ length: categories }, (_, i) => i);
    order.sort((a, b) => (quotients[start + b] as number) - (quotients[start + a] as number) || a - b);
    out.set(order.subarray(0, samples), row * samples);
  }
  return out;
}
