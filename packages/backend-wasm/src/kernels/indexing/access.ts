import type { DType } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { f32x4, f64x2, i32x4, v128 } from '../../emit/vector.ts';
import { copyElement } from '../copy/emit-copy.ts';
import type { Width } from '../copy/plan.ts';
import type { Vector } from '../loops/each-vector.ts';
import type { Element } from '../loops/elements.ts';
import { loadElement, storeElement } from '../loops/elements.ts';

/** How what is at a place and what comes to it become one. */
export type Join = 'add' | 'mul' | 'max' | 'min';

/** other = line, or line = other */
interface Move {
  readonly op: 'gather' | 'set';
  readonly width: Width;
}

/** line = line joined with other */
interface Joining {
  readonly op: Join;
  readonly dtype: DType;
}

/** What is done with an element of the tensor that is looked into, and with that which stands beside the index. */
export type Access = Move | Joining;

const moves = (access: Access): access is Move => 'width' in access;

/** What tells the code of an access. */
export const accessKey = (access: Access): string =>
  `${access.op} ${moves(access) ? access.width : access.dtype}`;

/** Bytes of an element. */
export const widthOfAccess = (access: Access): Width =>
  moves(access) ? access.width : (DTYPES[access.dtype].bytes as Width);

/** Does it for one element. */
export function accessElement(
  body: FunctionBody,
  access: Access,
  line: Expr<'i32'>,
  other: Expr<'i32'>,
): void {
  if (moves(access)) {
    const [from, to] = access.op === 'gather' ? [line, other] : [other, line];
    copyElement(body, access.width, from, to);
  } else {
    const { op, dtype } = access;
    // Of single floats they are branches, which nobody can foresee.
    if ((op === 'max' || op === 'min') && (dtype === 'float32' || dtype === 'float64')) {
      const wide = dtype === 'float64';
      const [present, coming] = [line, other].map((at) => (wide ? v128.load64Zero : v128.load32Zero)(at));
      const value = joinedLanes(op, dtype)(present, coming);
      if (wide) body.store64Lane(line, value, 0);
      else body.store32Lane(line, value, 0);
      return;
    }
    const [present, coming] = [line, other].map((at) => body.let<Element['type']>(loadElement(dtype, at)));
    storeElement(body, dtype, line, joined(op, present as Element, coming as Element));
  }
}

/** Does it for `count` neighbours, by vectors. The address moves on. */
export function accessRun(
  body: FunctionBody,
  access: Access,
  line: Local<'i32'>,
  other: Expr<'i32'>,
  count: Expr<'i32'>,
): void {
  const width = widthOfAccess(access);
  const from = body.let(other);
  const left = body.let(i32.mul(count, i32.const(width)));
  const step = (bytes: number): void => {
    for (const cursor of [line, from]) body.advance(cursor, bytes);
    body.advance(left, -bytes);
  };
  if (moves(access) || width > 1) {
    body.while(i32.geU(left, i32.const(16)), () => {
      const [present, coming] = [v128.load(line), v128.load(from)];
      if (!moves(access)) body.store(line, joinedLanes(access.op, access.dtype)(present, coming));
      else if (access.op === 'gather') body.store(from, present);
      else body.store(line, coming);
      step(16);
    });
  }
  body.while(left, () => {
    accessElement(body, access, line, from);
    step(width);
  });
}

/** Floats: NaN wins, and −0 is below 0. Integers wrap as they are stored. */
function joined(op: Join, a: Element, b: Element): Element {
  if (a.type === 'f32') return f32[op](a, b as Expr<'f32'>);
  if (a.type === 'f64') return f64[op](a, b as Expr<'f64'>);
  const other = b as Expr<'i32'>;
  if (op === 'add' || op === 'mul') return i32[op](a, other);
  return op === 'max' ? select(i32.gtS(a, other), a, other) : select(i32.ltS(a, other), a, other);
}

function joinedLanes(op: Join, dtype: DType): (a: Vector, b: Vector) => Vector {
  if (dtype === 'float32') return f32x4[op];
  if (dtype === 'float64') return f64x2[op];
  return i32x4[({ add: 'add', mul: 'mul', max: 'maxS', min: 'minS' } as const)[op]];
}
