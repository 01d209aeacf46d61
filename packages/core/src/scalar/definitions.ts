import type { ScalarNode } from './expr.ts';
import { tier1 } from './expr.ts';
import type { ScalarFunction } from './functions.ts';
import { registeredFunction } from './functions.ts';

const { add, sub, mul, div, neg, abs, exp, log, trunc, eq, lt, ge, select } = tier1;

/** log(1 + x) without cancellation: log(u)·x/(u − 1) with u = fl(1 + x) (W. Kahan's formula). */
const log1p: ScalarFunction = {
  name: 'log1p',
  define: (x) => {
    const u = add(x, 1);
    const ratio = mul(log(u), div(x, sub(u, 1)));
    return select(eq(u, 1), x, select(eq(u, Infinity), u, ratio));
  },
  vjp: (g, [x]) => [div(g, add(x as ScalarNode, 1))],
};

/** exp(x) − 1 without cancellation: (u − 1)·x/log(u) with u = fl(exp(x)) (W. Kahan's formula). */
const expm1: ScalarFunction = {
  name: 'expm1',
  define: (x) => {
    const u = exp(x);
    const less = sub(u, 1);
    const ratio = mul(less, div(x, log(u)));
    return select(eq(u, 1), x, select(eq(less, -1), less, select(eq(u, Infinity), u, ratio)));
  },
  vjp: (g, _args, y) => [mul(g, add(y, 1))],
};

/**
 * The remainder of truncated division, with the sign of x. The product is split exactly (Veltkamp and Dekker), so the
 * result is exact in float32 while |x/y| < 2^24; int32 uses the integer quotient, and 0 where y is 0.
 */
const fmod: ScalarFunction = {
  name: 'fmod',
  define: (x, y) => {
    if (x.type === 'int32') return select(eq(y, 0), 0, sub(x, mul(div(x, y), y)));
    const q = trunc(div(x, y));
    const split = x.type === 'float64' ? 2 ** 27 + 1 : 2 ** 12 + 1;
    const high = (v: ScalarNode): ScalarNode => {
      const c = mul(v, split);
      return sub(c, sub(c, v));
    };
    const p = mul(q, y);
    const qh = high(q);
    const yh = high(y);
    const ql = sub(q, qh);
    const yl = sub(y, yh);
    const e = add(add(sub(mul(qh, yh), p), mul(qh, yl)), add(mul(ql, yh), mul(ql, yl)));
    const r = sub(sub(x, p), e);
    const m = abs(y);
    const positive = ge(x, 0);
    const up = select(positive, select(lt(r, 0), add(r, m), r), select(lt(neg(r), 0), sub(r, m), r));
    const down = select(ge(abs(up), m), select(positive, sub(up, m), add(up, m)), up);
    return select(eq(m, Infinity), select(lt(abs(x), Infinity), x, sub(x, x)), down);
  },
  vjp: (g, [x, y]) => [g, neg(mul(g, trunc(div(x as ScalarNode, y as ScalarNode))))],
};

/** 1 / (1 + exp(−x)). */
const sigmoid: ScalarFunction = {
  name: 'sigmoid',
  define: (x) => div(1, add(exp(neg(x)), 1)),
  vjp: (g, _args, y) => [mul(g, mul(y, sub(1, y)))],
};

const builtIn: Readonly<Record<string, ScalarFunction>> = { log1p, expm1, fmod, sigmoid };

/** The tier-2 function of that name, if there is one. */
export function scalarFunction(name: string): ScalarFunction | undefined {
  return registeredFunction(name) ?? builtIn[name];
}
