import type { Expr } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { shuffle32, v128 } from '../../emit/vector.ts';

/** Zeros in every lane, of any type. */
export const zeros: Expr<'v128'> = v128.const(new Uint8Array(16));

/** Lane i of vector j becomes lane j of vector i. */
export function transpose(body: FunctionBody, rows: readonly Local<'v128'>[]): Local<'v128'>[] {
  const [a, b, c, d] = rows as readonly [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>];
  const low = [body.let(shuffle32(a, b, [0, 4, 1, 5])), body.let(shuffle32(c, d, [0, 4, 1, 5]))] as const;
  const high = [body.let(shuffle32(a, b, [2, 6, 3, 7])), body.let(shuffle32(c, d, [2, 6, 3, 7]))] as const;
  return [low, high].flatMap(([p, q]) => [
    body.let(shuffle32(p, q, [0, 1, 4, 5])),
    body.let(shuffle32(p, q, [2, 3, 6, 7])),
  ]);
}
