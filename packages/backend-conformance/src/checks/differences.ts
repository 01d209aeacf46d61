import type { TypedArray } from '@flambeau/core';
import { type Case, specsOf } from '../cases.ts';
import type { Context } from '../context.ts';
import { cotangent, uniformNumbers } from '../draw.ts';
import {
  type Evaluation,
  evaluate,
  type HostTensor,
  secondWeights,
  valuesOf,
  wantsGradient,
} from '../evaluate.ts';

/** The step of the central differences, and how far they may be off. */
const STEP = 1e-6;
const ATOL = 1e-6;
const RTOL = 1e-4;

/** Inputs of up to this many elements are moved one element at a time, larger ones in random directions. */
const ONE_BY_ONE = 12;
const DIRECTIONS = 3;

/** First derivatives against (f(x + h·v) − f(x − h·v)) / 2h. */
export function checkDifferences(context: Context, c: Case): Promise<string | null> {
  return compareWithDifferences(context, c, 1);
}

/** Second derivatives against differences of the first. */
export function checkDouble(context: Context, c: Case): Promise<string | null> {
  return compareWithDifferences(context, c, 2);
}

async function compareWithDifferences({ device }: Context, c: Case, order: 1 | 2): Promise<string | null> {
  const values = valuesOf(c);
  const inputs = specsOf(c.sample.args).flatMap((spec, i) => (wantsGradient(spec, c.dtype) ? [i] : []));
  const found = await evaluate(device, c, { order, values });
  const derivatives = order === 1 ? found.gradients : found.seconds;
  const along = async (i: number, input: number, direction: Float64Array): Promise<string | null> => {
    const at = async (shift: number): Promise<number> => {
      const moved = values.map((v, k) =>
        k === input ? v.map((value, e) => value + shift * (direction[e] as number)) : v,
      );
      return weighted(await evaluate(device, c, { order: 1, values: moved }), order);
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
function weighted({ outputs, gradients }: Evaluation, order: 1 | 2): number {
  const tensors: readonly (HostTensor | null)[] =
    order === 1 ? outputs.filter(({ differentiable }) => differentiable) : gradients;
  const weightsOf = order === 1 ? cotangent : secondWeights;
  return tensors.reduce((total, x, i) => total + (x ? dot(x.data, weightsOf(x.data.length, i)) : 0), 0);
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
