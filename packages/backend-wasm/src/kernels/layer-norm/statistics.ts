import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { eachVector, wideSum } from '../loops/each-vector.ts';
import { multiplyAdd } from '../matmul/tile.ts';

/** What values are normalised by. */
export interface RowStatistics {
  readonly mean: Local<'f32'>;
  /** 1/√(variance + eps), of the biased variance. */
  readonly rstd: Local<'f32'>;
}

const UNROLL = 8;
/** Sums in float32 that a turn of the loop adds to at the same time. */
const CHAINS = 2;
/** The distance from the mean, in standard deviations, from where on the first value is a bad point to measure from. */
const FAR = 2;

/**
 * Mean and deviation of `length` float32 values, at least one, in one pass: their distances from the first one and the
 * squares of those are added up, few in float32, then in float64. Where the first value is too far from the mean, so that
 * the variance would be a small difference of large numbers, a second pass measures from the mean.
 */
export function statisticsOf(
  body: FunctionBody,
  values: Local<'i32'>,
  length: Local<'i32'>,
  eps: Expr<'f64'>,
  fused: boolean,
): RowStatistics {
  const count = body.let(f64.convertI32S(length));
  const center = body.let(v128.load32Splat(values));
  const [shift, variance, mean] = [body.local('f64'), body.local('f64'), body.local('f32')];
  // 1 after the first pass, and 0 after the second.
  const left = body.let(i32.const(2));
  const from = body.local('i32');
  const isFar = f64.gt(f64.mul(shift, shift), f64.mul(variance, f64.const(FAR * FAR)));
  body.doWhile(i32.and(left, isFar), () => {
    const [sum, squares] = [wideSum(body), wideSum(body)];
    body.set(from, values);
    eachVector(body, length, [from], UNROLL, ({ offsets, load, own }) => {
      const [sums, powers]: [Local<'v128'>[], Local<'v128'>[]] = [[], []];
      for (const [i, at] of offsets.entries()) {
        const distance = body.let(own(f32x4.sub(load(from, at), center)));
        const chain = i % CHAINS;
        if (i < CHAINS) {
          powers.push(body.let(f32x4.mul(distance, distance)));
          sums.push(distance);
        } else {
          body.set(powers[chain], multiplyAdd(fused, distance, distance, powers[chain]));
          body.set(sums[chain], f32x4.add(sums[chain], distance));
        }
      }
      sum.add(...sums);
      squares.add(...powers);
    });
    body.set(shift, f64.div(sum.total(), count));
    body.set(variance, f64.sub(f64.div(squares.total(), count), f64.mul(shift, shift)));
    body.set(mean, f32.demoteF64(f64.add(f64.promoteF32(f32x4.extractLane(center, 0)), shift)));
    body.set(center, f32x4.splat(mean));
    body.advance(left, -1);
  });
  const root = f64.sqrt(f64.add(variance, eps));
  return { mean, rstd: body.let(f32.demoteF64(f64.div(f64.const(1), root))) };
}
