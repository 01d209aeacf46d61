import { DTYPES } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { lesser, rangeOf } from '../loops/integers.ts';
import { RANGE_PARAMS } from '../loops/words.ts';
import type { ScanKind } from './kind.ts';
import { SCAN_ARGUMENTS, STRIP } from './kind.ts';
import type { Cursors, Steps } from './steps.ts';
import { stepsFor } from './steps.ts';

/** Lines that are walked side by side: their steps do not wait for each other. Fewer where a step is much code. */
const sideOf = ({ op }: ScanKind): number => (op === 'logcumsumexp' ? 4 : 8);

/** Walks lines from their first element to the last. A unit of work is a strip of neighbouring lines. */
export function emitScan(kind: ScanKind, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const prepare = stepsFor(kind, builder);
  const { bytes } = DTYPES[kind.dtype];
  builder.addFunction('run', RANGE_PARAMS, (body, args, start, end) => {
    const words = SCAN_ARGUMENTS.read(body, args);
    const { inner, length } = words;
    const steps = prepare(body);
    const cursors: Cursors = {
      x: body.local('i32'),
      factors: body.local('i32'),
      y: body.local('i32'),
      index: body.local('i32'),
    };
    const names = cursorNames(kind);
    const left = body.local('i32');
    body.while(i32.ltU(start, end), () => {
      const outer = body.let(i32.divU(start, words.strips));
      const first = body.let(i32.mul(i32.sub(start, i32.mul(outer, words.strips)), i32.const(STRIP)));
      const line = i32.add(i32.mul(i32.mul(outer, length), inner), first);
      const position = body.let(i32.add(line, words.begin));
      for (const name of names)
        body.set(cursors[name], i32.add(words[name], i32.mul(position, i32.const(widthOf(name, bytes)))));
      body.set(left, lesser(i32.sub(inner, first), i32.const(STRIP)));
      for (const width of [sideOf(kind), 1]) {
        body.while(i32.geU(left, i32.const(width)), () => {
          walk(body, steps, { cursors, names, width, bytes, length, step: words.step, fault: words.fault });
          for (const name of names) body.advance(cursors[name], width * widthOf(name, bytes));
          body.advance(left, -width);
        });
      }
      body.advance(start, 1);
    });
  });
  return builder;
}

type CursorName = keyof Cursors;

function cursorNames({ op }: ScanKind): readonly CursorName[] {
  if (op === 'linearScan') return ['x', 'factors', 'y'];
  return op === 'cummax' || op === 'cummin' ? ['x', 'y', 'index'] : ['x', 'y'];
}

const widthOf = (name: CursorName, bytes: number): number => (name === 'index' ? 4 : bytes);

interface Strip {
  readonly cursors: Cursors;
  readonly names: readonly CursorName[];
  /** How many lines, and the bytes from one to the next. */
  readonly width: number;
  readonly bytes: number;
  readonly length: Expr<'i32'>;
  readonly step: Expr<'i32'>;
  readonly fault: Local<'i32'>;
}

/** Walks some lines side by side. */
function walk(
  body: FunctionBody,
  steps: Steps,
  { cursors, names, width, bytes, length, step, fault }: Strip,
): void {
  const own = Object.fromEntries(names.map((name) => [name, body.let(cursors[name])])) as unknown as Cursors;
  const place = body.let(i32.const(0));
  const bad = body.let(i32.const(0));
  const columns = rangeOf(width).map((i) => steps.begin({ body, place, bad, ...own }, i * bytes, 4 * i));
  body.doWhile(i32.ltU(place, length), () => {
    for (const next of columns) next();
    for (const name of names)
      body.advance(own[name], name === 'index' && bytes !== 4 ? scaled(step, bytes) : step);
    body.advance(place, 1);
  });
  if (steps.mayFault) body.if(bad, () => body.store(fault, i32.const(1)));
}

/** Bytes between int32 positions where `step` has those between elements of `bytes` bytes. */
const scaled = (step: Expr<'i32'>, bytes: number): Expr<'i32'> =>
  bytes === 1 ? i32.shl(step, i32.const(2)) : i32.shrS(step, i32.const(1));
