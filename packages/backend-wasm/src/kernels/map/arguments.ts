import type { ComputeType, MapProgram, Operand } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { addressOf } from '../operand.ts';
import type { MapLayout, MapWalk } from './layout.ts';
import { hasStrides } from './layout.ts';

/** Where a kernel finds its arguments: byte offsets from the address that it is given. The output is at 0. */
export interface ArgumentPlaces {
  readonly input: (position: number) => number;
  /** Size of a dimension. */
  readonly size: (axis: number) => number;
  /** Stride in bytes along a dimension of the n-th operand that has its own. */
  readonly stride: (own: number, axis: number) => number;
  readonly scalar: (position: number) => number;
  /** Bytes of all, a multiple of 8. */
  readonly bytes: number;
}

/** The places for a program and a layout. */
export function argumentPlaces({ inputs, scalars }: MapProgram, { rank, walks }: MapLayout): ArgumentPlaces {
  const sizes = 4 * (1 + inputs.length);
  const strides = sizes + 4 * rank;
  const own = walks.filter(hasStrides).length;
  const numbers = Math.ceil((strides + 4 * own * rank) / 8) * 8;
  return {
    input: (position) => 4 * (1 + position),
    size: (axis) => sizes + 4 * axis,
    stride: (index, axis) => strides + 4 * (index * rank + axis),
    scalar: (position) => numbers + 8 * position,
    bytes: numbers + 8 * scalars.length,
  };
}

/** Where arguments are written. There is one kernel at a time; what takes several sets has them one after the other. */
export interface ArgumentArea {
  readonly address: number;
  readonly bytes: number;
}

/** Writes a kernel's arguments and returns their address. */
export function writeArguments(
  memory: LinearMemory,
  area: ArgumentArea,
  program: MapProgram,
  walk: MapWalk,
  inputs: readonly Operand[],
  scalars: readonly number[],
  output: Operand,
): number {
  const { views } = memory;
  const { int32 } = views;
  const begin = area.address / 4;
  const { shape, strides, walks, rank } = walk;
  const integers = 1 + inputs.length + rank * (1 + strides.length);
  const words = integers + (integers & 1) + 2 * scalars.length;
  if (4 * words > area.bytes)
    throw new RangeError(`wasm: a map has ${4 * words} bytes of arguments, at most ${area.bytes}`);
  // The order of `argumentPlaces`.
  let at = begin;
  int32[at++] = addressOf(output);
  for (let i = 0; i < inputs.length; i++) int32[at++] = addressOf(inputs[i]);
  for (let axis = 0; axis < rank; axis++) int32[at++] = shape[axis];
  let own = 0;
  for (let i = 0; own < strides.length; i++) {
    if (!hasStrides(walks[i])) continue;
    const { bytes } = DTYPES[inputs[i].dtype];
    for (let axis = 0; axis < rank; axis++) int32[at++] = strides[own][axis] * bytes;
    own++;
  }
  at += (at - begin) & 1;
  for (let i = 0; i < scalars.length; i++, at += 2) {
    const type = program.scalars[i] as ComputeType;
    if (type === 'float32') views.float32[at] = scalars[i];
    else if (type === 'float64') views.float64[at / 2] = scalars[i];
    else int32[at] = type === 'bool' ? Number(scalars[i] !== 0) : scalars[i];
  }
  return area.address;
}
