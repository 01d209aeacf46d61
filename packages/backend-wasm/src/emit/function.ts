import { ByteWriter } from './bytes.ts';
import type { Expr, ValueType } from './expression.ts';
import { i32, instruction, TYPE_CODES, writeExpression } from './expression.ts';

/** A variable of a function. Reading it is an expression. */
export interface Local<T extends ValueType = ValueType> extends Expr<T> {
  readonly index: number;
}

/** Something that can be called: an import. */
export interface Callee<
  P extends readonly ValueType[] = readonly ValueType[],
  R extends ValueType = ValueType,
> {
  readonly index: number;
  readonly params: P;
  readonly result: R;
}

/** A function of the module that gives nothing. */
export interface Procedure<P extends readonly ValueType[] = readonly ValueType[]> {
  readonly index: number;
  readonly params: P;
}

/** Values of the given types, as arguments of a call. */
export type Values<P extends readonly ValueType[]> = { readonly [I in keyof P]: Expr<P[I]> };

/** Variables of the given types, as a function's body receives them. */
export type Locals<P extends readonly ValueType[]> = { readonly [I in keyof P]: Local<P[I]> };

const EMPTY_BLOCK = 0x40;

/** A store instruction, with the alignment that it is told, as a power of 2. */
interface StoreCode {
  readonly code: readonly number[];
  readonly alignment: number;
}

const STORES: Readonly<Record<ValueType, StoreCode>> = {
  i32: { code: [0x36], alignment: 2 },
  f32: { code: [0x38], alignment: 2 },
  f64: { code: [0x39], alignment: 3 },
  v128: { code: [0xfd, 0x0b], alignment: 4 },
};

function localAt<T extends ValueType>(type: T, index: number): Local<T> {
  const code = [0x20, ...new ByteWriter().unsigned(index).take()];
  return { ...instruction(type, code), index };
}

/** The value that a call returns. */
export function call<P extends readonly ValueType[], R extends ValueType>(
  callee: Callee<P, R>,
  ...args: Values<P>
): Expr<R> {
  return instruction(callee.result, [0x10, ...new ByteWriter().unsigned(callee.index).take()], ...args);
}

/** The body of a function: statements append to it. */
export class FunctionBody {
  readonly #params: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #code: ByteWriter = new ByteWriter();

  constructor(params: readonly ValueType[]) {
    this.#params = params;
  }

  /** The variable that holds the parameter at `index`. */
  param<T extends ValueType>(type: T, index: number): Local<T> {
    if (this.#params[index] !== type)
      throw new TypeError(`parameter ${index} is ${this.#params[index]}, not ${type}`);
    return localAt(type, index);
  }

  /** A new variable; it starts at 0. */
  local<T extends ValueType>(type: T): Local<T> {
    return localAt(type, this.#params.length + this.#locals.push(type) - 1);
  }

  /** A new variable that holds a value. */
  let<T extends ValueType>(value: Expr<T>): Local<T> {
    const variable = this.local(value.type);
    this.set(variable, value);
    return variable;
  }

  /** variable = value */
  set<T extends ValueType>(variable: Local<T>, value: Expr<T>): void {
    writeExpression(this.#code, value);
    this.#code.bytes(0x21).unsigned(variable.index);
  }

  /** Writes a value of its own width to memory. */
  store(address: Expr<'i32'>, value: Expr, offset = 0): void {
    this.#store(STORES[value.type], address, value, offset);
  }

  /** Writes one lane of 32 bits to memory. */
  store32Lane(address: Expr<'i32'>, value: Expr<'v128'>, lane: number, offset = 0): void {
    this.#store({ code: [0xfd, 0x5a], alignment: 2 }, address, value, offset);
    this.#code.bytes(lane);
  }

  /** Writes one lane of 64 bits to memory. */
  store64Lane(address: Expr<'i32'>, value: Expr<'v128'>, lane: number, offset = 0): void {
    this.#store({ code: [0xfd, 0x5b], alignment: 3 }, address, value, offset);
    this.#code.bytes(lane);
  }

  /** Writes the lowest byte of an integer to memory. */
  store8(address: Expr<'i32'>, value: Expr<'i32'>, offset = 0): void {
    this.#store({ code: [0x3a], alignment: 0 }, address, value, offset);
  }

  #store({ code, alignment }: StoreCode, address: Expr<'i32'>, value: Expr, offset: number): void {
    writeExpression(this.#code, address);
    writeExpression(this.#code, value);
    this.#code.bytes(...code, alignment).unsigned(offset);
  }

  /** Calls a function of the module that gives nothing. */
  call<P extends readonly ValueType[]>({ index }: Procedure<P>, ...args: Values<P>): void {
    for (const arg of args as readonly Expr[]) writeExpression(this.#code, arg);
    this.#code.bytes(0x10).unsigned(index);
  }

  /** variable = variable + by */
  advance(variable: Local<'i32'>, by: Expr<'i32'> | number): void {
    this.set(variable, i32.add(variable, typeof by === 'number' ? i32.const(by) : by));
  }

  /** Runs `then` where the condition is not 0, else `otherwise`. */
  if(condition: Expr<'i32'>, then: () => void, otherwise?: () => void): void {
    writeExpression(this.#code, condition);
    this.#code.bytes(0x04, EMPTY_BLOCK);
    then();
    if (otherwise) {
      this.#code.bytes(0x05);
      otherwise();
    }
    this.#code.bytes(0x0b);
  }

  /** Repeats `body` while the condition is not 0. The test stands at the bottom: one branch a turn. */
  while(condition: Expr<'i32'>, body: () => void): void {
    this.if(condition, () => this.doWhile(condition, body));
  }

  /** Runs `body`, and again while the condition is not 0. */
  doWhile(condition: Expr<'i32'>, body: () => void): void {
    this.#code.bytes(0x03, EMPTY_BLOCK);
    body();
    writeExpression(this.#code, condition);
    this.#code.bytes(0x0d, 0, 0x0b);
  }

  /** Counts a variable from its present value up to `end`, exclusively; both are below 2^31. */
  countTo(variable: Local<'i32'>, end: Expr<'i32'>, body: () => void): void {
    this.while(i32.ltS(variable, end), () => {
      body();
      this.set(variable, i32.add(variable, i32.const(1)));
    });
  }

  /** The function in the format of the code section, without its size. */
  encode(): ByteWriter {
    // Neighbours of one type are declared together.
    const groups: { readonly type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last?.type === type) last.count++;
      else groups.push({ type, count: 1 });
    }
    const out = new ByteWriter().unsigned(groups.length);
    for (const { type, count } of groups) out.unsigned(count).bytes(TYPE_CODES[type]);
    return out.append(this.#code).bytes(0x0b);
  }
}
