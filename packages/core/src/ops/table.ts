import type { DType } from '../dtype.ts';
import * as at from './at.ts';
import * as conv from './conv.ts';
import * as copy from './copy.ts';
import * as create from './create-ops.ts';
import * as elementwise from './elementwise.ts';
import * as host from './host.ts';
import * as indexing from './indexing.ts';
import * as loss from './loss.ts';
import type { MapOp } from './map-op.ts';
import * as matmul from './matmul.ts';
import * as norm from './norm.ts';
import type { Op } from './op.ts';
import * as pool from './pool.ts';
import * as reduce from './reduce.ts';
import * as softmax from './softmax.ts';
import { transferOp } from './transfer.ts';
import * as view from './view.ts';

const modules = [
  elementwise,
  reduce,
  matmul,
  softmax,
  conv,
  pool,
  norm,
  loss,
  host,
  indexing,
  at,
  view,
  copy,
  create,
] as const;

/** An exported row (`relu`), or an exported object named after its op (`conv2dOp`). */
type Declaration = { readonly op: MapOp } | { readonly kind: 'kernel' | 'view'; readonly name: string };

type NamesIn<Module> = {
  [K in keyof Module & string]: Module[K] extends Declaration
    ? K extends `${infer Name}Op`
      ? Name
      : K
    : never;
}[keyof Module & string];

/** The name of every op, derived from what the op modules export: a table over it is complete or does not compile. */
export type OpName =
  | NamesIn<typeof elementwise>
  | NamesIn<typeof reduce>
  | NamesIn<typeof matmul>
  | NamesIn<typeof softmax>
  | NamesIn<typeof conv>
  | NamesIn<typeof pool>
  | NamesIn<typeof norm>
  | NamesIn<typeof loss>
  | NamesIn<typeof host>
  | NamesIn<typeof indexing>
  | NamesIn<typeof at>
  | NamesIn<typeof view>
  | NamesIn<typeof copy>
  | NamesIn<typeof create>
  | `to_${DType}`
  | 'to';

function opsIn(module: object): readonly Op[] {
  return Object.values(module).flatMap((value: unknown) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return [];
    if ('op' in value) return [value.op as Op];
    return 'infer' in value || 'view' in value ? [value as Op] : [];
  });
}

/** Every op there is, by name: what drives samples, golden tests, conformance and the docs. */
export const opTable: ReadonlyMap<OpName, Op> = /*#__PURE__*/ new Map(
  [...modules.flatMap(opsIn), ...elementwise.castOps, transferOp].map((op) => [op.name as OpName, op]),
);
