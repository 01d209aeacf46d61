import { scalarFunction } from './definitions.ts';
import type { ScalarNode } from './expr.ts';
import { rewrite, tier1, topological } from './expr.ts';

const { add, sub, mul, div, pow, neg, log, sin, cos, eq, lt, gt, ge, and, select, cast } = tier1;

type Rule = (g: ScalarNode, args: readonly ScalarNode[], y: ScalarNode) => readonly (ScalarNode | null)[];

/** Rules for operations with one argument. */
const one =
  (rule: (g: ScalarNode, x: ScalarNode, y: ScalarNode) => ScalarNode): Rule =>
  (g, args, y) => [rule(g, args[0] as ScalarNode, y)];

/** Rules for operations with two arguments. */
const two =
  (
    rule: (g: ScalarNode, a: ScalarNode, b: ScalarNode, y: ScalarNode) => readonly (ScalarNode | null)[],
  ): Rule =>
  (g, args, y) =>
    rule(g, args[0] as ScalarNode, args[1] as ScalarNode, y);

const isFloat = (n: ScalarNode): boolean => n.type === 'float32' || n.type === 'float64';

/** Adjoints of tier-1 operations. Ties and zeros follow PyTorch; a missing rule means a zero derivative. */
const rules: Readonly<Record<string, Rule>> = {
  add: two((g) => [g, g]),
  sub: two((g) => [g, neg(g)]),
  mul: two((g, a, b) => [mul(g, b), mul(g, a)]),
  div: two((g, _a, b, y) => [div(g, b), neg(div(mul(g, y), b))]),
  pow: two((g, a, b, y) => [
    select(eq(b, 0), 0, mul(g, mul(b, pow(a, sub(b, 1))))),
    select(and(eq(a, 0), ge(b, 0)), 0, mul(g, mul(y, log(a)))),
  ]),
  max: two((g, a, b) => [
    select(eq(a, b), div(g, 2), select(lt(a, b), 0, g)),
    select(eq(a, b), div(g, 2), select(gt(a, b), 0, g)),
  ]),
  min: two((g, a, b) => [
    select(eq(a, b), div(g, 2), select(gt(a, b), 0, g)),
    select(eq(a, b), div(g, 2), select(lt(a, b), 0, g)),
  ]),
  neg: one((g) => neg(g)),
  abs: one((g, x) => select(gt(x, 0), g, select(lt(x, 0), neg(g), mul(g, 0)))),
  exp: one((g, _x, y) => mul(g, y)),
  log: one((g, x) => div(g, x)),
  sqrt: one((g, _x, y) => div(g, mul(y, 2))),
  sin: one((g, x) => mul(g, cos(x))),
  cos: one((g, x) => neg(mul(g, sin(x)))),
  tanh: one((g, _x, y) => mul(g, sub(1, mul(y, y)))),
  select: (g, [condition]) => [
    null,
    select(condition as ScalarNode, g, 0),
    select(condition as ScalarNode, 0, g),
  ],
  cast: (g, [x]) => [isFloat(x as ScalarNode) ? cast(g, (x as ScalarNode).type) : null],
};

/**
 * Differentiates an expression in reverse: the adjoints of its `arity` operands, given the adjoint `g` of its value.
 * Where the value itself appears in an adjoint it is replaced by `y`, so that the saved output is used.
 */
export function deriveVjp(
  root: ScalarNode,
  arity: number,
  g: ScalarNode,
  y: ScalarNode,
): readonly (ScalarNode | null)[] {
  const adjoint = new Map<ScalarNode, ScalarNode>([[root, g]]);
  const result = new Array<ScalarNode | null>(arity).fill(null);
  for (const current of topological([root]).reverse()) {
    const a = adjoint.get(current);
    if (!a || !isFloat(current)) continue;
    if (current.op === 'input') {
      result[current.value] = a;
      continue;
    }
    const rule = rules[current.op] ?? scalarFunction(current.op)?.vjp;
    const contributions = rule?.(a, current.args, current) ?? [];
    current.args.forEach((arg, i) => {
      const contribution = contributions[i];
      if (!contribution || !isFloat(arg)) return;
      const before = adjoint.get(arg);
      adjoint.set(arg, before ? add(before, contribution) : contribution);
    });
  }
  return result.map((r) => r && (root.args.length > 0 ? rewrite(r, (n) => (n === root ? y : undefined)) : r));
}
