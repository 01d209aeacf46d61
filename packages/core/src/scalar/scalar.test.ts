import { describe, expect, test } from 'vitest';
import type { ScalarNode } from './index.ts';
import { constant, deriveVjp, expand, formatScalar, input, rewrite, s, topological } from './index.ts';

const x = input(0, 'float32');
const y = input(1, 'float32');
const g = input(2, 'float32');
const out = input(3, 'float32');

const adjoints = (root: ScalarNode, arity = 2): (string | null)[] =>
  deriveVjp(root, arity, g, out).map((adjoint) => adjoint && formatScalar(adjoint));

describe('hash-consing', () => {
  test('equal expressions are one object', () => {
    expect(s.add(x, s.mul(y, 2))).toBe(s.add(x, s.mul(y, 2)));
  });

  test('different constants, types and dtypes are different objects', () => {
    expect(constant(0, 'float32')).not.toBe(constant(-0, 'float32'));
    expect(constant(1, 'float32')).not.toBe(constant(1, 'float64'));
    expect(input(0, 'uint8')).not.toBe(input(0, 'int32'));
  });

  test('x = x·x + x thirty times has 61 nodes', () => {
    let v: ScalarNode = x;
    for (let i = 0; i < 30; i++) v = s.add(s.mul(v, v), v);
    expect(topological([v])).toHaveLength(61);
  });

  test('a chain of 100,000 nodes is walked without recursion', () => {
    let v: ScalarNode = x;
    for (let i = 0; i < 100_000; i++) v = s.neg(v);
    expect(topological([v])).toHaveLength(100_001);
    expect(rewrite(v, (n) => (n === x ? y : undefined)).id).not.toBe(v.id);
  });
});

describe('simplification', () => {
  test('multiplying and dividing by one and equal arms vanish', () => {
    expect(s.mul(x, 1)).toBe(x);
    expect(s.mul(1, x)).toBe(x);
    expect(s.div(x, 1)).toBe(x);
    expect(s.select(s.lt(x, y), x, x)).toBe(x);
  });

  test('what would lose NaN or −0 stays', () => {
    expect(formatScalar(s.mul(x, 0))).toBe('mul(x0, 0)');
    expect(formatScalar(s.add(x, 0))).toBe('add(x0, 0)');
  });
});

describe('types', () => {
  test('operands of different types are refused: casts are explicit', () => {
    expect(() => s.add(x, input(1, 'int32'))).toThrow('add: got float32 and int32');
  });

  test('comparisons give bool, uint8 computes as int32', () => {
    expect(s.lt(x, y).type).toBe('bool');
    expect(input(0, 'uint8').type).toBe('int32');
    expect(s.cast(x, 'uint8').type).toBe('int32');
  });
});

describe('derivatives', () => {
  test('product and quotient', () => {
    expect(adjoints(s.mul(x, y))).toEqual(['mul(x2, x1)', 'mul(x2, x0)']);
    expect(adjoints(s.div(x, y))).toEqual(['div(x2, x1)', 'neg(div(mul(x2, x3), x1))']);
  });

  test('the value itself is taken from the output', () => {
    expect(adjoints(s.exp(x), 1)).toEqual(['mul(x2, x3)']);
    expect(adjoints(s.tanh(x), 1)).toEqual(['mul(x2, sub(1, mul(x3, x3)))']);
  });

  test('an operand used twice adds up', () => {
    expect(adjoints(s.mul(x, x), 1)).toEqual(['add(mul(x2, x0), mul(x2, x0))']);
  });

  test('a select passes the gradient to the chosen arm, without multiplying by zero', () => {
    expect(adjoints(s.select(s.gt(x, 0), x, 0), 1)).toEqual(['select(gt(x0, 0), x2, 0)']);
  });

  test('comparisons, floor and integers have none', () => {
    expect(adjoints(s.cast(s.lt(x, y), 'float32'))).toEqual([null, null]);
    expect(adjoints(s.floor(x), 1)).toEqual([null]);
    expect(deriveVjp(s.mul(input(0, 'int32'), input(1, 'int32')), 2, g, out)).toEqual([null, null]);
  });
});

describe('tier-2 functions', () => {
  test('are expanded to tier 1 unless overridden', () => {
    const names = (root: ScalarNode): string[] => topological([root]).map((n) => n.op);
    const both = s.add(s.log1p(x), s.sigmoid(x));
    expect(names(expand(both, () => false))).not.toContain('log1p');
    expect(names(expand(both, (name) => name === 'log1p'))).toContain('log1p');
    expect(names(expand(both, (name) => name === 'log1p'))).not.toContain('sigmoid');
  });
});
