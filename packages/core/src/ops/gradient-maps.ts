import { isFloat } from '../dtype.ts';
import type { ScalarNode } from '../scalar/index.ts';
import { deriveVjp, input, rewrite, topological } from '../scalar/index.ts';
import type { MapOp } from './map-op.ts';
import type { GradientMap, MapProgram } from './map-program.ts';

/**
 * The gradient of each input of a map program as map ops: they take the incoming gradient, the inputs that the adjoint
 * mentions, and the output if it does. Being maps, they fuse, run on every backend, and have gradients themselves.
 */
export function gradientMaps(op: MapOp, program: MapProgram): readonly (GradientMap | null)[] {
  program.gradients ??= derive(op, program);
  return program.gradients;
}

function derive(op: MapOp, program: MapProgram): readonly (GradientMap | null)[] {
  const arity = program.inputs.length;
  if (!isFloat(program.dtype)) return new Array<null>(arity).fill(null);
  const g = input(arity, program.dtype);
  const y = input(arity + 1, program.dtype);
  return adjoints(op, program, g, y).map((adjoint, position) => {
    const dtype = program.inputs[position];
    if (!adjoint || !dtype || !isFloat(dtype)) return null;
    const leaves = topological([adjoint]);
    const inputs = distinct(leaves.filter((n) => n.op === 'input' && n.value < arity));
    const scalars = distinct(leaves.filter((n) => n.op === 'scalar'));
    const output = leaves.includes(y);
    const gradient: MapOp = {
      kind: 'map',
      class: 'static',
      name: `${op.name}Grad${position}`,
      arity: 1 + inputs.length + scalars.length + (output ? 1 : 0),
      rule: 'typed',
      programs: new Map(),
      build: (...args) =>
        rewrite(adjoint, (n) => {
          if (n === g) return args[0];
          if (n === y) return args[args.length - 1];
          if (n.op === 'input') return args[1 + inputs.indexOf(n.value)];
          if (n.op === 'scalar') return args[1 + inputs.length + scalars.indexOf(n.value)];
          return undefined;
        }),
    };
    return { op: gradient, inputs, scalars, output, identity: adjoint === g };
  });
}

/** Adjoints of the tensors, by the row's own rule if it has one. */
function adjoints(
  op: MapOp,
  program: MapProgram,
  g: ScalarNode,
  y: ScalarNode,
): readonly (ScalarNode | null)[] {
  const arity = program.inputs.length;
  if (!op.vjp) return deriveVjp(program.root, arity, g, y);
  const result = new Array<ScalarNode | null>(arity).fill(null);
  const args = program.operands;
  op.vjp(g, args, y).forEach((adjoint, i) => {
    const arg = args[i];
    if (!adjoint || !arg) return;
    const [leaf] = topological([arg]).filter((n) => n.op === 'input');
    if (!leaf) return;
    const [own] = leaf === arg ? [adjoint] : deriveVjp(arg, leaf.value + 1, adjoint, arg).slice(leaf.value);
    result[leaf.value] = own ?? null;
  });
  return result;
}

function distinct(leaves: readonly ScalarNode[]): number[] {
  return [...new Set(leaves.map((n) => n.value))].sort((a, b) => a - b);
}
