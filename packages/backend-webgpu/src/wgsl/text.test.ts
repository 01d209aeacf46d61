import { input, node, s } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { elementwise, shaderText, storage } from '../shader/shader.ts';
import { prelude } from './functions.ts';
import { locate, Params } from './layout.ts';
import { constantText, operationText, wrapped } from './scalar.ts';

const call = (name: string, ...args: readonly string[]): string => `${name}(${args.join(', ')})`;

describe('the prelude', () => {
  test('puts what a function calls before it, once', () => {
    const names = [...prelude(['logOnePlus', 'logarithm']).matchAll(/^fn (\w+)/gm)].map(([, name]) => name);
    expect(names).toEqual(['logSeries', 'fromBits', 'logarithm', 'logOnePlus']);
  });

  test('has only what was asked for', () => {
    expect(prelude([])).toBe('');
    expect(() => prelude(['nothing'])).toThrow("no function 'nothing'");
  });
});

describe('scalar operations', () => {
  const x = input(0, 'float32');

  test('a value is never compared with itself', () => {
    expect(operationText(s.eq(x, x), ['v0', 'v0'], call)).toBe('!isNan(v0)');
    expect(operationText(s.ne(x, x), ['v0', 'v0'], call)).toBe('differ(v0, v0)');
  });

  test('float constants are bits that the compiler does not see', () => {
    expect(constantText(node('const', 'float32', [], -0), call)).toBe('number(0x80000000u)');
    expect(constantText(node('const', 'float32', [], Infinity), call)).toBe('number(0x7f800000u)');
    expect(constantText(node('const', 'int32', [], -(2 ** 31)), call)).toBe('i32(-2147483648)');
  });

  test('narrow integers are cut at the store', () => {
    expect(wrapped('v1', 'uint8')).toBe('(v1) & 255');
    expect(wrapped('v1', 'int8')).toBe('((v1) << 24u) >> 24u');
    expect(wrapped('v1', 'int32')).toBe('v1');
  });

  test('an operation without a text is refused', () => {
    expect(() => operationText(node('erf', 'float32', [x]), ['v0'], call)).toThrow(
      "no text for scalar operation 'erf' on float32",
    );
  });
});

describe('kernels', () => {
  test('parameters are where the text looks for them, after the numbers of groups and elements', () => {
    const params = new Params(6);
    const shape = params.add(2, 3);
    const walk = params.add(10, 1, 2);
    expect([shape, walk, params.words]).toEqual([2, 4, [0, 6, 2, 3, 10, 1, 2]]);
    expect(locate('at', { rank: 2, shape, walk })).toBe(
      'fn at(i: i32) -> i32 { var at = param(4u); var rest = i; at += (rest % param(3u)) * param(6u); rest /= param(3u); at += rest * param(5u); return at; }',
    );
  });

  test('bindings are numbered in their order, after the parameters', () => {
    const bindings = storage(['f32', 'vec4<f32>'], ['i32', 'f32']);
    const text = shaderText(elementwise({ name: 'k', bindings, paramWords: 5, code: '' }));
    expect(text).toContain('@binding(0) var<uniform> params: array<vec4<i32>, 2>');
    expect(text).toContain('@binding(2) var<storage, read> in1: array<vec4<f32>>');
    expect(text).toContain('@binding(3) var<storage, read_write> out: array<i32>');
    expect(text).toContain('@binding(4) var<storage, read_write> out1: array<f32>');
  });

  test('a checked kernel has the fault words as its last binding, and its ticket as the last parameter', () => {
    const shader = elementwise({ name: 'k', bindings: storage(['i32'], ['f32']), paramWords: 5, code: '' });
    expect(shaderText(shader)).not.toContain('fault');
    const text = shaderText({ ...shader, checked: true });
    expect(text).toContain('@binding(3) var<storage, read_write> fault');
    expect(text).toContain('let ticket = bitcast<u32>(param(4u));');
  });

  test('a kernel with subgroups is told its lane', () => {
    const shader = { name: 'k', bindings: storage([], ['f32']), paramWords: 2, threads: 32, code: '' };
    expect(shaderText(shader)).not.toContain('subgroup');
    const text = shaderText({ ...shader, subgroups: true });
    expect(text).toMatch(/^enable subgroups;/);
    expect(text).toContain('lane = own_lane;');
  });
});
