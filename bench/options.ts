import { parseArgs } from 'node:util';
import type { Engine } from './engines.ts';
import { engines } from './engines.ts';
import type { Work } from './works.ts';
import { works } from './works.ts';

/** What the command line asks for. */
export interface Options {
  /** Fewer and shorter rounds: to see that everything runs, not to quote. */
  readonly quick: boolean;
  /** Measure the first work of several fresh processes too. */
  readonly cold: boolean;
  readonly works: readonly Work[];
  readonly engines: readonly Engine[];
  /** Print a line of JSON for each median instead of tables. */
  readonly json: boolean;
  /** Where to write every figure as JSON. */
  readonly figures: string | null;
  /** Profile Flambeau on the works instead of comparing. */
  readonly profile: boolean;
}

const ids = (list: readonly { readonly id: string }[]): string => list.map(({ id }) => id).join(', ');

export const USAGE = `npm run bench -- [options]

Times Flambeau and its peers on the same work, in turn, on this machine.

  --quick         few short rounds: shows that everything runs, not figures to quote
  --cold          the first work of a fresh process too, of three processes each
  --only WORK     only works whose name begins with WORK; may be repeated
                  (${ids(works)})
  --engine ID     only engines whose name begins with ID; may be repeated
                  (${ids(engines)})
  --no-peers      Flambeau alone
  --json          a line {"engine", "work", "ms"} for each median, and nothing else, on standard output
  --figures FILE  write every figure to FILE too
  --profile       where Flambeau's own time goes on the works, by function
                  (on flambeau-wasm-1t, or the engines that --engine names)
  --help          this text`;

/** Reads the command line. @throws TypeError on what it does not know. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      cold: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: true },
      profile: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      engine: { type: 'string', multiple: true, default: [] },
      figures: { type: 'string' },
    },
  });
  if (values.help) return 'help';
  const { quick, cold, json, profile, peers } = values;
  const own = engines.filter(({ family }) => family === 'flambeau');
  const profiled = own.filter(({ id }) => (values.engine.length > 0 ? true : id === 'flambeau-wasm-1t'));
  return {
    quick,
    cold,
    json,
    profile,
    works: beginningWith('--only', values.only, works),
    engines: beginningWith('--engine', values.engine, profile ? profiled : peers ? engines : own),
    figures: values.figures ?? null,
  };
}

/** Those whose id begins with one of these; all where there are none. */
function beginningWith<T extends { readonly id: string }>(
  option: string,
  names: readonly string[],
  list: readonly T[],
): readonly T[] {
  for (const name of names) {
    if (!list.some(({ id }) => id.startsWith(name)))
      throw new TypeError(`${option}: got ${name}, expected the beginning of one of ${ids(list)}.`);
  }
  return names.length === 0 ? list : list.filter(({ id }) => names.some((name) => id.startsWith(name)));
}
