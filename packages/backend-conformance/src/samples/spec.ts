import type { DType } from '@flambeau/core';
import type { SampledName } from '../functions.ts';

/**
 * How a tensor lies in memory: in order; as the transpose of another; repeated along its first dimension (stride 0);
 * every second element of a longer last dimension; backwards; or in order but not from the start of its memory.
 */
export type Layout = 'contiguous' | 'transposed' | 'expanded' | 'stepped' | 'flipped' | 'offset';

/** Where the values of a sample's tensor come from: given, or drawn evenly between two bounds (null: the dtype's own). */
export type Fill =
  | { readonly values: readonly number[] }
  | { readonly low: number | null; readonly high: number | null; readonly seed: number };

/** A tensor of a sample, before it has a device. */
export interface TensorSpec {
  readonly kind: 'tensor';
  readonly shape: readonly number[];
  /** null: the dtype that the sample is run with. */
  readonly dtype: DType | null;
  readonly fill: Fill;
  readonly layout: Layout;
  /** Whether its gradient is looked at, when it is a float. */
  readonly gradient: boolean;
}

/** Stands for the dtype that the sample is run with, in options such as `{ dtype }`. */
export const RUN_DTYPE = '$dtype';

/** An argument of a sampled function. */
export type Arg =
  | TensorSpec
  | number
  | string
  | boolean
  | null
  | undefined
  | readonly Arg[]
  | { readonly [option: string]: Arg };

/** Absolute and relative part of an allowed difference. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** Tolerances by dtype; integers and bools are always compared exactly. */
export type Tolerances = Readonly<Partial<Record<DType, Tolerance>>>;

/** One call of a function. */
export interface Sample {
  readonly args: readonly Arg[];
  /** Only these of the function's dtypes. */
  readonly dtypes?: readonly DType[];
  /** Why PyTorch has no gradient to compare with; finite differences still judge it. */
  readonly noGolden?: string;
  /** False: the gradient is compared with PyTorch's, but not with finite differences: a kink, a tie, a jump. */
  readonly smooth?: boolean;
  /** The sign of zeros is compared too. */
  readonly signedZeros?: boolean;
  readonly tolerance?: Tolerances;
}

/** A call that must be refused. */
export interface ErrorSample {
  readonly args: readonly Arg[];
  /** Default: float32. */
  readonly dtype?: DType;
  /** Name of the error class. */
  readonly error: string;
  readonly message: RegExp;
  /** PyTorch accepts the call, or means something else by it; why it is refused here. */
  readonly stricter?: string;
}

/** All samples of one function. */
export interface FunctionSamples {
  /** The dtypes in which samples are run. */
  readonly dtypes: readonly DType[];
  /** Whether the function has gradients. */
  readonly gradient: boolean;
  readonly samples: readonly Sample[];
  readonly errors?: readonly ErrorSample[];
  readonly tolerance?: Tolerances;
  /** False: the function is about layouts, and not run in others. */
  readonly layouts?: false;
  /** Needs synchronous reads. */
  readonly syncRead?: boolean;
}

/** The samples of some functions. */
export type SamplesOf<Name extends SampledName> = Readonly<Record<Name, FunctionSamples>>;

export const FLOATS: readonly DType[] = ['float32', 'float64'];
export const INTEGERS: readonly DType[] = ['int32', 'uint8', 'int8'];
export const NUMBERS: readonly DType[] = [...FLOATS, ...INTEGERS];
export const ALL: readonly DType[] = [...NUMBERS, 'bool'];

/** What {@link t} and {@link v} may say about a tensor. */
export interface SpecOptions {
  readonly dtype?: DType;
  readonly layout?: Layout;
  /** Default true. */
  readonly gradient?: boolean;
}

function spec(shape: readonly number[], fill: Fill, options: SpecOptions): TensorSpec {
  const { dtype = null, layout = 'contiguous', gradient = true } = options;
  return { kind: 'tensor', shape, dtype, fill, layout, gradient };
}

/** A tensor of drawn values. Without bounds: −2 to 2; −9 to 9 for integers, 0 to 18 for uint8. */
export function t(
  shape: readonly number[],
  options: SpecOptions & { readonly low?: number; readonly high?: number; readonly seed?: number } = {},
): TensorSpec {
  const { low = null, high = null, seed = 0 } = options;
  return spec(shape, { low, high, seed }, options);
}

/** A tensor of given values; a vector unless a shape is given. */
export function v(
  values: readonly number[],
  options: SpecOptions & { readonly shape?: readonly number[] } = {},
): TensorSpec {
  return spec(options.shape ?? [values.length], { values }, options);
}

/** An int32 tensor of given values. */
export function ints(values: readonly number[], shape: readonly number[] = [values.length]): TensorSpec {
  return v(values, { shape, dtype: 'int32' });
}

/** A bool tensor of given values. */
export function bools(values: readonly number[], shape: readonly number[] = [values.length]): TensorSpec {
  return v(values, { shape, dtype: 'bool' });
}

/** A sample from its arguments. */
export function call(...args: readonly Arg[]): Sample {
  return { args };
}

/** The same sample with more said about it. */
export function but(sample: Sample, more: Omit<Sample, 'args'>): Sample {
  return { ...sample, ...more };
}

/** True for the tensors among arguments. */
export function isSpec(arg: Arg): arg is TensorSpec {
  return (
    typeof arg === 'object' &&
    arg !== null &&
    !Array.isArray(arg) &&
    (arg as { kind?: unknown }).kind === 'tensor'
  );
}
