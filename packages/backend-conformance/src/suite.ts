import type { DType } from '@flambeau/core';
import { isFloat } from '@flambeau/core';
import { opTable } from '@flambeau/core/testing';
import type { BackendUnderTest, Check, Direction } from './backend-under-test.ts';
import { type Case, casesOf } from './cases.ts';
import { type Cell, createCell, type Entry, type Verdict } from './cell.ts';
import { checkDifferences, checkDouble } from './checks/differences.ts';
import { checkError, errorCase } from './checks/errors.ts';
import { checkLifetimes } from './checks/lifetimes.ts';
import { primitiveChecks } from './checks/primitives.ts';
import { checkReached } from './checks/reached.ts';
import { storageChecks } from './checks/storage.ts';
import { trainingChecks } from './checks/training.ts';
import { checkBackward, checkForward, checkLayouts, checkLowered } from './checks/values.ts';
import { type Context, OPTIONAL_OPS, openContext } from './context.ts';
import type { SampledName } from './functions.ts';
import { lackingFor } from './lacking.ts';
import { ALL, type FunctionSamples } from './samples/spec.ts';
import { provenBy, samples } from './samples/table.ts';
import { checkSelections } from './selection.ts';

/** The whole suite as data: cells that any runner can run, in any order, one at a time. */
export interface Suite {
  readonly name: string;
  readonly cells: readonly Cell[];
}

/** What a cell is about; it looks at values unless it says otherwise. */
type About = Omit<Cell, 'cases' | 'run' | 'directions'> & Partial<Pick<Cell, 'directions'>>;

/** A check of single cases. */
interface CaseCheck {
  readonly title: string;
  directions(differentiable: boolean): readonly Direction[];
  /** Whether a function has this check in a dtype. */
  concerns(of: FunctionSamples, dtype: DType, lowers: boolean): boolean;
  /** Whether a case has it. */
  covers?(c: Case): boolean;
  run(context: Context, c: Case): Promise<Verdict>;
}

const always = (): boolean => true;
const forward = (): readonly Direction[] => ['forward'];
const backward = (): readonly Direction[] => ['backward'];
const both = (differentiable: boolean): readonly Direction[] =>
  differentiable ? ['forward', 'backward'] : ['forward'];
const smooth = ({ sample }: Case): boolean => sample.smooth !== false;

const caseChecks: Readonly<Partial<Record<Check, CaseCheck>>> = {
  forward: { title: "gives PyTorch's values", directions: forward, concerns: always, run: checkForward },
  backward: {
    title: "gives PyTorch's gradients",
    directions: backward,
    concerns: (of, dtype) => of.gradient && isFloat(dtype),
    run: checkBackward,
  },
  layouts: {
    title: 'gives the same in every layout',
    directions: both,
    concerns: (of) => of.layouts !== false,
    run: checkLayouts,
  },
  differences: {
    title: 'has the gradients of finite differences',
    directions: backward,
    concerns: (of, dtype) => of.gradient && dtype === 'float64',
    covers: smooth,
    run: checkDifferences,
  },
  double: {
    title: 'has the right second derivatives',
    directions: () => ['double'],
    concerns: (of, dtype) => of.gradient && isFloat(dtype),
    covers: smooth,
    run: checkDouble,
  },
  lowered: {
    title: 'gives the same without optional kernels',
    directions: both,
    concerns: (_of, _dtype, lowers) => lowers,
    run: checkLowered,
  },
  lifetimes: {
    title: 'leaves nothing in memory',
    directions: forward,
    concerns: (of, dtype) => dtype === of.dtypes[0],
    run: checkLifetimes,
  },
};

/** Lays out all cells for a backend. @throws TypeError when its `skip` or `xfail` names no case, or gives no reason. */
export function planSuite(backend: BackendUnderTest): Suite {
  let context: Promise<Context> | null = null;
  const open = (): Promise<Context> => (context ??= openContext(backend));
  const cells: Cell[] = [];
  const add = (about: About, entries: readonly Entry[]): void => {
    if (entries.length > 0)
      cells.push(createCell(backend, open, { directions: ['forward'], ...about }, entries));
  };
  for (const [topic, run] of Object.entries(storageChecks)) {
    add({ subject: topic, dtype: null, check: 'storage', title: topic }, [
      { title: topic, alone: true, run: ({ device }) => run(device) },
    ]);
  }
  for (const { subject, dtype, cases } of primitiveChecks()) {
    const title = `${subject} of ${dtype} is what plain loops give`;
    add({ subject, dtype, check: 'primitives', title }, cases);
  }
  const lowers: ReadonlySet<string> = new Set(OPTIONAL_OPS.flatMap(provenBy));
  for (const [fn, of] of Object.entries(samples) as [SampledName, FunctionSamples][]) {
    for (const dtype of ALL) {
      const cases = casesOf(fn, of, dtype);
      for (const [check, about] of Object.entries(caseChecks) as [Check, CaseCheck][]) {
        const { title, directions, concerns, covers = always, run } = about;
        if (!concerns(of, dtype, lowers.has(fn))) continue;
        const entries = cases.filter(covers).map(
          (c): Entry => ({
            title: c.title,
            alone: check === 'lifetimes',
            run: whereItCan(c, run),
            ...(check === 'forward' && { onHost: ({ onHost }) => onHost.has(c) }),
          }),
        );
        const found = directions(of.gradient && isFloat(dtype));
        add({ subject: fn, dtype, check, directions: found, title: `${fn} of ${dtype} ${title}` }, entries);
      }
    }
    const refused = (of.errors ?? []).map((sample): Entry => {
      const c = errorCase(fn, of, sample);
      return { title: c.title, alone: true, run: whereItCan(c, (given) => checkError(given, c, sample)) };
    });
    add({ subject: fn, dtype: null, check: 'errors', title: `${fn} refuses what it must` }, refused);
  }
  for (const op of opTable.keys()) {
    const title = `the op ${op} is run by its samples`;
    add({ subject: op, dtype: null, check: 'reached', title }, [
      { title: op, alone: true, run: (given) => checkReached(given, op) },
    ]);
  }
  for (const [network, { title, run }] of Object.entries(trainingChecks)) {
    add({ subject: network, dtype: 'float32', check: 'training', directions: ['backward'], title }, [
      { title: network, alone: true, run },
    ]);
  }
  checkSelections(
    backend,
    cells.flatMap((cell) => cell.cases.map((title) => ({ ...cell, title }))),
  );
  return { name: backend.name, cells };
}

/** A check, unless the device lacks what the case needs. */
function whereItCan(c: Case, run: CaseCheck['run']): Entry['run'] {
  return async (context) => lackingFor(context.device, c) ?? run(context, c);
}
