import type { MapKernel, MapProgram, ScalarNode } from '@flambeau/core/functional';
import { allocTyped, expandRegistered, isContiguous, topological } from '@flambeau/core/functional';
import { createLoad, type Load, loadBlock } from './load.ts';
import type { Loop, Register } from './loops.ts';
import { loopFor } from './loops.ts';

/** Elements per block: registers stay in the first-level cache, loops are long enough to be fast. */
const BLOCK = 1024;

/** An operation of a plan: which loop, from which registers into which. */
interface Step {
  readonly loop: Loop;
  readonly out: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** A program as the interpreter runs it: registers by node, loads, operations in order. */
interface Plan {
  readonly registers: readonly Register[];
  /** Registers of the inputs and scalars, by position. */
  readonly inputs: readonly number[];
  readonly scalars: readonly number[];
  readonly steps: readonly Step[];
  readonly root: number;
}

const plans = new WeakMap<MapProgram, Plan>();

function createPlan(program: MapProgram): Plan {
  const root = expandRegistered(program.root);
  const nodes = topological([root]);
  const at = new Map<ScalarNode, number>(nodes.map((n, i) => [n, i]));
  const registers = nodes.map((n) => allocTyped(n.type, BLOCK));
  const inputs = new Array<number>(program.inputs.length).fill(-1);
  const scalars = new Array<number>(program.scalars.length).fill(-1);
  const steps: Step[] = [];
  nodes.forEach((n, i) => {
    if (n.op === 'input') inputs[n.value] = i;
    else if (n.op === 'scalar') scalars[n.value] = i;
    else if (n.op === 'const') registers[i].fill(n.value);
    else {
      const [a, b = a, c = a] = n.args.map((arg) => at.get(arg) as number);
      const loop = loopFor(n.op, n.args[n.op === 'select' ? 1 : 0].type, n.dtype);
      steps.push({ loop, out: i, a, b, c });
    }
  });
  return { registers, inputs, scalars, steps, root: at.get(root) as number };
}

/** What a register stands for in one run: its own block, or a place in an operand's array. */
const arrays: Register[] = [];
const starts: number[] = [];
/** 1 where a register walks through an operand, 0 where it is a block that starts at 0. */
const walks: number[] = [];

/** Evaluates expressions block by block: one loop per operation, rounding to the node's type after each. */
export const map: MapKernel = (program, inputs, scalars, output) => {
  let plan = plans.get(program);
  if (!plan) {
    plan = createPlan(program);
    plans.set(program, plan);
  }
  const { registers, steps, root } = plan;
  const out = output.block as Register;
  const { size } = output;
  for (let i = 0; i < registers.length; i++) {
    arrays[i] = registers[i];
    starts[i] = 0;
    walks[i] = 0;
  }
  const length = Math.min(size, BLOCK);
  for (let i = 0; i < scalars.length; i++) {
    const at = plan.scalars[i];
    if (at >= 0) registers[at].fill(scalars[i], 0, length);
  }
  let loads: Load[] | null = null;
  for (let i = 0; i < inputs.length; i++) {
    const at = plan.inputs[i];
    if (at < 0) continue;
    const input = inputs[i];
    const source = input.block as Register;
    if (source.constructor === registers[at].constructor && isContiguous(input.shape, input.strides)) {
      arrays[at] = source;
      starts[at] = input.offset;
      walks[at] = 1;
    } else if (input.strides.every((stride) => stride === 0))
      registers[at].fill(source[input.offset], 0, length);
    else {
      loads ??= [];
      loads.push(createLoad(registers[at], input));
    }
  }
  const direct = steps.length > 0 && out.constructor === registers[root].constructor;
  if (direct) {
    arrays[root] = out;
    starts[root] = output.offset;
    walks[root] = 1;
  }
  for (let start = 0; start < size; start += BLOCK) {
    const n = Math.min(BLOCK, size - start);
    if (loads) for (const load of loads) loadBlock(load, start, n);
    for (let i = 0; i < steps.length; i++) {
      const { loop, out: o, a, b, c } = steps[i];
      loop(
        arrays[o],
        starts[o] + walks[o] * start,
        arrays[a],
        starts[a] + walks[a] * start,
        arrays[b],
        starts[b] + walks[b] * start,
        arrays[c],
        starts[c] + walks[c] * start,
        n,
      );
    }
    if (!direct) store(out, output.offset + start, arrays[root], starts[root] + walks[root] * start, n);
  }
};

function store(out: Register, o: number, from: Register, i: number, n: number): void {
  for (let e = 0; e < n; e++) out[o + e] = from[i + e];
}
