import type { DType } from '@flambeau/core';
import type { SampledName } from './functions.ts';
import type { Arg, FunctionSamples, Sample, TensorSpec } from './samples/spec.ts';
import { isSpec, RUN_DTYPE } from './samples/spec.ts';

/** A sample in one dtype: what is run, and what a golden value belongs to. */
export interface Case {
  readonly fn: SampledName;
  readonly dtype: DType;
  readonly sample: Sample;
  readonly samples: FunctionSamples;
  /** Readable and unique within the function and dtype: `add([2, 3], [3] stepped)`. */
  readonly title: string;
  /** Under which the golden value is filed: changes with anything that changes the values. Empty for error samples. */
  readonly key: string;
}

/** All cases of a function in one dtype. */
export function casesOf(fn: SampledName, samples: FunctionSamples, dtype: DType): Case[] {
  const titles = new Map<string, number>();
  return samples.samples
    .filter((sample) => samples.dtypes.includes(dtype) && (sample.dtypes?.includes(dtype) ?? true))
    .map((sample) => {
      const plain = describeCall(fn, sample.args, dtype);
      const count = (titles.get(plain) ?? 0) + 1;
      titles.set(plain, count);
      return {
        fn,
        dtype,
        sample,
        samples,
        title: count > 1 ? `${plain} #${count}` : plain,
        key: keyOf(fn, dtype, sample.args),
      };
    });
}

/** The tensors among arguments, in the order in which they are met. */
export function specsOf(args: readonly Arg[]): TensorSpec[] {
  const found: TensorSpec[] = [];
  mapSpecs(args, (spec) => found.push(spec));
  return found;
}

/** Arguments with every tensor, and the stand-in for the dtype, replaced. */
export function mapSpecs(
  args: readonly Arg[],
  replace: (spec: TensorSpec) => unknown,
  dtype?: DType,
): unknown[] {
  const visit = (arg: Arg): unknown => {
    if (arg === RUN_DTYPE) return dtype;
    if (typeof arg !== 'object' || arg === null) return arg;
    if (isSpec(arg)) return replace(arg);
    if (Array.isArray(arg)) return (arg as readonly Arg[]).map(visit);
    return Object.fromEntries(
      Object.entries(arg as Record<string, Arg>).map(([name, value]) => [name, visit(value)]),
    );
  };
  return args.map(visit);
}

/** A call as a person would write it, with shapes for tensors. */
export function describeCall(fn: string, args: readonly Arg[], dtype: DType): string {
  const text = (arg: unknown): string => {
    if (arg instanceof Described) return arg.text;
    if (Array.isArray(arg)) return `[${arg.map(text).join(', ')}]`;
    if (typeof arg === 'object' && arg !== null) {
      return `{ ${Object.entries(arg)
        .map(([name, value]) => `${name}: ${text(value)}`)
        .join(', ')} }`;
    }
    return Object.is(arg, -0) ? '-0' : String(arg);
  };
  return `${fn}(${mapSpecs(args, (spec) => new Described(describeSpec(spec)), dtype)
    .map(text)
    .join(', ')})`;
}

class Described {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function describeSpec({ shape, dtype, fill, layout }: TensorSpec): string {
  const values =
    'values' in fill && fill.values.length <= 6
      ? ` of ${fill.values.map((n) => (Object.is(n, -0) ? '-0' : n)).join(' ')}`
      : '';
  return `[${shape.join(', ')}]${dtype ? ` ${dtype}` : ''}${layout === 'contiguous' ? '' : ` ${layout}`}${values}`;
}

function keyOf(fn: string, dtype: DType, args: readonly Arg[]): string {
  const exact = (_name: string, value: unknown): unknown =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? { number: Object.is(value, -0) ? '-0' : String(value) }
      : value;
  return hash(JSON.stringify([fn, dtype, args], exact));
}

/** 64 bits of FNV-1a as text: two passes with different starts. */
function hash(text: string): string {
  const pass = (start: number): string => {
    let h = start;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x0100_0193);
    return (h >>> 0).toString(16).padStart(8, '0');
  };
  return pass(0x811c_9dc5) + pass(0x2f0b_4a27);
}
