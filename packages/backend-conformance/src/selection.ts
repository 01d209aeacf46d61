import type { BackendUnderTest, CaseSelector, Selection } from './backend-under-test.ts';

/** A case as selectors see it. */
export type Selectable = Required<Omit<CaseSelector, 'dtype'>> & {
  readonly dtype: CaseSelector['dtype'] | null;
};

const FIELDS = ['subject', 'dtype', 'check', 'title'] as const;

function matches(selector: CaseSelector, c: Selectable): boolean {
  return FIELDS.every((field) => selector[field] === undefined || selector[field] === c[field]);
}

/** The selection that a case falls under, if any. */
export function selectionFor(
  selections: readonly Selection[] | undefined,
  c: Selectable,
): Selection | undefined {
  return selections?.find(({ cases }) => cases.some((selector) => matches(selector, c)));
}

/** @throws TypeError for a selection without a reason, or one that matches nothing (any more). */
export function checkSelections(backend: BackendUnderTest, cases: readonly Selectable[]): void {
  for (const kind of ['skip', 'xfail'] as const) {
    for (const { reason, cases: selectors } of backend[kind] ?? []) {
      if (reason.trim() === '')
        throw new TypeError(`testBackend(): ${kind} without a reason: ${JSON.stringify(selectors)}`);
      for (const selector of selectors) {
        if (FIELDS.every((field) => selector[field] === undefined)) {
          throw new TypeError(
            `testBackend(): ${kind} of everything: ${reason}. Name a subject, dtype, check or title.`,
          );
        }
        if (!cases.some((c) => matches(selector, c))) {
          throw new TypeError(
            `testBackend(): ${kind} names no case: ${JSON.stringify(selector)} (${reason})`,
          );
        }
      }
    }
  }
}
