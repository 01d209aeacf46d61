import { i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { integers } from './integers.ts';
import { argumentWords } from './words.ts';

/** Strides are in bytes. */
export const ADD_PARTS_ARGUMENTS = argumentWords(
  'sums',
  'parts',
  'partBytes',
  /** Bytes of a row of sums, and elements of it that count. */
  'rowBytes',
  'columns',
  'target',
);

/** The module that adds the parts' sums into rows of the gradient: `run(arguments, start, end)`. */
export function emitAddParts(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = ADD_PARTS_ARGUMENTS.read(body, args);
    const [at, from, left, part] = integers(body, 4);
    const to = body.let(i32.add(words.target, i32.mul(start, i32.shl(words.columns, i32.const(2)))));
    const four = body.local('v128');
    const step = (load: typeof v128.load, store: () => void, elements: number): void => {
      body.set(four, load(from));
      body.set(at, from);
      body.set(part, words.parts);
      body.while(i32.gtU(part, i32.const(1)), () => {
        body.advance(at, words.partBytes);
        body.set(four, f32x4.add(four, load(at)));
        body.advance(part, -1);
      });
      store();
      body.advance(from, 4 * elements);
      body.advance(to, 4 * elements);
      body.advance(left, -elements);
    };
    body.while(i32.ltU(start, end), () => {
      body.set(from, i32.add(words.sums, i32.mul(start, words.rowBytes)));
      body.set(left, words.columns);
      body.while(i32.geU(left, i32.const(4)), () => step(v128.load, () => body.store(to, four), 4));
      body.while(left, () => step(v128.load32Zero, () => body.store32Lane(to, four, 0), 1));
      body.advance(start, 1);
    });
  });
  return builder;
}
