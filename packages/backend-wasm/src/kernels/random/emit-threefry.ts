import type { Expr } from '../../emit/expression.ts';
import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, i32x4, v128 } from '../../emit/vector.ts';
import { rangeOf } from '../loops/integers.ts';
import { argumentWords } from '../loops/words.ts';

/** Address and number of elements; the key with its parity; the counter of the first element, whose high word stays. */
export const THREEFRY_ARGUMENTS = argumentWords('y', 'size', 'key0', 'key1', 'parity', 'low', 'high');

/** Rotations of the rounds: groups of four take them in turns. */
const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
const GROUPS = 5;
const LANES = 4;
/** Vectors that are computed side by side, since each of their instructions waits for the one before. */
const VECTORS = 2;
/** Numbers of a unit of work. */
export const UNIT: number = VECTORS * LANES;

/** Uniform numbers in [0, 1) from Threefry-2x32 with 20 rounds. */
export function emitThreefry(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = THREEFRY_ARGUMENTS.read(body, args);
    const keys = [words.key0, words.key1, words.parity].map((key) => body.let(i32x4.splat(key)));
    // What the rounds add to the second words. Constants in a loop would be made anew at every use.
    const additions = Array.from({ length: GROUPS }, (_, i) =>
      body.let(i32x4.add(keys[(i + 2) % 3], i32x4.splat(i32.const(i + 1)))),
    );
    const high = body.let(i32x4.add(i32x4.splat(words.high), keys[1]));
    const done = body.let(i32.mul(start, i32.const(UNIT)));
    const counter = body.let(i32x4.splat(i32.add(words.low, done)));
    body.set(counter, i32x4.add(i32x4.add(counter, integers([0, 1, 2, 3])), keys[0]));
    const four = body.let(integers([4, 4, 4, 4]));
    const scale = body.let(f32x4.splat(f32.const(2 ** -24)));
    const y = body.let(i32.add(words.y, i32.shl(done, i32.const(2))));
    const left = body.let(i32.sub(words.size, done));
    body.while(i32.ltU(start, end), () => {
      const blocks = rangeOf(VECTORS).map(() => {
        const block = { x: body.let(counter), y: body.let(high) };
        body.set(counter, i32x4.add(counter, four));
        return block;
      });
      encrypt(body, blocks, keys, additions);
      const values = blocks.map(({ x }) =>
        body.let(f32x4.mul(f32x4.convertI32x4S(i32x4.shrU(x, i32.const(8))), scale)),
      );
      body.if(
        i32.geU(left, i32.const(UNIT)),
        () => {
          for (const [i, value] of values.entries()) body.store(y, value, 16 * i);
        },
        () => {
          for (const [i, value] of values.entries()) {
            for (let lane = 0; lane < LANES; lane++) {
              const position = LANES * i + lane;
              body.if(i32.gtU(left, i32.const(position)), () =>
                body.store32Lane(y, value, lane, 4 * position),
              );
            }
          }
        },
      );
      body.advance(y, 4 * UNIT);
      body.advance(left, -UNIT);
      body.advance(start, 1);
    });
  });
  return builder;
}

const integers = (lanes: readonly number[]): Expr<'v128'> =>
  v128.const(new Uint8Array(Int32Array.from(lanes).buffer));

/** Four blocks of two words, in lanes. */
interface Blocks {
  readonly x: Local<'v128'>;
  readonly y: Local<'v128'>;
}

/** Encrypts counters to which the first keys have been added. */
function encrypt(
  body: FunctionBody,
  all: readonly Blocks[],
  keys: readonly Local<'v128'>[],
  additions: readonly Local<'v128'>[],
): void {
  for (let group = 1; group <= GROUPS; group++) {
    for (const by of ROTATIONS[(group - 1) % 2]) {
      for (const { x, y } of all) body.set(x, i32x4.add(x, y));
      for (const { x, y } of all) {
        const rotated = v128.or(i32x4.shl(y, i32.const(by)), i32x4.shrU(y, i32.const(32 - by)));
        body.set(y, v128.xor(rotated, x));
      }
    }
    for (const { x, y } of all) {
      body.set(x, i32x4.add(x, keys[group % 3]));
      body.set(y, i32x4.add(y, additions[group - 1]));
    }
  }
}
