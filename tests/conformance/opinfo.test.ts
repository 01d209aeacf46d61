// Replays the cases that tests/golden/opinfo.py took from PyTorch's own test database.
// OPINFO_FOLDER names another folder that it wrote, with another --seed or more --samples.
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import {
  type Arg,
  type Case,
  compareGradients,
  compareOutputs,
  decodeGolden,
  decodeTensor,
  evaluate,
  type Layout,
  type SampledName,
  type Tolerances,
} from '@flambeau/backend-conformance/samples';
import { cpu } from '@flambeau/backend-cpu';
import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
import { type Device, type DType, FlambeauError } from '@flambeau/core';
import * as losses from '@flambeau/losses';
import { describe, expect, test } from 'vitest';

interface RecordedCase {
  readonly dtype: DType;
  readonly fn: SampledName;
  readonly args: readonly unknown[];
  readonly golden: string;
}

interface RecordedError {
  readonly fn: SampledName;
  readonly args: readonly unknown[];
  readonly message: string;
  /** Why we accept what PyTorch refuses. */
  readonly accepted?: string;
}

interface RecordedFile {
  readonly torch: string;
  readonly name: string;
  readonly cases: readonly RecordedCase[];
  readonly errors: readonly RecordedError[];
}

interface CoverageEntry {
  readonly covered: boolean;
  readonly cases?: number;
  readonly reason?: string;
}

const elsewhere = process.env['OPINFO_FOLDER'];
const folder = elsewhere ? pathToFileURL(`${elsewhere}/`) : new URL('../golden/opinfo/', import.meta.url);
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
const coverage = read('coverage.json') as Readonly<Record<string, CoverageEntry>>;
const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== 'coverage.json');

/** Sums of many products, in another order than PyTorch's. */
const tolerances: Tolerances = { float32: { atol: 2e-5, rtol: 2e-5 }, float64: { atol: 1e-11, rtol: 1e-11 } };

/** Gradients that add up terms of up to 10⁷ which cancel: float32 keeps seven digits of the terms, not of the sum. */
const cancelling: Tolerances = { ...tolerances, float32: { atol: 2, rtol: 1e-4 } };
/** PyTorch 1.13 goes through logarithms, which costs its float32 gradients four digits. */
const byLogarithms: Tolerances = { ...tolerances, float32: { atol: 5e-3, rtol: 1e-3 } };
/** PyTorch 1.13 keeps the order of a norm, such as 0.9, in float32. */
const roundedOrder: Tolerances = { ...tolerances, float64: { atol: 1e-7, rtol: 1e-7 } };
/** The weights are float32 in every sample, and their sums and what is left after the correction cancel. */
const float32Weights: Tolerances = {
  float32: { atol: 5e-3, rtol: 1e-4 },
  float64: { atol: 5e-4, rtol: 1e-6 },
};
/** PyTorch computes in float32 what we compute in float64: matrices far from orthogonal cost it digits. */
const decomposed: Tolerances = { ...tolerances, float32: { atol: 2e-3, rtol: 1e-4 } };
/** Reflections with drawn factors are none: their products grow to 10³ and cancel in part. */
const reflected: Tolerances = { ...tolerances, float32: { atol: 5e-2, rtol: 1e-4 } };
/** PyTorch 1.13's trigamma is off by up to 1e-9. */
const byTrigamma: Tolerances = { ...tolerances, float64: { atol: 1e-9, rtol: 1e-9 } };
/** One value less its mean is not exactly 0 in float32, and is divided by √eps. */
const ofOneValue: Tolerances = { ...tolerances, float32: { atol: 1e-3, rtol: 1e-3 } };
/** Differences of logarithms of path sums near −100: float32 has five digits of them behind the point. */
const ofPaths: Tolerances = { ...tolerances, float32: { atol: 2e-4, rtol: 2e-4 } };

const byName: Readonly<Record<string, Tolerances>> = {
  pow: cancelling,
  __rpow__: cancelling,
  cov: float32Weights,
  digamma: byTrigamma,
  ...Object.fromEntries([0, 1, 2, 3, 4].map((n) => [`polygamma.polygamma_n_${n}`, byTrigamma])),
  'special.polygamma.special_polygamma_n_0': byTrigamma,
  'nn.functional.hardsigmoid': { ...tolerances, float64: { atol: 1e-8, rtol: 1e-7 } }, // its sixth is a float32
  'linalg.householder_product': reflected,
  'linalg.pinv': decomposed,
  'linalg.pinv.hermitian': decomposed,
  'linalg.tensorsolve': decomposed,
  logcumsumexp: byLogarithms,
  native_layer_norm: ofOneValue,
  'nn.functional.layer_norm': ofOneValue,
  'nn.functional.ctc_loss': ofPaths,
  matrix_exp: decomposed,
  'linalg.vector_norm': roundedOrder,
};

