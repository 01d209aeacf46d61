import { parseArgs } from 'node:util';
import type { Engine } from './engines.ts';
import { engines, isOnGpu, isProcess } from './engines.ts';
import { FULL, QUICK } from './measure.ts';
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
  /** Time how GPUs start instead. */
  readonly startup: boolean;
  /** Milliseconds that one sample may take; null for what is usual. */
  readonly patience: number | null;
  /** How many pictures a start trains on. */
  readonly pictures: number;
}

const ids = (list: readonly { readonly id: string }[]): string => list.map(({ id }) => id).join(', ');

export const USAGE = `npm run bench -- [options]

Times Flambeau and its peers on the same work, in turn, on this machine.

  --quick         few short rounds: shows that everything runs, not figures to quote
  --cold          the first work of a fresh process too, of three processes each
  --only WORK     only works whose name begins with WORK; may be repeated
                  (${ids(works)})
  --engine ID     only engines whose name, or a part of it after a dash, begins with ID; may be repeated
                  (${ids(engines)})
                  Those on webgpu take part only where they are named so: --engine webgpu, or dawn, or chromium
  --patience S    leave out what takes more than S seconds (${FULL.patience / 1000}; ${QUICK.patience / 1000} with --quick), and measure once
                  what takes a fifth of that
  --no-peers      Flambeau alone
  --json          a line {"engine", "work", "ms"} for each median, and nothing else, on standard output
  --figures FILE  write every figure to FILE too
  --profile       where Flambeau's own time goes on the works, by function
                  (on flambeau-wasm-1t, or the engines that --engine names)
  --startup       how long a GPU takes from nothing to the end of the first training step, and
                  what it compiles; on all engines on webgpu, or those that --engine names
  --pictures N    how many pictures that step is on (64); a software driver takes minutes for so many
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
      startup: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      engine: { type: 'string', multiple: true, default: [] },
      figures: { type: 'string' },
      patience: { type: 'string' },
      pictures: { type: 'string', default: '64' },
    },
  });
  if (values.help) return 'help';
  const { quick, cold, json, profile, startup, peers } = values;
  const pictures = wholeNumber('--pictures', values.pictures, 2);
  const patience =
    values.patience === undefined ? null : 1000 * wholeNumber('--patience', values.patience, 1);
  const candidates = engines
    .filter(({ family }) => family === 'flambeau' || (peers && !profile))
    .filter((engine) => (startup ? isOnGpu(engine) : !profile || isProcess(engine)));
  const chosen = named(
    '--engine',
    values.engine,
    candidates,
    ({ id, on }, name) => on === name || `-${id}`.includes(`-${name}`),
  );
  const usual = (engine: Engine): boolean => {
    if (startup) return true;
    return profile ? engine.id === 'flambeau-wasm-1t' : !isOnGpu(engine);
  };
  const taking = values.engine.length > 0 ? chosen : candidates.filter(usual);
  const all = taking.some(isOnGpu) || values.only.length > 0;
  const possible = all ? works : works.filter(({ gpuOnly }) => !gpuOnly);
  return {
    quick,
    cold,
    json,
    profile,
    startup,
    patience,
    pictures,
    works: named('--only', values.only, possible, ({ id }, name) => id.startsWith(name)),
    engines: taking,
    figures: values.figures ?? null,
  };
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new TypeError(`${option}: got ${text}, expected a whole number from ${least} on.`);
}

/** Those that one of the names stands for; all where there are none. */
function named<T extends { readonly id: string }>(
  option: string,
  names: readonly string[],
  list: readonly T[],
  isNamed: (one: T, name: string) => boolean,
): readonly T[] {
  for (const name of names) {
    if (!list.some((one) => isNamed(one, name)))
      throw new TypeError(`${option}: got ${name}, expected the beginning of one of ${ids(list)}.`);
  }
  return names.length === 0 ? list : list.filter((one) => names.some((name) => isNamed(one, name)));
}
