import type { TypedArray } from '@flambeau/core';
import { type Case, specsOf } from '../cases.ts';
import { NotHere, type Verdict } from '../cell.ts';
import { difference, toleranceFor } from '../compare.ts';
import type { Context } from '../context.ts';
import { cotangent, uniformNumbers } from '../draw.ts';
import { evaluate, type HostTensor, secondWeights, valuesOf, wantsGradient } from '../evaluate.ts';
import type { Tolerance } from '../samples/spec.ts';

/** The step of the central differences, and how far they may be off. */
const STEP = 1e-6;
const ATOL = 1e-6;
const RTOL = 1e-4;

/** Two derivatives lose digits: what float32 may be off by, of the largest value and of each. */
const SECOND: Tolerance = { atol: 2e-5, rtol: 1e-4 };

/** Inputs of up to this many elements are moved one element at a time, larger ones in random directions, as by gradcheck. */
const ONE_BY_ONE = 4;
const DIRECTIONS = 3;

/** First derivatives against (f(x + h·v) − f(x − h·v)) / 2h. */
export function checkDifferences(context: Context, c: Case): Promise<string | null> {
  return compareWithDifferences(context, c, 1);
}

/** Second derivatives: in float64 against differences of the first, in float32 against those in float64. */
export function checkDouble(context: Context, c: Case): Promise<Verdict> {
  return c.dtype === 'float64' ? compareWithDifferences(context, c, 2) : compareWithFloat64(context, c);
}

async function compareWithFloat64({ device, reference, tolerances }: Context, c: Case): Promise<Verdict> {
  const other = await reference();
  if (other instanceof NotHere) return other;
  const values = valuesOf(c);
  const [found, expected] = await Promise.all([
    evaluate(device, c, { order: 2, values }),
    evaluate(other, { ...c, dtype: 'float64' }, { order: 2, values }),
  ]);
  const usual = toleranceFor('float32', ...tolerances(c));
  const [atol, rtol] = [Math.max(usual.atol, SECOND.atol), Math.max(usual.rtol, SECOND.rtol)];
  for (const [i, wide] of expected.seconds.entries()) {
    const own = found.seconds[i] ?? null;
    const data = Float32Array.from(wide?.data ?? (own?.data ?? []).map(() => 0));
    const { shape } = wide ?? own ?? { shape: [0] };
    const got = own ?? { dtype: 'float32', shape, data: new Float32Array(data.length) };
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const wrong = difference(got, { dtype: got.dtype, shape, data }, { atol: atol * scale, rtol });
    if (wrong) return `second derivative ${i}, in float64 at '${other.name}': ${wrong}`;
  }
  return null;
}

async function compareWithDifferences({ device }: Context, c: Case, order: 1 | 2): Promise<string | null> {
  const values = valuesOf(c);
  const inputs = specsOf(c.sample.args).flatMap((spec, i) => (wantsGradient(spec, c.dtype) ? [i] : []));
  const found = await evaluate(device, c, { order, values });
  const seen = (i: number): boolean => found.outputs[i]?.differentiable === true;
  const all = (): boolean => true;
  const derivatives = order === 1 ? found.gradients : found.seconds;
  const along = async (i: number, input: number, direction: Float64Array): Promise<string | null> => {
    const at = async (shift: number): Promise<number> => {
      const moved = values.map((v, k) =>
        k === input ? v.map((value, e) => value + shift * (direction[e] as number)) : v,
      );
      return order === 1
        ? dotAll((await evaluate(device, c, { values: moved })).outputs, seen, cotangent)
        : dotAll((await evaluate(device, c, { order: 1, values: moved })).gradients, all, secondWeights);
    };
    const [ahead, behind] = await Promise.all([at(STEP), at(-STEP)]);
    const numeric = (ahead - behind) / (2 * STEP);
    const own = dot(derivatives[i]?.data ?? [], direction);
    if (Math.abs(own - numeric) <= ATOL + RTOL * Math.max(Math.abs(numeric), Math.abs(own))) return null;
    const where = direction.length > ONE_BY_ONE ? 'a random direction' : `position ${direction.indexOf(1)}`;
    return `input ${i} along ${where}: got ${own}, expected ${numeric} by finite differences`;
  };
  const verdicts = inputs.flatMap((input, i) =>
    directions((values[input] as TypedArray).length).map((direction) => along(i, input, direction)),
  );
  return (await Promise.all(verdicts)).find((wrong) => wrong !== null) ?? null;
}

/** The number that is differentiated: weighted outputs, or weighted gradients. */
function dotAll(
  tensors: readonly (HostTensor | null)[],
  counts: (i: number) => boolean,
  weightsOf: (size: number, i: number) => Float64Array,
): number {
  const chosen = tensors.filter((_, i) => counts(i));
  return chosen.reduce((total, x, i) => total + (x ? dot(x.data, weightsOf(x.data.length, i)) : 0), 0);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

function directions(size: number): Float64Array[] {
  if (size <= ONE_BY_ONE)
    return Array.from({ length: size }, (_, i) =>
      Float64Array.from({ length: size }, (_v, e) => Number(e === i)),
    );
  const next = uniformNumbers(size);
  return Array.from({ length: DIRECTIONS }, () => Float64Array.from({ length: size }, () => 2 * next() - 1));
}
