import type { Expr } from '../../emit/expression.ts';
import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody } from '../../emit/function.ts';
import { zeros } from './vectors.ts';

/** Fills `bytes` bytes, a multiple of 4, with zeros. */
export function clear(body: FunctionBody, address: Expr<'i32'>, bytes: Expr<'i32'>): void {
  const at = body.let(address);
  const left = body.let(bytes);
  body.while(i32.geU(left, i32.const(16)), () => {
    body.store(at, zeros);
    body.advance(at, 16);
    body.advance(left, -16);
  });
  body.while(left, () => {
    body.store(at, f32.const(0));
    body.advance(at, 4);
    body.advance(left, -4);
  });
}
