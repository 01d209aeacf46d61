import { type OpName, opTable } from '@flambeau/core/testing';
import { storageChecks } from './checks/storage.ts';
import { trainingChecks } from './checks/training.ts';
import type { SampledName } from './functions.ts';
import { type Family, families, provenBy, samples } from './samples/table.ts';

/** What lines of the matrix are grouped by: a family of samples, or what has no samples of its own. */
export type Group = Family | 'ops within functions' | 'primitives' | 'storage' | 'training';

const familyOf: ReadonlyMap<string, Family> = new Map(
  (Object.keys(families) as Family[]).flatMap((family) =>
    Object.keys(families[family]).map((fn) => [fn, family] as const),
  ),
);

/** The op of this name, if there is one. */
export function opNamed(name: string): OpName | null {
  return opTable.has(name as OpName) ? (name as OpName) : null;
}

/** Every sampled function, then the ops that no function is named after. */
export const matrixNames: readonly string[] = [
  ...(Object.keys(samples) as SampledName[]),
  ...[...opTable.keys()].filter((op) => !(op in samples)),
];

/** The group that a subject belongs to. */
export function groupOf(subject: string): Group {
  const family = familyOf.get(subject);
  if (family) return family;
  if (opNamed(subject)) return 'ops within functions';
  if (subject === 'map') return 'primitives';
  return subject in trainingChecks ? 'training' : 'storage';
}

/** Everything that has cells. */
const subjects: readonly string[] = [
  ...matrixNames,
  'map',
  ...Object.keys(storageChecks),
  ...Object.keys(trainingChecks),
];

/**
 * The subjects that names stand for: themselves, all of a family or of `storage`, `training` and so on, and for an op
 * that no function is named after also the functions that prove it. A name that stands for nothing is left out.
 */
export function subjectsNamed(names: readonly string[]): ReadonlySet<string> {
  const found = names.flatMap((name) =>
    subjects.includes(name) ? [name] : subjects.filter((subject) => groupOf(subject) === name),
  );
  return new Set(
    found.flatMap((name) => {
      const op = opNamed(name);
      return op && !(name in samples) ? [name, ...provenBy(op)] : [name];
    }),
  );
}
