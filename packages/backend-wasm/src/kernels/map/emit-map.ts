import type { MapProgram, ScalarNode } from '@flambeau/core/functional';
import { DTYPES, expandScalar, topological } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import type { ArgumentPlaces } from './arguments.ts';
import { argumentPlaces } from './arguments.ts';
import type { MapLayout } from './layout.ts';
import type { MathCall } from './scalar-code.ts';
import { importMath, loadCode, operationCode, scalarFunctions, VALUE_TYPES } from './scalar-code.ts';

/** An operand that moves on with the elements, and how many bytes at a time. */
interface Cursor {
  readonly address: Local<'i32'>;
  readonly step: Expr<'i32'>;
}

/**
 * Writes a program as a module with one function `run(arguments, start, end)` that computes the elements from `start` to
 * `end`, in row-major order: the whole expression in one loop, every node once.
 */
export function emitMap(
  program: MapProgram,
  layout: MapLayout,
  memory: MemoryImport,
): Uint8Array<ArrayBuffer> {
  const root = expandScalar(program.root, (name) => scalarFunctions.has(name));
  const nodes = topological([root]);
  const builder = new ModuleBuilder(memory);
  const math = importMath(builder, nodes);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    new MapLoop(program, layout, body, args).write(nodes, root, math, start, end);
  });
  return builder.encode();
}

class MapLoop {
  readonly #program: MapProgram;
  readonly #layout: MapLayout;
  readonly #body: FunctionBody;
  readonly #args: Local<'i32'>;
  readonly #places: ArgumentPlaces;

  constructor(program: MapProgram, layout: MapLayout, body: FunctionBody, args: Local<'i32'>) {
    this.#program = program;
    this.#layout = layout;
    this.#body = body;
    this.#args = args;
    this.#places = argumentPlaces(program, layout);
  }

  write(
    nodes: readonly ScalarNode[],
    root: ScalarNode,
    math: MathCall,
    start: Local<'i32'>,
    end: Local<'i32'>,
  ): void {
    const body = this.#body;
    const { rank } = this.#layout;
    const values = this.#constants(nodes);
    const cursors = this.#cursors();
    const position = body.let(start);
    const rowEnd = body.let(end);
    const row = (): void => {
      body.while(i32.ltU(position, rowEnd), () =>
        this.#element(nodes, root, math, new Map(values), cursors, position),
      );
    };
    if (rank === 1) {
      this.#seek(cursors, position, null);
      row();
      return;
    }
    const inner = body.let(this.#word(this.#places.size(rank - 1)));
    body.while(i32.ltU(position, end), () => {
      const rowIndex = body.let(i32.divU(position, inner));
      const column = body.let(i32.sub(position, i32.mul(rowIndex, inner)));
      this.#seek(cursors, position, { rowIndex, column });
      const left = body.let(i32.sub(inner, column));
      body.set(rowEnd, i32.add(position, left));
      body.if(i32.gtU(rowEnd, end), () => body.set(rowEnd, end));
      row();
    });
  }

  /** What stays the same for all elements: numbers, constants, and operands that are read at one place. */
  #constants(nodes: readonly ScalarNode[]): Map<ScalarNode, Expr> {
    const values = new Map<ScalarNode, Expr>();
    for (const node of nodes) {
      if (node.op === 'const') values.set(node, constant(node));
      else if (node.op === 'scalar') values.set(node, this.#body.let(this.#scalar(node)));
      else if (node.op === 'input' && this.#layout.walks[node.value] === 'point') {
        values.set(node, this.#body.let(loadCode(node.dtype, this.#word(this.#places.input(node.value)))));
      }
    }
    return values;
  }

  #scalar({ type, value }: ScalarNode): Expr {
    const ops = { f32, f64, i32 }[VALUE_TYPES[type]];
    return ops.load(this.#args, this.#places.scalar(value));
  }

  #word(offset: number): Expr<'i32'> {
    return i32.load(this.#args, offset);
  }

  /** Cursors of the inputs that move, by position, and of the output, at -1. */
  #cursors(): Map<number, Cursor> {
    const { rank, walks } = this.#layout;
    const cursors = new Map<number, Cursor>();
    const body = this.#body;
    cursors.set(-1, { address: body.local('i32'), step: i32.const(DTYPES[this.#program.dtype].bytes) });
    let strided = 0;
    walks.forEach((walk, i) => {
      if (walk === 'point') return;
      const bytes = DTYPES[this.#program.inputs[i] ?? 'float32'].bytes;
      const step =
        walk === 'row' ? i32.const(bytes) : body.let(this.#word(this.#places.stride(strided++, rank - 1)));
      cursors.set(i, { address: body.local('i32'), step });
    });
    return cursors;
  }

  /** Points the cursors at an element. In more than one dimension that is the `column` of a row. */
  #seek(
    cursors: ReadonlyMap<number, Cursor>,
    position: Expr<'i32'>,
    at: { rowIndex: Expr<'i32'>; column: Expr<'i32'> } | null,
  ): void {
    const body = this.#body;
    const { rank, walks } = this.#layout;
    const strided: { readonly index: number; readonly address: Local<'i32'> }[] = [];
    for (const [i, { address, step }] of cursors) {
      const base = this.#word(i < 0 ? this.#places.output : this.#places.input(i));
      const isStrided = walks[i] === 'strided';
      if (isStrided) strided.push({ index: strided.length, address });
      body.set(address, i32.add(base, i32.mul(at && isStrided ? at.column : position, step)));
    }
    if (!at) return;
    const rest = body.let(at.rowIndex);
    for (let axis = rank - 2; axis >= 0; axis--) {
      const size = body.let(this.#word(this.#places.size(axis)));
      const quotient = body.let(i32.divU(rest, size));
      const index = body.let(i32.sub(rest, i32.mul(quotient, size)));
      for (const { index: n, address } of strided) {
        body.set(address, i32.add(address, i32.mul(index, this.#word(this.#places.stride(n, axis)))));
      }
      body.set(rest, quotient);
    }
  }

  /** Computes one element and moves on to the next. */
  #element(
    nodes: readonly ScalarNode[],
    root: ScalarNode,
    math: MathCall,
    values: Map<ScalarNode, Expr>,
    cursors: ReadonlyMap<number, Cursor>,
    position: Local<'i32'>,
  ): void {
    const body = this.#body;
    const valueAt = (node: ScalarNode): Expr => values.get(node) as Expr;
    for (const node of nodes) {
      if (values.has(node)) continue;
      const code =
        node.op === 'input'
          ? loadCode(node.dtype, (cursors.get(node.value) as Cursor).address)
          : operationCode(node, node.args.map(valueAt), math);
      values.set(node, body.let(code));
    }
    const { address } = cursors.get(-1) as Cursor;
    const result = valueAt(root);
    if (DTYPES[this.#program.dtype].bytes === 1) body.store8(address, result as Expr<'i32'>);
    else body.store(address, result);
    for (const cursor of cursors.values()) body.set(cursor.address, i32.add(cursor.address, cursor.step));
    body.set(position, i32.add(position, i32.const(1)));
  }
}

function constant({ type, value }: ScalarNode): Expr {
  if (type === 'float32') return f32.const(value);
  if (type === 'float64') return f64.const(value);
  return i32.const(type === 'bool' ? Number(value !== 0) : value);
}
