import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { v128 } from '../../emit/vector.ts';
import { clear } from '../loops/clear.ts';
import { argumentWords } from '../loops/words.ts';

/** Rows and planes are in bytes. */
export const PAD_ARGUMENTS = argumentWords(
  'source',
  'sourceRow',
  'height',
  'target',
  'targetRow',
  'targetPlane',
  /** Bytes from the start of a plane to its first own element. */
  'inset',
);

/**
 * The module that copies contiguous planes to planes with zeros around them: `run(arguments, start, end)` does the planes
 * from `start` to `end`.
 */
export function emitPad(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const { source, sourceRow, height, target, targetRow, targetPlane, inset } = PAD_ARGUMENTS.read(
      body,
      args,
    );
    const sourcePlane = body.let(i32.mul(sourceRow, height));
    const plane = body.let(i32.add(target, i32.mul(start, targetPlane)));
    const from = body.let(i32.add(source, i32.mul(start, sourcePlane)));
    const [to, left] = [body.local('i32'), body.local('i32')];
    body.while(i32.ltU(start, end), () => {
      clear(body, plane, targetPlane);
      body.set(to, i32.add(plane, inset));
      body.set(left, height);
      body.while(left, () => {
        copy(body, from, to, sourceRow);
        body.advance(from, sourceRow);
        body.advance(to, targetRow);
        body.advance(left, -1);
      });
      body.advance(plane, targetPlane);
      body.advance(start, 1);
    });
  });
  return builder;
}

/** Copies `bytes` bytes, a multiple of 4, that do not overlap their target. */
function copy(body: FunctionBody, source: Local<'i32'>, target: Local<'i32'>, bytes: Local<'i32'>): void {
  const [from, to, left] = [body.let(source), body.let(target), body.let(bytes)];
  body.while(i32.geU(left, i32.const(16)), () => {
    body.store(to, v128.load(from));
    body.advance(from, 16);
    body.advance(to, 16);
    body.advance(left, -16);
  });
  body.while(left, () => {
    body.store(to, f32.load(from));
    body.advance(from, 4);
    body.advance(to, 4);
    body.advance(left, -4);
  });
}
