import type { DType } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody } from '../../emit/function.ts';

/** An element as wasm computes with it: small integers as those of 32 bits. */
export type Element = Expr<'i32'> | Expr<'f32'> | Expr<'f64'>;

/** Reads an element. */
export function loadElement(dtype: DType, at: Expr<'i32'>, offset = 0): Element {
  if (dtype === 'float32') return f32.load(at, offset);
  if (dtype === 'float64') return f64.load(at, offset);
  return loadInteger(dtype, at, offset);
}

function loadInteger(dtype: DType, at: Expr<'i32'>, offset: number): Expr<'i32'> {
  if (dtype === 'int32') return i32.load(at, offset);
  return dtype === 'int8' ? i32.load8S(at, offset) : i32.load8U(at, offset);
}

/** Reads an element as float64, which holds it exactly. */
export function loadWide(dtype: DType, at: Expr<'i32'>, offset = 0): Expr<'f64'> {
  if (dtype === 'float32') return f64.promoteF32(f32.load(at, offset));
  if (dtype === 'float64') return f64.load(at, offset);
  return f64.convertI32S(loadInteger(dtype, at, offset));
}

/** Writes an element in the type that {@link loadElement} has; integers wrap. */
export function storeElement(
  body: FunctionBody,
  dtype: DType,
  at: Expr<'i32'>,
  value: Element,
  offset = 0,
): void {
  if (value.type !== 'i32' || dtype === 'int32') body.store(at, value, offset);
  else body.store8(at, value, offset);
}
