// A method does what the function of its name does.
import {
  type Case,
  casesOf,
  type PublicFunction,
  placeArguments,
  samples,
} from '@flambeau/backend-conformance/samples';
import { cpu } from '@flambeau/backend-cpu';
import * as core from '@flambeau/core';
import { isTensor, setDefaultDevice, Tensor } from '@flambeau/core';
import { expect, test } from 'vitest';

setDefaultDevice(cpu());

type Callable = (...args: readonly unknown[]) => unknown;

const functions = core as unknown as Readonly<Record<string, Callable>>;
/** Those with other arguments than the function: they have samples of their own. */
const own = new Set(
  Object.keys(samples).flatMap((name) => (name.startsWith('Tensor.') ? [name.slice('Tensor.'.length)] : [])),
);
const names = (Object.keys(samples) as PublicFunction[]).filter((name) => {
  const method: unknown = Object.getOwnPropertyDescriptor(Tensor.prototype, name)?.value;
  return typeof method === 'function' && !own.has(name);
});

function values(result: unknown): unknown {
  if (isTensor(result)) return { shape: result.shape, dtype: result.dtype, data: result.dataSync() };
  return Object.fromEntries(Object.entries(result as object).map(([name, x]) => [name, values(x)]));
}

function throughMethod(name: string, c: Case): unknown {
  const [x, ...rest] = placeArguments(cpu(), c, {}).args;
  return isTensor(x) ? (x[name as 'add'] as Callable).call(x, ...rest) : null;
}

test('there are methods to compare', () => {
  expect(names.length).toBeGreaterThan(50);
  expect(names).toContain('matmul');
});

test.each(names)('x.%s(…) gives what the function of this name gives', (name) => {
  const of = samples[name];
  let compared = 0;
  for (const c of casesOf(name, of, of.dtypes[0] ?? 'float32')) {
    const found = throughMethod(name, c);
    if (found === null) continue; // the first operand is a number
    const expected = functions[name]?.(...placeArguments(cpu(), c, {}).args);
    expect(values(found), c.title).toEqual(values(expected));
    compared++;
  }
  expect(compared).toBeGreaterThan(0);
});
