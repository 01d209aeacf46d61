import type { DType, MapProgram, ScalarNode } from '@flambeau/core/functional';
import { expandScalar, topological } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import type { Vector } from '../math/context.ts';
import { Constants } from '../math/context.ts';
import { vectorFunctions } from '../math/functions.ts';
import type { ArgumentPlaces } from './arguments.ts';
import { argumentPlaces } from './arguments.ts';
import { Cursors } from './cursors.ts';
import { integerCode } from './lane-by-lane.ts';
import type { MapLayout } from './layout.ts';
import { sortByLevel, widestMoment } from './levels.ts';
import { gatherCode, loadCode, scalarCode, storeCode } from './load-store.ts';
import type { MathCall } from './math-calls.ts';
import { hasFunction, importMath, isImported } from './math-calls.ts';
import type { CodeContext, Value } from './vector-code.ts';
import { operation } from './vector-code.ts';

/** Bytes of a module that old browsers compile on the main thread of a page. */
const SMALL = 4096;

/** Registers of vectors on the machine at hand, but one that the engine keeps. */
const REGISTERS = 15;

/** Adds code that calls for the loops over elements, from one to another, of what arguments describe. */
export type LoopsCaller = (
  body: FunctionBody,
  args: Local<'i32'>,
  start: Local<'i32'>,
  end: Local<'i32'>,
  compute: (args: Local<'i32'>, start: Local<'i32'>, end: Local<'i32'>) => void,
) => void;

/**
 * Writes a program as a module with one function `run(arguments, start, end)` that computes the elements from `start` to
 * `end`, in row-major order: the whole expression in one loop, every node once. Vectors and single elements are computed
 * by the same code, so that an element's bits do not depend on where it stands.
 */
export function emitMap(
  program: MapProgram,
  layout: MapLayout,
  memory: MemoryImport,
): Uint8Array<ArrayBuffer> {
  return emitLoops(program, layout, memory, (_body, args, start, end, compute) => compute(args, start, end));
}

/** The same with code around the loops, which `around` asks for once. */
export function emitLoops(
  program: MapProgram,
  layout: MapLayout,
  memory: MemoryImport,
  around: LoopsCaller,
): Uint8Array<ArrayBuffer> {
  const emit = (mostVectors: number): Uint8Array<ArrayBuffer> => {
    const builder = new ModuleBuilder(memory);
    const write = mapWriter(builder, program, layout, mostVectors);
    builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
      around(body, args, start, end, (own, first, last) => {
        write(body, own, (cursors, row) => cursors.eachRow(first, last, row));
      });
    });
    return builder.encode();
  };
  const bytes = emit(REGISTERS);
  return bytes.length <= SMALL ? bytes : emit(1);
}

/** Goes through elements row by row: calls `row` in one place, with how many elements follow each other. */
export type Rows = (cursors: Cursors, row: (length: Local<'i32'>) => void) => void;

/**
 * What writes the code of a program into functions of a module, with their arguments' address. Adds imports to the module:
 * call it before adding functions.
 */
export function mapWriter(
  builder: ModuleBuilder,
  program: MapProgram,
  layout: MapLayout,
  mostVectors: number = REGISTERS,
): (body: FunctionBody, args: Local<'i32'>, rows: Rows) => void {
  const root = expandScalar(program.root, hasFunction);
  const nodes = topological([root]);
  const call = importMath(builder, nodes);
  return (body, args, rows) =>
    new MapCode(program, layout, body, args, call).write(nodes, root, rows, mostVectors);
}

/** Values of nodes at each of several positions, or one for all. */
type Values = Map<ScalarNode, readonly Value[]>;

const valueAt = (values: Values, node: ScalarNode, position: number): Value => {
  const known = values.get(node) as readonly Value[];
  return known[position] ?? (known[0] as Value);
};

/** Adds the code of nodes for `count` positions. */
type Compute = (values: Values, count: number) => void;

/** Adds the code of one node at a position. */
type NodeCode = (values: Values, position: number) => Value;

class MapCode {
  readonly #program: MapProgram;
  readonly #layout: MapLayout;
  readonly #body: FunctionBody;
  readonly #args: Local<'i32'>;
  readonly #places: ArgumentPlaces;
  readonly #cursors: Cursors;
  /** For single elements, and for what is the same for many. */
  readonly #one: CodeContext;
  readonly #four: CodeContext;

