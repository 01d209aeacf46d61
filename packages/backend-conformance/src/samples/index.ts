export type { Case } from '../cases.ts';
export { casesOf, mapSpecs, specsOf } from '../cases.ts';
export { compareGradients, compareOutputs } from '../checks/values.ts';
export type { Evaluation, HostTensor } from '../evaluate.ts';
export { evaluate, placeArguments, valuesOf, wantsGradient } from '../evaluate.ts';
export type { PublicFunction, SampledName } from '../functions.ts';
export { SEED } from '../functions.ts';
export type { GoldenValue } from '../golden.ts';
export { decodeGolden, decodeTensor } from '../golden.ts';
export type {
  Arg,
  ErrorSample,
  FunctionSamples,
  Layout,
  Sample,
  TensorSpec,
  Tolerance,
  Tolerances,
} from './spec.ts';
export type { Family } from './table.ts';
export { families, samples } from './table.ts';
