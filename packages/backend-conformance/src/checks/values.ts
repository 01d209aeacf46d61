import type { Case } from '../cases.ts';
import { difference, toleranceFor } from '../compare.ts';
import { type Context, goldenFor } from '../context.ts';
import { type EvaluateOptions, type Evaluation, evaluate, type HostTensor } from '../evaluate.ts';
import type { GoldenValue } from '../golden.ts';
import type { Layout, Tolerances } from '../samples/spec.ts';

const LAYOUTS: readonly Layout[] = ['transposed', 'stepped', 'flipped', 'offset'];

/** Values, dtypes and shapes of the outputs are PyTorch's. */
export async function checkForward(
  context: Context,
  c: Case,
  options: EvaluateOptions = {},
): Promise<string | null> {
  const found = await evaluate(context.device, c, options);
  return compareOutputs(c, found, goldenFor(c), context.tolerances(c));
}

/** The gradients are PyTorch's, and computing them does not change the outputs. */
export async function checkBackward(
  context: Context,
  c: Case,
  options: EvaluateOptions = {},
): Promise<string | null> {
  const found = await evaluate(context.device, c, { ...options, order: 1 });
  const golden = goldenFor(c);
  const wrong = compareOutputs(c, found, golden, context.tolerances(c));
  return wrong ?? (c.sample.noGolden ? null : compareGradients(found, golden, context.tolerances(c)));
}

/** Both again with every tensor in other layouts. */
export async function checkLayouts(context: Context, c: Case): Promise<string | null> {
  const check = c.samples.gradient ? checkBackward : checkForward;
  const found = await Promise.all(
    LAYOUTS.map(async (layout) => {
      const wrong = await check(context, c, { layout });
      return wrong && `${layout}: ${wrong}`;
    }),
  );
  return found.find((wrong) => wrong !== null) ?? null;
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
