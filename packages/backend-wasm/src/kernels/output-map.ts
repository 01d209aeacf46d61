import type { Epilogue, KernelContext, MapKernel, MapProgram, Operand } from '@flambeau/core/functional';
import type { Expr } from '../emit/expression.ts';
import { i32 } from '../emit/expression.ts';
import type { FunctionBody } from '../emit/function.ts';
import type { ModuleBuilder } from '../emit/module.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { OUTPUT_MAP_ADDRESS, OUTPUT_MAP_BYTES } from '../memory/linear-memory.ts';
import { writeArguments } from './map/arguments.ts';
import { mapWriter } from './map/emit-map.ts';
import type { MapLayout } from './map/layout.ts';

/** The map that the kernel in progress applies to its output. Modules are compiled for it. */
export interface OutputMap {
  readonly program: MapProgram;
  readonly layout: MapLayout;
}

/** Tells modules with a map from others. */
export const keyOfMap = (map: OutputMap | null): string => (map ? ` map ${map.program.id}` : '');

const AREA = { address: OUTPUT_MAP_ADDRESS, bytes: OUTPUT_MAP_BYTES };
/** Larger maps would make large modules, and gain little. */
const MOST_OPERATIONS = 32;

/** Whether a kernel of float32 can apply a map to its output where it lies. */
export function canApply({ inputs, dtype, operations }: MapProgram, position: number): boolean {
  return dtype === 'float32' && inputs[position] === 'float32' && operations <= MOST_OPERATIONS;
}

/** Makes the map that a kernel was given ready for its output: writes the arguments, which hold until the kernel ends. */
export function outputMap(
  memory: LinearMemory,
  { epilogue }: KernelContext,
  output: Operand,
): OutputMap | null {
  if (!epilogue) return null;
  const { program, scalars } = epilogue;
  const operands = operandsOf(epilogue, output);
  const layout = { rank: 1, walks: operands.map(() => 'row' as const) };
  writeArguments(
    memory,
    AREA,
    program,
    { ...layout, shape: [output.size], strides: [] },
    operands,
    scalars,
    output,
  );
  return { program, layout };
}

/** Applies the map that a kernel was given to its whole output, after the fact: results must not be computed again. */
export function mapAlone(map: MapKernel, { epilogue }: KernelContext, output: Operand): void {
  if (epilogue) map(epilogue.program, operandsOf(epilogue, output), epilogue.scalars, output);
}

const operandsOf = ({ inputs, position }: Epilogue, output: Operand): Operand[] => [
  ...inputs.slice(0, position),
  output,
  ...inputs.slice(position),
];

/**
 * Applies a map to `count` runs of results, each of `bytes` bytes and `stride` bytes after the one before, from the address
 * `first` on. Results must be there, and computed anew whenever a chunk of work is.
 */
export type ApplyMap = (
  body: FunctionBody,
  first: Expr<'i32'>,
  bytes: Expr<'i32'>,
  stride: Expr<'i32'>,
  count: Expr<'i32'>,
) => void;

/**
 * Adds a function that applies a map to results while they are in the cache, by the code that maps of their own have: bit
 * for bit what those would give. Nothing without a map. Call it before adding functions.
 */
export function addOutputMap(builder: ModuleBuilder, map: OutputMap | null): ApplyMap {
  if (!map) return () => {};
  const write = mapWriter(builder, map.program, map.layout);
  const apply = builder.addFunction(
    'map',
    ['i32', 'i32', 'i32', 'i32'],
    (body, first, bytes, stride, count) => {
      const args = body.let(i32.const(OUTPUT_MAP_ADDRESS));
      const two = i32.const(2);
      const start = body.let(i32.shrU(i32.sub(first, i32.load(args)), two));
      body.if(i32.eq(bytes, stride), () => {
        body.set(bytes, i32.mul(bytes, count));
        body.set(count, i32.const(1));
      });
      write(body, args, (cursors, row) =>
        body.while(count, () => {
          cursors.eachRow(start, i32.add(start, i32.shrU(bytes, two)), row);
          body.advance(start, i32.shrU(stride, two));
          body.advance(count, -1);
        }),
      );
    },
  );
  return (body, ...at) => body.call(apply, ...at);
}
