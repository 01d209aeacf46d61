import type { KernelContext, Operand } from '@flambeau/core/functional';
import { WORKGROUP } from '../../shader/shader.ts';
import { Params } from '../../wgsl/layout.ts';
import type { GpuContext, Stored } from '../context.ts';
import { run, runChecked, withScratch } from '../context.ts';
import type { Pass, PassPlaces } from './pass.ts';
import { passShader } from './pass.ts';
import type { Problem } from './plan.ts';
import { joinPlan, planOf } from './plan.ts';
import type { Reduction } from './reduction.ts';
import { stateWords } from './state.ts';

/** What is reduced, and where its results go. */
export interface ReduceRun {
  readonly problem: Problem;
  /** Operands that are walked. */
  readonly inputs: readonly Operand[];
  readonly extras?: readonly Operand[];
  readonly outputs: readonly Operand[];
  /** Words for the reduction's text. */
  readonly words: readonly number[];
}

/** One pass with what it needs. */
interface PassRun {
  readonly pass: Pass;
  readonly problem: Problem;
  /** Steps between rows and between parts where states are kept. */
  readonly steps: readonly [number, number];
  readonly offsets: readonly number[];
  readonly words: readonly number[];
  readonly operands: readonly Stored[];
}

function placed({ pass, problem, steps, offsets, words }: PassRun): { params: Params; places: PassPlaces } {
  const { kept, reduced, rows, length } = problem;
  const { splits, chunk, threads, across } = pass.plan;
  const params = new Params(threads > 0 ? 0 : (across ? rows / 4 : rows) * splits);
  const walk = ({ shape, strides }: typeof kept) => ({
    rank: shape.length,
    shape: params.add(...shape),
    walk: params.add(0, ...strides),
  });
  const places = {
    rows: params.add(rows),
    length: params.add(length),
    chunk: params.add(chunk),
    splits: params.add(splits),
    steps: params.add(...steps),
    offsets: params.add(...offsets),
    kept: walk(kept),
    reduced: walk(reduced),
    words: params.add(...words),
  };
  return { params, places: { ...places, size: params.words.length } };
}

/** Queues a pass. */
function runPass(context: GpuContext, what: PassRun, kernelContext: KernelContext): void {
  const { pass, problem, operands } = what;
  const { reduction, plan, fromParts, toParts } = pass;
  const { params, places } = placed(what);
  const { width, across, threads, splits } = plan;
  const key = `reduce ${reduction.key} ${fromParts} ${toParts} ${width} ${across} ${threads} ${problem.kept.shape.length} ${problem.reduced.shape.length}`;
  const pipeline = context.pipelines.get(key, () => passShader(pass, places));
  const groups = threads > 0 ? problem.rows * splits : Math.ceil(params.count / WORKGROUP);
  if (reduction.checked && !toParts) {
    runChecked(context, pipeline, { params, operands, groups }, kernelContext);
  } else run(context, pipeline, { params, operands, groups });
}

/** Reduces: in one pass, or in two through states of parts where rows are few and long. */
export function reduce(
  context: GpuContext,
  reduction: Reduction,
  { problem, inputs, extras = [], outputs, words }: ReduceRun,
  kernelContext: KernelContext,
): void {
  const { rows } = problem;
  if (rows === 0) return;
  const { traits } = context;
  const plan = planOf(traits, problem);
  const { splits } = plan;
  const { subgroups } = traits;
  const first = {
    problem,
    words,
    offsets: inputs.map(({ offset }) => offset),
  };
  const whole = { reduction, plan, subgroups, fromParts: false };
  if (splits === 1) {
    const operands = [...inputs, ...extras, ...outputs];
    runPass(
      context,
      { ...first, pass: { ...whole, toParts: false }, steps: [0, 0], operands },
      kernelContext,
    );
    return;
  }
  const joining = joinPlan(traits, splits);
  // Parts of a row side by side for a group, and of neighbouring rows for invocations that walk alone.
  const steps: readonly [number, number] = joining.threads > 0 ? [splits, 1] : [1, rows];
  withScratch(context, splits * rows * stateWords(reduction.fields), (scratch) => {
    runPass(
      context,
      { ...first, pass: { ...whole, toParts: true }, steps, operands: [...inputs, ...extras, scratch] },
      kernelContext,
    );
    const parts: Problem = {
      kept: { shape: [rows], strides: [steps[0]] },
      reduced: { shape: [splits], strides: [steps[1]] },
      rows,
      length: splits,
      aligned: true,
    };
    const pass = { reduction, plan: joining, subgroups, fromParts: true, toParts: false };
    runPass(
      context,
      { pass, problem: parts, steps: [0, 0], offsets: [], words, operands: [scratch, ...outputs] },
      kernelContext,
    );
  });
}
