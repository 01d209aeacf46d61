import { i32, ModuleBuilder } from '@flambeau/backend-wasm/testing';
import { expect, test } from 'vitest';
import { moduleText } from './module-text.ts';

test('an emitted module can be read as text', () => {
  const builder = new ModuleBuilder({ shared: true, maximumPages: 16 });
  builder.addFunction('run', ['i32', 'i32'], (body, at, value) => {
    body.store(at, i32.add(value, i32.const(7)), 4);
  });
  const text = moduleText(builder.encode());
  expect(text).toContain('(import "env" "memory" (memory');
  expect(text).toContain('0 16 shared');
  expect(text).toMatch(/\(func \$run \(export "run"\) \(type \$t0\) \(param \$p0 i32\) \(param \$p1 i32\)/);
  expect(text).toMatch(
    /\(i32\.store offset=4\s+\(local\.get \$p0\)\s+\(i32\.add\s+\(local\.get \$p1\)\s+\(i32\.const 7\)/,
  );
});
