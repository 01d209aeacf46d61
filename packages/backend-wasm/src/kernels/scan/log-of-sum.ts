import type { Expr } from '../../emit/expression.ts';
import { f64, select } from '../../emit/expression.ts';
import type { FunctionBody } from '../../emit/function.ts';
import { call } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { f64x2 } from '../../emit/vector.ts';
import { Constants } from '../math/context.ts';
import { wideExp } from '../math/exp.ts';
import { wideLog } from '../math/log.ts';
import type { ScanKind } from './kind.ts';

/** A total and an element become the next total. */
export type Combine = (total: Expr<'f64'>, value: Expr<'f64'>) => Expr<'f64'>;

/** Differences below add nothing to a float32. */
const LEAST = -110;

/** log(eᵃ + eᵇ) of variables: by the engine's own functions for float64, else in float64 lanes. */
export function logOfSum({ dtype }: ScanKind, builder: ModuleBuilder): (body: FunctionBody) => Combine {
  if (dtype !== 'float32') {
    const exp = builder.importFunction('math', 'exp', ['f64'], 'f64');
    const log1p = builder.importFunction('math', 'log1p', ['f64'], 'f64');
    return () => combining((difference) => call(log1p, call(exp, difference)));
  }
  return (body) => {
    const constants = new Constants(body);
    const context = { body, constants, lanes: 1, imported: () => notImported() } as const;
    const [least, one] = [constants.f64(LEAST), constants.f64(1)];
    const [exp, log] = [wideExp(context), wideLog(context)];
    constants.close();
    return combining((difference) => {
      const power = exp(body.let(f64x2.pmax(f64x2.splat(difference), least)));
      return f64x2.extractLane(log(body.let(f64x2.add(power, one))), 0);
    });
  };
}

function notImported(): never {
  throw new TypeError('wasm: exp and log in float64 lanes import nothing');
}

/** @param correction - log(1 + eˣ) for x from −∞ to 0, or NaN. */
const combining =
  (correction: (difference: Expr<'f64'>) => Expr<'f64'>): Combine =>
  (a, b) => {
    const top = f64.max(a, b);
    const sum = f64.add(top, correction(f64.sub(f64.min(a, b), top)));
    // Equal infinities have no difference.
    return select(f64.eq(a, b), f64.add(a, f64.const(Math.LN2)), sum);
  };