  constructor(
    program: MapProgram,
    layout: MapLayout,
    body: FunctionBody,
    args: Local<'i32'>,
    call: MathCall,
  ) {
    this.#program = program;
    this.#layout = layout;
    this.#body = body;
    this.#args = args;
    this.#places = argumentPlaces(program, layout);
    this.#cursors = new Cursors(body, args, this.#places, program, layout);
    const imported = (name: 'sin' | 'cos', x: Expr<'f32'>): Expr<'f32'> => call(name, 'f32', [x]);
    const context = { body, constants: new Constants(body), imported, call };
    this.#one = { ...context, lanes: 1 };
    this.#four = { ...context, lanes: 4 };
  }

  write(nodes: readonly ScalarNode[], root: ScalarNode, rows: Rows, mostVectors: number): void {
    const { once, row, element } = sortByLevel(nodes, this.#layout);
    const values: Values = new Map();
    this.#prepare(once, this.#one)(values, 1);
    const ofRow = this.#prepare(row, this.#one);
    const vectors = this.#turn(element, root, this.#four);
    const single = this.#turn(element, root, this.#one);
    this.#one.constants.close();
    const unroll = Math.min(unrolling(element, root), mostVectors);
    rows(this.#cursors, (left) => {
      const known = new Map(values);
      ofRow(known, 1);
      if (unroll > 1) vectors(known, unroll, left);
      vectors(known, 1, left);
      single(known, 1, left);
    });
  }

  /** Prepares a loop that computes and stores elements, `count` vectors at a time, while there are that many. */
  #turn(
    nodes: readonly ScalarNode[],
    root: ScalarNode,
    context: CodeContext,
  ): (known: Values, count: number, left: Local<'i32'>) => void {
    const body = this.#body;
    const compute = this.#prepare(nodes, context);
    const store = storeCode(this.#program.dtype, context);
    const { all, output } = this.#cursors;
    return (known, count, left) => {
      const elements = i32.const(count * context.lanes);
      body.while(i32.geS(left, elements), () => {
        const values = new Map(known);
        compute(values, count);
        for (let i = 0; i < count; i++) store(output.address, valueAt(values, root, i), i);
        // Strided ones move as they are read.
        for (const { address, step, walk } of all)
          if (walk === 'row' || walk === 'unit') body.advance(address, i32.mul(step, elements));
        body.set(left, i32.sub(left, elements));
      });
    };
  }

  #prepare(nodes: readonly ScalarNode[], context: CodeContext): Compute {
    const body = this.#body;
    const codes = nodes.map((node) => [node, this.#node(node, context)] as const);
    return (values, count) => {
      for (const [node, code] of codes) {
        const found: Value[] = [];
        for (let i = 0; i < count; i++) found.push(code(values, i).map((vector) => body.let(vector)));
        values.set(node, found);
      }
    };
  }

  #node(node: ScalarNode, context: CodeContext): NodeCode {
    const { op, args, value, dtype } = node;
    if (op === 'const') {
      const vector = constant(node, context);
      return () => [vector];
    }
    if (op === 'scalar') {
      const read = scalarCode(node.type, this.#args, this.#places.scalar(value), context);
      return () => [read];
    }
    if (op === 'input') return this.#input(value, dtype, context);
    const code = operation(node, context);
    return (values, position) => code(args.map((arg) => valueAt(values, arg, position)));
  }

  #input(position: number, dtype: DType, context: CodeContext): NodeCode {
    const walk = this.#layout.walks[position];
    if (walk === 'point') {
      const load = loadCode(dtype, context);
      return () => load(this.#body.let(i32.load(this.#args, this.#places.input(position))), 0);
    }
    const { address, step } = this.#cursors.at(position);
    const load = walk === 'strided' ? gatherCode(dtype, step, context) : loadCode(dtype, context);
    return (_values, i) => load(address, i);
  }
}

function constant({ type, value }: ScalarNode, { constants }: CodeContext): Vector {
  if (type === 'float32') return constants.f32(value);
  if (type === 'float64') return constants.f64(value);
  return constants.i32(type === 'bool' ? -Number(value !== 0) : value);
}

/** How many vectors a loop takes at a time: what fits into registers, and one where a function takes them all. */
function unrolling(nodes: readonly ScalarNode[], root: ScalarNode): number {
  const functions = nodes.some(
    ({ op, type }) => vectorFunctions[op] || isImported(op, type) || integerCode[op],
  );
  if (functions) return 1;
  const wide = widestMoment(nodes, root);
  return [4, 2].find((count) => count * wide <= REGISTERS) ?? 1;
}
