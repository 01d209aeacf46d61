import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, shuffle32, v128 } from '../../emit/vector.ts';
import { counted } from './emit-average.ts';
import { greater, lesserSigned, POOL_ARGUMENTS } from './windows.ts';

/**
 * Where `x` is the gradient that comes and `y` the one that goes: every pixel gathers its shares, four at a time where
 * windows are one pixel apart and all of one size, which then is the divisor. A unit of work is a row.
 */
export function emitAverageGrad(vectors: boolean, includePad: boolean, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = POOL_ARGUMENTS.read(body, args);
    const { x, y, H, W, OH, OW, R, S, strideH, strideW, padH, padW, divisor } = words;
    const whole = body.let(f32x4.splat(f32.convertI32S(divisor)));
    const [i, j, at] = [body.local('i32'), body.local('i32'), body.local('i32')];
    const [top, left] = [body.local('i32'), body.local('i32')];
    const [sum, four] = [body.local('f64'), body.local('v128')];
    body.while(i32.ltU(start, end), () => {
      const image = body.let(i32.divU(start, H));
      const row = body.let(i32.add(i32.sub(start, i32.mul(image, H)), padH));
      const gradient = body.let(i32.add(x, i32.shl(i32.mul(image, i32.mul(OH, OW)), i32.const(2))));
      const rows = windowsOver(body, row, R, strideH, OH);
      const to = body.let(i32.add(y, i32.shl(i32.mul(start, W), i32.const(2))));
      const column = body.let(padW);
      const last = body.let(i32.add(W, padW));
      const address = (position: Expr<'i32'>): Expr<'i32'> =>
        i32.add(gradient, i32.shl(i32.add(i32.mul(i, OW), position), i32.const(2)));
      const eachRow = (write: () => void): void => {
        body.set(i, rows.first);
        body.while(i32.leS(i, rows.last), () => {
          write();
          body.advance(i, 1);
        });
      };
      const done = (pixels: number): void => {
        body.advance(to, 4 * pixels);
        body.advance(column, pixels);
      };
      const one = (): void => {
        const columns = windowsOver(body, column, S, strideW, OW);
        body.set(sum, f64.const(0));
        eachRow(() => {
          body.set(top, i32.sub(i32.mul(i, strideH), padH));
          const height = body.let(counted(top, R, padH, H, includePad));
          body.set(j, columns.first);
          body.while(i32.leS(j, columns.last), () => {
            body.set(left, i32.sub(i32.mul(j, strideW), padW));
            const size = i32.mul(height, counted(left, S, padW, W, includePad));
            const count = f64.convertI32S(select(divisor, divisor, size));
            body.set(sum, f64.add(sum, f64.div(f64.promoteF32(f32.load(address(j))), count)));
            body.advance(j, 1);
          });
        });
        body.store(to, f32.demoteF64(sum));
        done(1);
      };
      const fourPixels = (): void => {
        body.set(four, f32x4.splat(f32.const(0)));
        eachRow(() => {
          body.set(at, address(i32.add(i32.sub(column, S), i32.const(1))));
          body.set(j, S);
          body.while(j, () => {
            body.set(four, f32x4.add(four, v128.load(at)));
            body.advance(at, 4);
            body.advance(j, -1);
          });
        });
        body.store(to, f32x4.div(four, whole));
        done(4);
      };
      // All windows over the four pixels are there, and the pixels, too.
      const inside = i32.and(
        i32.geS(i32.add(column, i32.const(1)), S),
        i32.leS(i32.add(column, i32.const(4)), lesserSigned(OW, last)),
      );
      body.while(i32.ltS(column, last), () => {
        if (vectors) body.if(inside, fourPixels, one);
        else one();
      });
      body.advance(start, 1);
    });
  });
  return builder;
}

