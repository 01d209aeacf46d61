import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import type { Element } from '../loops/elements.ts';
import { loadElement, loadWide, storeElement } from '../loops/elements.ts';
import type { ScanKind } from './kind.ts';
import type { Combine } from './log-of-sum.ts';
import { logOfSum } from './log-of-sum.ts';

/** Addresses of the present elements of the first of lines that are walked side by side. */
export interface Cursors {
  readonly x: Local<'i32'>;
  readonly factors: Local<'i32'>;
  readonly y: Local<'i32'>;
  readonly index: Local<'i32'>;
}

/** What a walk has for its steps. */
export interface Walk extends Cursors {
  readonly body: FunctionBody;
  /** How many elements were passed. */
  readonly place: Local<'i32'>;
  /** Becomes other than 0 where an integer does not fit. */
  readonly bad: Local<'i32'>;
}

/** The code of a scan. */
export interface Steps {
  readonly mayFault: boolean;
  /**
   * Begins a line that lies `at` bytes from the first one, its positions `indexAt`, and gives what writes a step. A walk
   * writes it once.
   */
  readonly begin: (walk: Walk, at: number, indexAt: number) => () => void;
}

/** The code of a kind of scan: imports what it needs, and gives what prepares it at the start of a function. */
export function stepsFor(kind: ScanKind, builder: ModuleBuilder): (body: FunctionBody) => Steps {
  switch (kind.op) {
    case 'cumsum':
      return () => totals(kind, 0, f64.add);
    case 'cumprod':
      return () => totals(kind, 1, f64.mul);
    case 'logcumsumexp': {
      const combine = logOfSum(kind, builder);
      return (body) => totals(kind, Number.NEGATIVE_INFINITY, combine(body));
    }
    case 'linearScan':
      return () => recurrence(kind);
    default:
      return () => extremes(kind);
  }
}

/** A total in float64, which is rounded as it is stored. */
function totals({ dtype }: ScanKind, start: number, combine: Combine): Steps {
  return {
    mayFault: dtype === 'int32',
    begin: ({ body, x, y, bad }, at) => {
      const [total, value] = [body.let(f64.const(start)), body.local('f64')];
      return () => {
        body.set(value, loadWide(dtype, x, at));
        body.set(total, combine(total, value));
        if (dtype === 'int32') {
          const whole = body.let(i32.truncSatF64S(total));
          body.set(bad, i32.or(bad, f64.ne(f64.convertI32S(whole), total)));
          body.store(y, whole, at);
        } else body.store(y, rounded(dtype, total), at);
      };
    },
  };
}

const rounded = (dtype: ScanKind['dtype'], value: Expr<'f64'>): Expr<'f32'> | Expr<'f64'> =>
  dtype === 'float32' ? f32.demoteF64(value) : value;

/** y_k = a_k·y_{k−1} + b_k in float64; the first has no y before it, whatever its factor. */
function recurrence({ dtype }: ScanKind): Steps {
  return {
    mayFault: false,
    begin: ({ body, x, factors, y, place }, at) => {
      const value = body.local('f64');
      return () => {
        const term = body.let(loadWide(dtype, x, at));
        const next = f64.add(f64.mul(loadWide(dtype, factors, at), value), term);
        body.set(value, select(place, next, term));
        body.store(y, rounded(dtype, value), at);
      };
    },
  };
}

/** The best element so far and its last position; NaN wins and stays. */
function extremes({ op, dtype }: ScanKind): Steps {
  // Integers are chosen without a branch, so that float32 is held by its bits.
  const held = dtype === 'float32' ? 'int32' : dtype;
  return {
    mayFault: false,
    begin: ({ body, x, y, index, place }, at, indexAt) => {
      const best = body.let<Type>(loadElement(held, x, at));
      const value = body.local(best.type);
      const found = body.local('i32');
      return () => {
        body.set(value, loadElement(held, x, at));
        const replaced = body.let(replaces(op === 'cummax', seen(dtype, value), seen(dtype, best)));
        body.set(best, select(replaced, value, best));
        body.set(found, select(replaced, place, found));
        storeElement(body, held, y, best as Element, at);
        body.store(index, found, indexAt);
      };
    },
  };
}

type Type = Element['type'];

/** What is compared. */
const seen = (dtype: ScanKind['dtype'], held: Expr<Type>): Element =>
  dtype === 'float32' ? f32.reinterpretI32(held as Expr<'i32'>) : (held as Element);

/** Whether a value is at least as good, or NaN. */
function replaces(largest: boolean, value: Element, best: Element): Expr<'i32'> {
  const better = (compare: (a: Element, b: Element) => Expr<'i32'>): Expr<'i32'> =>
    largest ? compare(value, best) : compare(best, value);
  if (value.type === 'i32') return better((a, b) => i32.geS(a as Expr<'i32'>, b as Expr<'i32'>));
  if (value.type === 'f32')
    return i32.or(
      better((a, b) => f32.ge(a as Expr<'f32'>, b as Expr<'f32'>)),
      f32.ne(value, value),
    );
  return i32.or(
    better((a, b) => f64.ge(a as Expr<'f64'>, b as Expr<'f64'>)),
    f64.ne(value, value),
  );
}
