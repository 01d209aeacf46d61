import type { Case } from '../cases.ts';
import { NotHere, type Verdict, Wrong } from '../cell.ts';
import { difference, toleranceFor } from '../compare.ts';
import { type Context, goldenFor } from '../context.ts';
import { type EvaluateOptions, type Evaluation, evaluate, type HostTensor } from '../evaluate.ts';
import type { GoldenValue } from '../golden.ts';
import type { Layout, Tolerances } from '../samples/spec.ts';

const LAYOUTS: readonly Layout[] = ['transposed', 'stepped', 'flipped', 'offset'];

/** Values, dtypes and shapes of the outputs are PyTorch's. */
export async function checkForward(context: Context, c: Case): Promise<Verdict> {
  const found = await evaluate(context.device, c, { watch: true });
  if (found.host) context.onHost.add(c);
  return compareOutputs(c, found, goldenFor(c), context.tolerances(c));
}

/** The gradients are PyTorch's, and computing them does not change the outputs. */
export async function checkBackward(context: Context, c: Case): Promise<Verdict> {
  return (await compareBoth(context, c, { order: 1 }, ''))?.message ?? null;
}

/** Both again with every tensor in other layouts. */
export async function checkLayouts(context: Context, c: Case): Promise<Verdict> {
  const order = c.samples.gradient ? 1 : 0;
  const found = await Promise.all(
    LAYOUTS.map((layout) => compareBoth(context, c, { order, layout }, `${layout}: `)),
  );
  return found.find((wrong) => wrong !== null) ?? null;
}

/** Both again without optional kernels, and that a kernel and its lowering agree, whatever PyTorch gives. */
export async function checkLowered(context: Context, c: Case): Promise<Verdict> {
  if (context.lowered === null) return new NotHere('the backend has no optional kernels');
  const options: EvaluateOptions = { order: c.samples.gradient ? 1 : 0 };
  const reduced = { ...context, device: context.lowered };
  const [wrong, fused, lowered] = await Promise.all([
    compareBoth(reduced, c, options, ''),
    evaluate(context.device, c, options),
    evaluate(context.lowered, c, options),
  ]);
  if (wrong) return wrong;
  const tolerances = context.tolerances(c);
  const values = compareOutputs(c, fused, lowered, tolerances);
  if (values) return new Wrong(`with the kernel against the lowering: ${values}`, 'forward');
  const gradients = compareGradients(fused, lowered, tolerances);
  return gradients && new Wrong(`with the kernel against the lowering: ${gradients}`, 'backward');
}

/** Outputs, and gradients where asked for, against PyTorch's. */
async function compareBoth(
  { device, tolerances }: Context,
  c: Case,
  options: EvaluateOptions,
  where: string,
): Promise<Wrong | null> {
  const found = await evaluate(device, c, options);
  const golden = goldenFor(c);
  const outputs = compareOutputs(c, found, golden, tolerances(c));
  if (outputs) return new Wrong(where + outputs, 'forward');
  if (options.order !== 1 || c.sample.noGolden) return null;
  const gradients = compareGradients(found, golden, tolerances(c));
  return gradients ? new Wrong(where + gradients, 'backward') : null;
}

type Choices = readonly (Tolerances | undefined)[];

/** What is wrong with the outputs of a case, or null. */
export function compareOutputs(
  { sample }: Pick<Case, 'sample'>,
  { outputs }: Evaluation,
  golden: GoldenValue,
  tolerances: Choices,
): string | null {
  if (outputs.length !== golden.outputs.length) {
    return `got ${outputs.length} outputs, expected ${golden.outputs.length}`;
  }
  for (const [i, expected] of golden.outputs.entries()) {
    const tolerance = toleranceFor(expected.dtype, ...tolerances);
    const wrong = difference(outputs[i] as HostTensor, expected, tolerance, sample.signedZeros);
    if (wrong) return golden.outputs.length > 1 ? `output ${i}: ${wrong}` : wrong;
  }
  return null;
}

/** What is wrong with the gradients of a case, or null. No gradient is the same as one of zeros. */
export function compareGradients(
  { gradients }: Evaluation,
  golden: GoldenValue,
  tolerances: Choices,
): string | null {
  for (const [i, expected] of golden.gradients.entries()) {
    const found = gradients[i] ?? null;
    const wrong =
      found && expected
        ? difference(found, expected, toleranceFor(expected.dtype, ...tolerances))
        : differenceFromNone(found, expected);
    if (wrong) return `gradient ${i}: ${wrong}`;
  }
  return null;
}

function differenceFromNone(found: HostTensor | null, expected: HostTensor | null): string | null {
  const [there, other] = found ? [found, 'got'] : [expected, 'got none, expected'];
  if (!there || there.data.every((value) => value === 0)) return null;
  return `${other} ${there.data.join(', ')}${found ? ', expected none' : ''}`;
}
