import type {
  AxisAttrs,
  DType,
  Kernel,
  KernelContext,
  Operand,
  ScatterReduceKernelAttrs,
} from '@flambeau/core/functional';
import { contiguousStrides, sizeOf } from '@flambeau/core/functional';
import type { Shader } from '../../shader/shader.ts';
import { elementwise, storage } from '../../shader/shader.ts';
import { prelude } from '../../wgsl/functions.ts';
import { locate, Params } from '../../wgsl/layout.ts';
import { wrapped } from '../../wgsl/scalar.ts';
import { wordType } from '../../words.ts';
import type { GpuContext, Stored } from '../context.ts';
import { run, runChecked, withScratch } from '../context.ts';
import { pairWords, sortKeys } from '../sort/ranked-runs.ts';

/** Longest lines of an index that every element looks through from end to end. Others are sorted first. */
const SEARCHED = 128;

/** How what is at a place and what comes to it become one. */
type Join = 'add' | 'set' | 'prod' | 'amax' | 'amin';

function joinText(join: Join, dtype: DType): string {
  const isFloat = dtype === 'float32';
  switch (join) {
    case 'add':
      return 'total + coming';
    case 'set':
      return 'coming';
    case 'prod':
      return 'total * coming';
    case 'amax':
      return isFloat ? 'greatest(total, coming)' : 'max(total, coming)';
    case 'amin':
      return isFloat ? 'least(total, coming)' : 'min(total, coming)';
  }
}

const without = (strides: readonly number[], axis: number): number[] =>
  strides.map((stride, i) => (i === axis ? 0 : stride));

interface Scattering {
  readonly x: Operand;
  readonly index: Operand;
  readonly source: Operand;
  readonly y: Operand;
  readonly axis: number;
  readonly join: Join;
}

/** Reports positions outside of the axis, the first of which is an error. */
function check(context: GpuContext, { index, y, axis }: Scattering, kernelContext: KernelContext): void {
  const rank = index.shape.length;
  const params = new Params(index.size);
  const shape = params.add(...index.shape);
  const walk = params.add(index.offset, ...index.strides);
  const size = params.add(y.shape[axis] as number);
  const write = (): Shader =>
    elementwise({
      name: 'scatter check',
      bindings: storage(['i32'], []),
      paramWords: params.words.length + 1,
      checked: true,
      code: `${locate('index_at', { rank, shape, walk })}
fn faultyValue(i: i32) -> vec2<i32> { let value = in0[index_at(i)]; return vec2<i32>(value, value >> 31u); }
fn element(i: i32) {
  let position = in0[index_at(i)];
  if (position < 0 || position >= param(${size}u)) { report(i); }
}`,
    });
  const pipeline = context.pipelines.get(`scatter check ${rank}`, write);
  runChecked(context, pipeline, { params, operands: [index] }, kernelContext);
}

/** An index's lines along the axis, of which those that a broadcast axis repeats are one. */
interface IndexLines {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Where a coordinate of the output finds its line: 0 along the axis and where lines are the same. */
  readonly numbers: readonly number[];
  readonly lines: number;
  readonly length: number;
}

function linesOf({ index, axis }: Scattering): IndexLines {
  const distinct = index.strides.map((stride, i) =>
    i === axis || stride === 0 ? 1 : (index.shape[i] as number),
  );
  const numbers = contiguousStrides(distinct).map((step, i) => (distinct[i] === 1 ? 0 : step));
  return {
    shape: distinct,
    strides: index.strides,
    numbers,
    lines: sizeOf(distinct),
    length: index.shape[axis] as number,
  };
}

/** Queues the index's positions as keys, line by line. */
function loadKeys(context: GpuContext, { index, axis }: Scattering, lines: IndexLines, keys: Stored): void {
  const rank = lines.shape.length;
  const params = new Params(lines.lines * lines.length);
  const shape = params.add(...lines.shape);
  const walk = params.add(index.offset, ...lines.strides);
  const line = params.add(lines.length, index.strides[axis] as number);
  const write = (): Shader =>
    elementwise({
      name: 'scatter keys',
      bindings: storage(['i32'], ['u32']),
      paramWords: params.words.length,
      code: `${locate('line_at', { rank, shape, walk })}
fn element(i: i32) {
  let n = param(${line}u);
  out[i] = bitcast<u32>(in0[line_at(i / n) + (i % n) * param(${line + 1}u)]);
}`,
    });
  run(context, context.pipelines.get(`scatter keys ${rank}`, write), { params, operands: [index, keys] });
}

/** Where a scattering kernel finds its parameters, besides the shape of the output. */
function placed({ x, index, source, y, axis }: Scattering, lines: IndexLines) {
  const params = new Params(y.size);
  const shape = params.add(...y.shape);
  return {
    params,
    rank: y.shape.length,
    shape,
    own: params.add(x.offset, ...x.strides),
    positions: params.add(index.offset, ...without(index.strides, axis)),
    values: params.add(source.offset, ...without(source.strides, axis)),
    numbers: params.add(0, ...lines.numbers),
    limits: params.add(...index.shape),
    line: params.add(
      index.shape[axis] as number,
      index.strides[axis] as number,
      source.strides[axis] as number,
      y.offset,
    ),
  };
}

