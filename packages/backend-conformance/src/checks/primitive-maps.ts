import type { DType, Tensor } from '@flambeau/core';
import { castTo, cat, DTYPES, defineMap, isFloat, together } from '@flambeau/core';
import type { Entry } from '../cell.ts';
import type { Dense } from '../reference/dense.ts';
import { mapped } from '../reference/primitives.ts';
import { CAST_OPERANDS, FLOAT_OPERANDS, INTEGER_OPERANDS, scalarChecks } from '../reference/scalars.ts';
import { ALL } from '../samples/spec.ts';
import { compared, dense, drawn, everyPlace, type Given, holding, name } from './primitive-cases.ts';

/** Operands of a scalar operation that meet each other in every pair: one to a dimension. */
function grid(dtype: DType, numbers: readonly (readonly number[])[]): Given[] {
  return numbers.map((values, i) =>
    holding(dtype, values, [values.length, ...new Array<number>(numbers.length - 1 - i).fill(1)]),
  );
}

/** An operation on tensors of several sizes in place, which a backend with `mapEach` is given at once. */
function severalAtOnce(dtype: DType, fn: (...x: number[]) => number): Entry {
  const sizes = [3, 1, 0, 4, 5, 17, 1031, 7];
  const x = sizes.map((n, i) => drawn(dtype, [n], 'contiguous', 2 * i + 1));
  const y = sizes.map((n, i) => drawn(dtype, [n], 'contiguous', 2 * i + 2));
  const run = (tensors: readonly Tensor[]): Tensor => {
    const targets = tensors.slice(0, sizes.length);
    const others = tensors.slice(sizes.length);
    together(() => {
      for (const [i, target] of targets.entries()) target.add_(others[i] as Tensor);
    });
    return cat(targets);
  };
  const expected = (): Dense => {
    const data = x.flatMap((own, i) => mapped(fn, dense(own), dense(y[i] as Given)).data);
    return { shape: [data.length], data };
  };
  return compared('add to several', [...x, ...y], run, expected, dtype);
}

/** Every tier-1 operation on numbers where it does something of its own, one of them on every layout, and every cast. */
export function maps(dtype: DType): Entry[] {
  const entries: Entry[] = [];
  for (const [op, check] of Object.entries(scalarChecks)) {
    const { arity, write, float, integer, bool } = check;
    const fn = isFloat(dtype) ? float : dtype === 'int32' || (dtype === 'bool' && bool) ? integer : undefined;
    if (!fn) continue;
    const usual = isFloat(dtype) ? FLOAT_OPERANDS : dtype === 'bool' ? [0, 1] : INTEGER_OPERANDS;
    const own = (isFloat(dtype) ? check.floats : check.integers) ?? [];
    const numbers = Array.from({ length: arity }, (_, i) => own[i] ?? usual);
    const given = grid(dtype, numbers);
    if (op === 'select') given[0] = { ...holding('bool', [0, 1]), shape: [2, 1, 1] };
    const fused = defineMap(`tier-1 ${op}`, arity, write, { rule: 'typed' });
    const result = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'isnan'].includes(op) ? 'bool' : dtype;
    const run = (tensors: readonly Tensor[]): Tensor => fused(...tensors);
    entries.push(compared(op, given, run, () => mapped(fn, ...given.map(dense)), result));
    if (op !== 'add') continue;
    if (dtype !== 'bool') entries.push(severalAtOnce(dtype, fn));
    for (const x of everyPlace(dtype)) {
      const y = drawn(dtype, x.shape.slice(-1), 'flipped', 2);
      entries.push(compared(`${op} of ${name(x)}`, [x, y], run, () => mapped(fn, dense(x), dense(y)), dtype));
    }
  }
  for (const to of ALL) {
    const numbers = CAST_OPERANDS[isFloat(dtype) ? 'float' : 'integer'];
    const fitting = to === 'uint8' && isFloat(dtype) ? numbers.filter((value) => value > -1) : numbers;
    const x = holding(dtype, to === 'bool' && isFloat(dtype) ? [...fitting, Number.NaN, Infinity] : fitting);
    const value = (n: number): number =>
      to === 'bool' ? Number(n !== 0) : DTYPES[to].category === 2 ? n : Math.trunc(n);
    entries.push(
      compared(
        `cast to ${to}`,
        [x],
        ([a]) => castTo(a as Tensor, to),
        () => mapped(value, dense(x)),
        to,
      ),
    );
  }
  return entries;
}
