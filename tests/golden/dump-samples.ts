// Prints every case of the conformance samples as JSON, for ops.py to compute: arguments with their values.
//
//     node --conditions=@flambeau/source tests/golden/dump-samples.ts [FAMILY ...]
import {
  casesOf,
  type FunctionSamples,
  families,
  mapSpecs,
  type SampledName,
  SEED,
  specsOf,
  type TensorSpec,
  valuesOf,
  wantsGradient,
} from '@flambeau/backend-conformance/samples';
import type { DType, TypedArray } from '@flambeau/core';

/** Only calls that must be refused depend on layouts: values do not, and PyTorch's own errors with them must not get in. */
function encodeTensor(spec: TensorSpec, dtype: DType, values: TypedArray, layouts = false): object {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return {
    $tensor: bytes.toString('base64'),
    dtype: spec.dtype ?? dtype,
    shape: spec.shape,
    gradient: wantsGradient(spec, dtype),
    ...(layouts && { transposed: spec.layout === 'transposed' }),
  };
}

/** Numbers that JSON lacks become `{ "$number": text }`. */
function exact(_name: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return { $number: '-0.0' };
  return Number.isFinite(value) ? value : { $number: String(value) };
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((family) => !(family in families));
if (unknown.length > 0) throw new Error(`no such family: ${unknown.join(', ')}`);

const out: Record<string, { cases: object[]; errors: object[] }> = {};
for (const [family, functions] of Object.entries(families)) {
  if (wanted.length > 0 && !wanted.includes(family)) continue;
  const cases: object[] = [];
  const errors: object[] = [];
  for (const [name, samples] of Object.entries(functions as Record<string, FunctionSamples>)) {
    for (const dtype of ['float32', 'float64', 'int32', 'uint8', 'int8', 'bool'] as const) {
      for (const c of casesOf(name as SampledName, samples, dtype)) {
        const values = valuesOf(c);
        let at = 0;
        const args = mapSpecs(c.sample.args, (spec) => encodeTensor(spec, dtype, values[at++] as TypedArray), dtype);
        cases.push({ fn: name, key: c.key, title: c.title, dtype, gradient: samples.gradient && !c.sample.noGolden, args });
      }
    }
    for (const { args, dtype = 'float32', error, stricter } of samples.errors ?? []) {
      const sample = { args };
      const values = valuesOf({ fn: name as SampledName, dtype, sample, samples, title: '', key: '' });
      let at = 0;
      const encoded = mapSpecs(args, (spec) => encodeTensor(spec, dtype, values[at++] as TypedArray, true), dtype);
      errors.push({ fn: name, title: `${name} ${specsOf(args).map(({ shape }) => `[${shape}]`)}`, error, stricter: stricter ?? null, args: encoded });
    }
  }
  out[family] = { cases, errors };
}
process.stdout.write(JSON.stringify({ seed: SEED, families: out }, exact));