/** The same for windows that have no pixel in common: every share fills its window. A unit of work is a row. */
export function emitAverageGradApart(includePad: boolean, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = POOL_ARGUMENTS.read(body, args);
    const { x, y, H, W, OH, OW, R, S, strideH, strideW, padH, padW, divisor } = words;
    const [j, w, left, to] = [body.local('i32'), body.local('i32'), body.local('i32'), body.local('i32')];
    const nothing = body.let(f32x4.splat(f32.const(0)));
    const share = body.local('v128');
    const fillTo = (limit: Expr<'i32'>, value: Local<'v128'>): void => {
      body.while(i32.leS(i32.add(w, i32.const(4)), limit), () => {
        body.store(to, value);
        body.advance(to, 16);
        body.advance(w, 4);
      });
      body.while(i32.ltS(w, limit), () => {
        body.store32Lane(to, value, 0);
        body.advance(to, 4);
        body.advance(w, 1);
      });
    };
    body.while(i32.ltU(start, end), () => {
      const image = body.let(i32.divU(start, H));
      const row = body.let(i32.add(i32.sub(start, i32.mul(image, H)), padH));
      const i = body.let(i32.divU(row, strideH));
      const top = body.let(i32.sub(i32.mul(i, strideH), padH));
      const height = body.let(counted(top, R, padH, H, includePad));
      const from = body.let(i32.add(x, i32.shl(i32.mul(i32.add(i32.mul(image, OH), i), OW), i32.const(2))));
      body.set(to, i32.add(y, i32.shl(i32.mul(start, W), i32.const(2))));
      body.set(w, i32.const(0));
      body.set(left, i32.sub(i32.const(0), padW));
      // Rows below or between windows have none.
      const has = i32.and(i32.ltS(i, OH), i32.ltS(i32.sub(row, i32.mul(i, strideH)), R));
      body.set(j, select(has, OW, i32.const(0)));
      body.while(j, () => {
        fillTo(lesserSigned(left, W), nothing);
        const size = i32.mul(height, counted(left, S, padW, W, includePad));
        body.set(
          share,
          f32x4.div(v128.load32Splat(from), f32x4.splat(f32.convertI32S(select(divisor, divisor, size)))),
        );
        const right = body.let(lesserSigned(i32.add(left, S), W));
        fillTo(right, share);
        body.advance(from, 4);
        body.advance(left, strideW);
        body.advance(j, -1);
      });
      fillTo(W, nothing);
      body.advance(start, 1);
    });
  });
  return builder;
}

/** The first and the last window, in one direction, that a pixel lies in; it counts from the start of the padding. */
function windowsOver(
  body: FunctionBody,
  pixel: Local<'i32'>,
  size: Expr<'i32'>,
  stride: Expr<'i32'>,
  count: Expr<'i32'>,
): { readonly first: Local<'i32'>; readonly last: Local<'i32'> } {
  const before = body.let(greater(i32.sub(i32.add(pixel, stride), size), i32.const(0)));
  return {
    first: body.let(i32.divU(before, stride)),
    last: body.let(lesserSigned(i32.divU(pixel, stride), i32.sub(count, i32.const(1)))),
  };
}

/** The same for windows of 2 × 2 pixels that lie side by side and cover the image. A unit of work is a row of windows. */
export function emitAverageGrad2x2(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const { x, y, W, OW, divisor } = POOL_ARGUMENTS.read(body, args);
    const share = body.let(f32x4.splat(f32.convertI32S(select(divisor, divisor, i32.const(4)))));
    const rowBytes = body.let(i32.shl(W, i32.const(2)));
    const from = body.let(i32.add(x, i32.shl(i32.mul(start, OW), i32.const(2))));
    const upper = body.let(i32.add(y, i32.mul(start, i32.shl(rowBytes, i32.const(1)))));
    const lower = body.let(i32.add(upper, rowBytes));
    const left = body.local('i32');
    body.while(i32.ltU(start, end), () => {
      body.set(left, OW);
      body.while(i32.geS(left, i32.const(4)), () => {
        const values = body.let(f32x4.div(v128.load(from), share));
        const low = body.let(shuffle32(values, values, [0, 0, 1, 1]));
        const high = body.let(shuffle32(values, values, [2, 2, 3, 3]));
        for (const row of [upper, lower]) {
          body.store(row, low);
          body.store(row, high, 16);
          body.advance(row, 32);
        }
        body.advance(from, 16);
        body.advance(left, -4);
      });
      body.while(left, () => {
        const value = body.let(f32x4.div(v128.load32Splat(from), share));
        for (const row of [upper, lower]) {
          body.store64Lane(row, value, 0);
          body.advance(row, 8);
        }
        body.advance(from, 4);
        body.advance(left, -1);
      });
      for (const row of [upper, lower]) body.advance(row, rowBytes);
      body.advance(start, 1);
    });
  });
  return builder;
}