const layouts: readonly Layout[] = ['contiguous', 'transposed', 'stepped'];
/** Functions that are about the layout itself. */
const ofLayout: readonly SampledName[] = ['Tensor.view', 'asStrided', 'asStridedScatter'];

/** An argument as the generator wrote it. */
function decodeArgument(arg: unknown): Arg {
  if (Array.isArray(arg)) return arg.map(decodeArgument);
  if (typeof arg !== 'object' || arg === null) return arg as Arg;
  const { $tensor, $number, $undefined, gradient = false } = arg as Record<string, unknown>;
  if ($undefined) return undefined;
  if (typeof $number === 'string') return Number($number);
  if (typeof $tensor !== 'string') {
    return Object.fromEntries(Object.entries(arg).map(([name, value]) => [name, decodeArgument(value)]));
  }
  const { dtype, shape, data } = decodeTensor($tensor);
  return {
    kind: 'tensor',
    dtype,
    shape,
    fill: { values: Array.from(data) },
    layout: 'contiguous',
    gradient: gradient === true,
  };
}

function toCase({ fn, dtype, args }: Omit<RecordedCase, 'golden'>, title: string): Case {
  const sample = { args: args.map(decodeArgument) };
  return {
    fn,
    dtype,
    sample,
    samples: { dtypes: [dtype], gradient: true, samples: [sample] },
    title,
    key: '',
  };
}

async function replay(
  device: Device,
  name: string,
  recorded: RecordedCase,
  title: string,
  layout: Layout,
): Promise<string | null> {
  const c = toCase(recorded, title);
  const golden = decodeGolden(recorded.golden);
  const found = await evaluate(device, c, {
    order: golden.gradients.length > 0 ? 1 : 0,
    layout,
    functions: losses,
  });
  const allowed = [byName[name], tolerances];
  return compareOutputs(c, found, golden, allowed) ?? compareGradients(found, golden, allowed);
}

/** What is wrong with how a call is refused, or null. */
async function replayError(device: Device, recorded: RecordedError, title: string): Promise<string | null> {
  const c = toCase({ ...recorded, dtype: 'float32' }, title);
  try {
    await evaluate(device, c, { functions: losses });
  } catch (error) {
    if (error instanceof FlambeauError)
      return recorded.accepted ? 'refused, though listed as accepted' : null;
    return `threw ${String(error)}`;
  }
  return recorded.accepted ? null : `accepted, but PyTorch says: ${recorded.message}`;
}

describe.each([
  { name: 'cpu', device: cpu() },
  { name: 'cpu without optional kernels', device: cpuPrimitives() },
])("PyTorch's own samples on $name", ({ device }) => {
  test.each(files)('%s: outputs and gradients agree, in three layouts', async (file) => {
    const { name, cases } = read(file) as RecordedFile;
    expect(cases.length).toBeGreaterThan(0);
    const wrong: string[] = [];
    for (const [i, recorded] of cases.entries()) {
      for (const layout of ofLayout.includes(recorded.fn) ? layouts.slice(0, 1) : layouts) {
        const title = `case ${i} (${recorded.fn} of ${recorded.dtype}, ${layout})`;
        const found = await replay(device, name, recorded, title, layout);
        if (found) wrong.push(`${title}: ${found}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(files)('%s: what PyTorch refuses is refused', async (file) => {
    const { errors } = read(file) as RecordedFile;
    const wrong: string[] = [];
    for (const [i, recorded] of errors.entries()) {
      const title = `error ${i} (${recorded.fn})`;
      const found = await replayError(device, recorded, title);
      if (found) wrong.push(`${title}: ${found}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('the list of OpInfo names', () => {
  test('has all 621 of PyTorch 1.13, each with cases or with the reason why not', () => {
    expect(Object.keys(coverage)).toHaveLength(621);
    const bare = Object.entries(coverage).filter(([, { covered, cases = 0, reason = '' }]) =>
      covered ? cases === 0 : reason === '',
    );
    expect(bare).toEqual([]);
  });

  test('has a file for each covered name, and no others', () => {
    const covered = Object.keys(coverage).filter((name) => coverage[name]?.covered);
    expect(files.map((file) => file.slice(0, -'.json'.length)).sort()).toEqual(covered.sort());
  });
});
