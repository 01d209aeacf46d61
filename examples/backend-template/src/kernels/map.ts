import type { MapKernel, ScalarNode } from '@flambeau/core';
import { places, values } from './loops.ts';

type Operation = (a: number, b: number, c: number) => number;

/** Tier 1, and fmod, whose definition in tier 1 is less exact. What a result is stored into rounds it, and cuts integers. */
const operations: Readonly<Record<string, Operation>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  fmod: (a, b) => a % b,
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b), // as in C
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  sqrt: (a) => Math.sqrt(a),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tanh: (a) => Math.tanh(a),
  floor: (a) => Math.floor(a),
  trunc: (a) => Math.trunc(a),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
  select: (a, b, c) => (a !== 0 ? b : c),
  isnan: (a) => Number(Number.isNaN(a)),
  cast: (a) => a,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr: (a, b) => a >> b,
};

/** What is different for int32: products wrap around, quotients are cut, and nothing is divided by 0. */
const integers: Readonly<Record<string, Operation>> = {
  mul: Math.imul,
  div: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  fmod: (a, b) => (b === 0 ? 0 : a % b),
  pow: (base, exponent) => {
    if (exponent < 0) return base === 1 || base === -1 ? base ** (exponent % 2) : 0;
    let result = 1;
    for (let [factor, left] = [base, exponent]; left > 0; left >>>= 1, factor = Math.imul(factor, factor)) {
      if (left & 1) result = Math.imul(result, factor);
    }
    return result;
  },
};

/** Evaluates one operation for every element. Its operands are tensors, numbers of the call, or parts of the formula. */
export const map: MapKernel = ({ root }, inputs, scalars, output) => {
  const op = root.args.length > 0 ? root.op : 'cast'; // a bare operand is stored as it is
  const operands = (root.args.length > 0 ? root.args : [root]).map((node: ScalarNode): (() => number) => {
    if (node.op !== 'input') return () => (node.op === 'scalar' ? scalars[node.value] : node.value);
    const x = inputs[node.value];
    const walk = places(x);
    return () => values(x)[walk.next().value as number];
  });
  const none = (): number => 0;
  const [a = none, b = none, c = none] = operands;
  const compute = (root.args[0]?.type === 'int32' ? integers[op] : undefined) ?? operations[op];
  const toBool = op === 'cast' && output.dtype === 'bool';
  for (const place of places(output)) {
    const value = compute(a(), b(), c());
    values(output)[place] = toBool ? Number(value !== 0) : value;
  }
};
