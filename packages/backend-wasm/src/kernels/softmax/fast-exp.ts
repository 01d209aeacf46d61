import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { f32x4, i32x4 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import { multiplyAdd } from '../matmul/tile.ts';

/** (eʳ − 1 − r) / r² for |r| ≤ ½·ln 2, lowest power first: what is left of eʳ has a relative error of 3·10⁻⁹. */
const POWERS = [
  0.4999999403953552, 0.1666652113199234, 0.04166838899254799, 0.00836874544620514, 0.0013814540579915047,
] as const;
/** ln 2 in two parts: products of the first with small integers are exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.12194440054690583e-4;
/** Adding it rounds to an integer, and leaves that plus 127, a float's exponent, in the lowest bits. */
const ROUNDER = 12_582_912 + 127;
/** The exponent field becomes 0 for −127 and that of ∞ for 128: results below 2^−126.5 and above 2^127.5 do, too. */
const [LOWEST, HIGHEST] = [-88, 89];

/**
 * Prepares exp of float32 lanes, within 1 unit in the last place. The constants are variables: in a loop the engine would
 * make them anew at every use. NaN stays NaN.
 *
 * @returns exp of its argument, a variable that it may not be.
 */
export function fastExp(body: FunctionBody, fused: boolean): (x: Vector) => Local<'v128'> {
  const all = (value: number): Local<'v128'> => body.let(f32x4.splat(f32.const(value)));
  const [lowest, highest, rounder, one] = [LOWEST, HIGHEST, ROUNDER, 1].map(all);
  const [log2e, high, low] = [Math.LOG2E, -LN2_HIGH, -LN2_LOW].map(all);
  const powers = POWERS.map(all);
  return (x) => {
    // pmin and pmax keep their first operand if it is NaN.
    const inside = body.let(f32x4.pmax(f32x4.pmin(x, highest), lowest));
    const rounded = body.let(multiplyAdd(fused, inside, log2e, rounder));
    const n = body.let(f32x4.sub(rounded, rounder));
    const rest = body.let(multiplyAdd(fused, n, low, multiplyAdd(fused, n, high, inside)));
    const last = powers.length - 1;
    const value = body.let(powers[last]);
    for (const power of powers.slice(0, last).reverse())
      body.set(value, multiplyAdd(fused, value, rest, power));
    const scale = i32x4.shl(rounded, i32.const(23));
    const mantissa = multiplyAdd(fused, multiplyAdd(fused, value, rest, one), rest, one);
    return body.let(f32x4.mul(mantissa, scale));
  };
}
