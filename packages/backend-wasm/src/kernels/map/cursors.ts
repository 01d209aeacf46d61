import type { MapProgram } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { ArgumentPlaces } from './arguments.ts';
import type { MapLayout, Walk } from './layout.ts';
import { hasStrides } from './layout.ts';

/** The output's position. */
const OUTPUT = -1;

/** An operand that moves on with the elements. */
export interface Cursor {
  /** Which input it is, or −1 for the output. */
  readonly position: number;
  readonly walk: Walk;
  readonly address: Local<'i32'>;
  /** Bytes from one element to the next. */
  readonly step: Expr<'i32'>;
  /** Where the row begins in an operand with strides of its own. */
  readonly row: { readonly address: Local<'i32'>; readonly own: number } | null;
}

/** Cursors of a kernel, and how they go through the dimensions. */
export class Cursors {
  readonly all: readonly Cursor[];
  readonly output: Cursor;
  readonly #body: FunctionBody;
  readonly #args: Expr<'i32'>;
  readonly #places: ArgumentPlaces;
  readonly #rank: number;

  constructor(
    body: FunctionBody,
    args: Expr<'i32'>,
    places: ArgumentPlaces,
    { inputs, dtype }: MapProgram,
    { rank, walks }: MapLayout,
  ) {
    this.#body = body;
    this.#args = args;
    this.#places = places;
    this.#rank = rank;
    let own = 0;
    const bytesOf = (position: number): number => DTYPES[inputs[position] ?? dtype].bytes;
    const cursors = walks.map((walk, position): Cursor => {
      const index = hasStrides(walk) ? own++ : -1;
      const step =
        walk === 'strided' ? body.let(this.#stride(index, rank - 1)) : i32.const(bytesOf(position));
      const row = index >= 0 && rank > 1 ? { address: body.local('i32'), own: index } : null;
      return { position, walk, address: body.local('i32'), step, row };
    });
    this.output = {
      position: OUTPUT,
      walk: 'row',
      address: body.local('i32'),
      step: i32.const(DTYPES[dtype].bytes),
      row: null,
    };
    this.all = [...cursors.filter(({ walk }) => walk !== 'point'), this.output];
  }

  /** The cursor of an input. */
  at(position: number): Cursor {
    return this.all.find((cursor) => cursor.position === position) as Cursor;
  }

  /** Goes through the elements from `start` to `end` row by row, `length` elements at a time. */
  eachRow(start: Expr<'i32'>, end: Expr<'i32'>, row: (length: Local<'i32'>) => void): void {
    const body = this.#body;
    for (const { address, step, position } of this.all)
      body.set(address, i32.add(this.#base(position), i32.mul(start, step)));
    if (this.#rank === 1) {
      row(body.let(i32.sub(end, start)));
      return;
    }
    const inner = body.let(this.#size(this.#rank - 1));
    const rowIndex = body.let(i32.divU(start, inner));
    const column = body.let(i32.sub(start, i32.mul(rowIndex, inner)));
    const indices = this.#enter(rowIndex);
    const left = body.let(i32.sub(end, start));
    body.while(i32.gtS(left, i32.const(0)), () => {
      const length = body.let(i32.sub(inner, column));
      body.if(i32.gtS(length, left), () => body.set(length, left));
      body.set(left, i32.sub(left, length));
      for (const { address, row: begin, step, walk } of this.all) {
        if (!begin) continue;
        const within = walk === 'still' ? begin.address : i32.add(begin.address, i32.mul(column, step));
        body.set(address, within);
      }
      row(length);
      body.set(column, i32.const(0));
      this.#nextRow(this.#rank - 2, indices);
    });
  }

  /** Points the rows at one, and returns its place along each dimension. */
  #enter(rowIndex: Local<'i32'>): readonly Local<'i32'>[] {
    const body = this.#body;
    const rows = this.#rows();
    for (const { address, position } of rows) body.set(address, this.#base(position));
    const rest = body.let(rowIndex);
    const indices: Local<'i32'>[] = [];
    for (let axis = this.#rank - 2; axis >= 0; axis--) {
      const quotient = body.let(axis > 0 ? i32.divU(rest, this.#size(axis)) : i32.const(0));
      const index = body.let(i32.sub(rest, i32.mul(quotient, this.#size(axis))));
      for (const { address, own } of rows)
        body.set(address, i32.add(address, i32.mul(index, this.#stride(own, axis))));
      body.set(rest, quotient);
      indices[axis] = index;
    }
    return indices;
  }

  /** Moves the rows on by one along a dimension, and back to its beginning where it ends. */
  #nextRow(axis: number, indices: readonly Local<'i32'>[]): void {
    const body = this.#body;
    const rows = this.#rows();
    for (const { address, own } of rows) body.advance(address, this.#stride(own, axis));
    if (axis === 0) return;
    const index = indices[axis] as Local<'i32'>;
    body.advance(index, 1);
    body.if(i32.eq(index, this.#size(axis)), () => {
      for (const { address, own } of rows)
        body.set(address, i32.sub(address, i32.mul(index, this.#stride(own, axis))));
      body.set(index, i32.const(0));
      this.#nextRow(axis - 1, indices);
    });
  }

  #rows(): { address: Local<'i32'>; own: number; position: number }[] {
    return this.all.flatMap(({ row, position }) => (row ? [{ ...row, position }] : []));
  }

  #base(position: number): Expr<'i32'> {
    return i32.load(this.#args, position === OUTPUT ? 0 : this.#places.input(position));
  }

  #size(axis: number): Expr<'i32'> {
    return i32.load(this.#args, this.#places.size(axis));
  }

  #stride(own: number, axis: number): Expr<'i32'> {
    return i32.load(this.#args, this.#places.stride(own, axis));
  }
}
