import type { ComputeType, MapProgram, Operand } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { ARGUMENTS_ADDRESS, ARGUMENTS_BYTES } from '../../memory/linear-memory.ts';
import type { MapLayout, MapWalk } from './layout.ts';

/** Where a kernel finds its arguments: byte offsets from the address that it is given. */
export interface ArgumentPlaces {
  readonly output: number;
  readonly input: (position: number) => number;
  /** Size of a dimension. */
  readonly size: (axis: number) => number;
  /** Stride in bytes of the n-th strided operand along a dimension. */
  readonly stride: (strided: number, axis: number) => number;
  readonly scalar: (position: number) => number;
  readonly end: number;
}

/** The places for a program and a layout. */
export function argumentPlaces({ inputs, scalars }: MapProgram, { rank, walks }: MapLayout): ArgumentPlaces {
  const sizes = 4 * (1 + inputs.length);
  const strides = sizes + 4 * rank;
  const strided = walks.filter((walk) => walk === 'strided').length;
  const numbers = Math.ceil((strides + 4 * strided * rank) / 8) * 8;
  return {
    output: 0,
    input: (position) => 4 * (1 + position),
    size: (axis) => sizes + 4 * axis,
    stride: (index, axis) => strides + 4 * (index * rank + axis),
    scalar: (position) => numbers + 8 * position,
    end: numbers + 8 * scalars.length,
  };
}

/** A block of the device: part of the linear memory. */
export interface WasmBlock {
  readonly address: number;
}

const bytesOf = ({ dtype }: Operand): number => DTYPES[dtype].bytes;

const addressOf = (x: Operand): number => (x.block as WasmBlock).address + x.offset * bytesOf(x);

/** Writes a kernel's arguments and returns their address. There is one kernel at a time, so one place. */
export function writeArguments(
  memory: LinearMemory,
  program: MapProgram,
  walk: MapWalk,
  inputs: readonly Operand[],
  scalars: readonly number[],
  output: Operand,
): number {
  const places = argumentPlaces(program, walk);
  if (places.end > ARGUMENTS_BYTES)
    throw new RangeError(`wasm: a kernel has ${places.end} bytes of arguments, at most ${ARGUMENTS_BYTES}`);
  const { views } = memory;
  const word = (offset: number, value: number): void => {
    views.int32[(ARGUMENTS_ADDRESS + offset) / 4] = value;
  };
  word(places.output, addressOf(output));
  for (const [i, x] of inputs.entries()) word(places.input(i), addressOf(x));
  for (const [axis, size] of walk.shape.entries()) word(places.size(axis), size);
  const strided = inputs.filter((_, i) => walk.walks[i] === 'strided');
  for (const [index, x] of strided.entries()) {
    for (const [axis, stride] of (walk.strides[index] ?? []).entries())
      word(places.stride(index, axis), stride * bytesOf(x));
  }
  scalars.forEach((value, i) => {
    const { [storedAs(program.scalars[i])]: view } = views;
    view[(ARGUMENTS_ADDRESS + places.scalar(i)) / view.BYTES_PER_ELEMENT] =
      program.scalars[i] === 'bool' ? Number(value !== 0) : value;
  });
  return ARGUMENTS_ADDRESS;
}

function storedAs(type: ComputeType | undefined): 'float32' | 'float64' | 'int32' {
  return type === 'float32' || type === 'float64' ? type : 'int32';
}