/**
 * Every element of y looks for itself in its line of the index and joins what it finds in the line's order: the same in
 * every run. In a sorted line it is found by halving, and what belongs together stands together.
 */
function scattering(what: Scattering, sorted: boolean, places: ReturnType<typeof placed>): Shader {
  const { y, axis, join } = what;
  const type = wordType(y.dtype);
  const { rank, shape, own, positions, values, numbers, limits, line, params } = places;
  const joined = joinText(join, y.dtype);
  const searched = `    let indices = index_line(i);
    for (var r = 0; r < n; r++) {
      if (in1[indices + r * param(${line + 1}u)] == me.x) {
        let coming = in2[added + r * step];
        total = ${joined};
      }
    }`;
  const halved = `    let all = param(${params.words.length - 1}u);
    let start = line_number(i) * n;
    let key = bitcast<u32>(me.x);
    var low = start;
    var high = start + n;
    while (low < high) {
      let middle = (low + high) / 2;
      if (in1[middle] < key) { low = middle + 1; } else { high = middle; }
    }
    for (; low < start + n && in1[low] == key; low++) {
      let coming = in2[added + i32(in1[all + low]) * step];
      total = ${joined};
    }`;
  return elementwise({
    name: `scatter ${join} ${type}`,
    bindings: storage([type, sorted ? 'u32' : 'i32', type], [type]),
    paramWords: params.words.length,
    code: [
      prelude(['greatest', 'least']),
      locate('own_at', { rank, shape, walk: own }),
      locate('index_line', { rank, shape, walk: positions }),
      locate('value_line', { rank, shape, walk: values }),
      locate('line_number', { rank, shape, walk: numbers }),
      coordinates(rank, axis, shape, limits),
      `fn element(i: i32) {
  var total = in0[own_at(i)];
  let me = place(i);
  if (me.y == 1) {
    let n = param(${line}u);
    let added = value_line(i);
    let step = param(${line + 2}u);
${sorted ? halved : searched}
  }
  out[param(${line + 3}u) + i] = ${wrapped('total', y.dtype)};
}`,
    ].join('\n'),
  });
}

/** The text of `place(i)`: the coordinate along the axis, and 1 where the others lie within the index's shape. */
function coordinates(rank: number, axis: number, shape: number, limits: number): string {
  const lines = ['var rest = i;', 'var found = 0;', 'var inside = 1;'];
  for (let a = rank - 1; a >= 0; a--) {
    lines.push(`let c${a} = rest % param(${shape + a}u);`, `rest /= param(${shape + a}u);`);
    lines.push(a === axis ? `found = c${a};` : `if (c${a} >= param(${limits + a}u)) { inside = 0; }`);
  }
  return `fn place(i: i32) -> vec2<i32> { ${lines.join(' ')} return vec2<i32>(found, inside); }`;
}

/** y = x, joined with source at index along the axis, in the index's order. A position outside of it is a fault. */
function scatter(context: GpuContext, what: Scattering, kernelContext: KernelContext): void {
  const { x, index, source, y, axis, join } = what;
  if (index.size > 0) check(context, what, kernelContext);
  if (y.size === 0) return;
  const lines = linesOf(what);
  const places = placed(what, lines);
  const { params, rank } = places;
  const sorted = lines.length > SEARCHED;
  const go = (found: Stored): void => {
    if (sorted) params.add(lines.lines * lines.length);
    const key = `scatter ${join} ${y.dtype} ${rank} ${axis} ${sorted}`;
    const pipeline = context.pipelines.get(key, () => scattering(what, sorted, places));
    run(context, pipeline, { params, operands: [x, found, source, y] });
  };
  if (!sorted) {
    go(index);
    return;
  }
  withScratch(context, pairWords(lines), (keys) => {
    loadKeys(context, what, lines, keys);
    sortKeys(context, keys, lines, go);
  });
}

function kernelWith<Attrs extends AxisAttrs>(
  context: GpuContext,
  joinOf: (attrs: Attrs) => Join,
): Kernel<Attrs> {
  return ([x, index, source], [y], attrs, kernelContext) => {
    const operands = { x, index, source, y } as { x: Operand; index: Operand; source: Operand; y: Operand };
    scatter(context, { ...operands, axis: attrs.axis, join: joinOf(attrs) }, kernelContext);
  };
}

/** Sums at each place. */
export function createScatterAdd(context: GpuContext): Kernel<AxisAttrs> {
  return kernelWith(context, () => 'add');
}

/** The last at each place. */
export function createScatter(context: GpuContext): Kernel<AxisAttrs> {
  return kernelWith(context, () => 'set');
}

/** Extremes, where NaN wins, and products at each place. */
export function createScatterReduce(context: GpuContext): Kernel<ScatterReduceKernelAttrs> {
  return kernelWith(context, ({ reduce }) => reduce);
}
