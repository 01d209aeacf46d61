import type { Operand } from '../backend.ts';
import type { Device } from '../device.ts';
import type { Buffer } from '../memory/buffer.ts';
import { createBuffer, letGo } from '../memory/buffer.ts';
import type { MapProgram } from '../ops/map-program.ts';
import { createProgram } from '../ops/map-program.ts';
import type { ScalarNode } from '../scalar/index.ts';
import { expand, input, node, scalar, topological } from '../scalar/index.ts';
import { contiguousStrides, sizeOf } from '../shape.ts';
import type { MapSource } from './deferral.ts';
import { type MapRunner, mapInput, mapOutput } from './run-map.ts';

/** One operation of a program for backends that take one at a time. */
interface Step {
  readonly program: MapProgram;
  /** Where the operands come from: a tensor of the program, or the result of an earlier step. */
  readonly from: readonly ({ readonly input: number } | { readonly step: number })[];
  /** The numbers among the operands: positions in the program's scalars, or constants. */
  readonly numbers: readonly ({ readonly scalar: number } | { readonly value: number })[];
}

const plansOf = new WeakMap<Device, WeakMap<MapProgram, readonly Step[]>>();

function plan(device: Device, program: MapProgram): readonly Step[] {
  let plans = plansOf.get(device);
  if (!plans) {
    plans = new WeakMap();
    plansOf.set(device, plans);
  }
  const known = plans.get(program);
  if (known) return known;
  const overrides = device.backend.scalarFunctions;
  const root = expand(program.root, (name) => overrides?.has(name) ?? false);
  const steps: Step[] = [];
  const stepOf = new Map<ScalarNode, number>();
  const operations = topological([root]).filter((n) => n.args.length > 0);
  for (const current of operations.length > 0
    ? operations
    : [node('cast', root.type, [root], 0, root.dtype)]) {
    const from: Step['from'][number][] = [];
    const numbers: Step['numbers'][number][] = [];
    const inputs: Operand['dtype'][] = [];
    const args = current.args.map((arg) => {
      if (arg.op === 'scalar' || arg.op === 'const') {
        numbers.push(arg.op === 'scalar' ? { scalar: arg.value } : { value: arg.value });
        return scalar(numbers.length - 1, arg.type);
      }
      const step = stepOf.get(arg);
      from.push(step === undefined ? { input: arg.value } : { step });
      inputs.push(arg.dtype);
      return input(inputs.length - 1, arg.dtype);
    });
    const single = node(current.op, current.type, args, current.value, current.dtype);
    const types = single.args.filter((arg) => arg.op === 'scalar').map((arg) => arg.type);
    stepOf.set(current, steps.length);
    steps.push({ program: createProgram(single, inputs, types, current.dtype), from, numbers });
  }
  plans.set(program, steps);
  return steps;
}

/** Maps one scalar operation at a time, for backends that cannot take them whole: pass it to `createDevice`. */
export const steppedMaps: MapRunner = (device, program, sources, scalars, target, shape) => {
  const { memory, backend } = device;
  const steps = plan(device, program);
  const results: Buffer[] = [];
  const strides = contiguousStrides(shape);
  const size = sizeOf(shape);
  steps.forEach((step, index) => {
    memory.beginCall();
    const inputs = step.from.map((from) => {
      const source: MapSource =
        'input' in from
          ? (sources[from.input] as MapSource)
          : { buffer: results[from.step] as Buffer, view: { strides, offset: 0 } };
      return mapInput(source, shape, size);
    });
    const last = index === steps.length - 1;
    const buffer = last ? target : createBuffer(device, step.program.dtype, size);
    const numbers = step.numbers.map((n) => ('value' in n ? n.value : (scalars[n.scalar] as number)));
    backend.kernels.map(step.program, inputs, numbers, mapOutput(buffer, shape, size));
    memory.wrote(buffer);
    results.push(buffer);
  });
  for (const buffer of results) if (buffer !== target) letGo(buffer);
};
