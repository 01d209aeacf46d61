import { parseArgs } from 'node:util';
import { rows } from './rows.ts';

/** What the command line asks for. */
export interface Options {
  /** Fewer and shorter rounds: to see that everything runs, not to quote. */
  readonly quick: boolean;
  /** Measure other libraries beside Flambeau. */
  readonly peers: boolean;
  /** Rows whose id begins with one of these. Empty: all. */
  readonly only: readonly string[];
  /** Where to write the figures as JSON. */
  readonly json: string | null;
  /** Profile Flambeau on the rows instead of comparing. */
  readonly profile: boolean;
}

export const USAGE = `npm run bench -- [options]

Times Flambeau and its peers on the same work, in turn, on this machine.

  --quick        few short rounds: shows that all rows run, not figures to quote
  --only ROW     only rows whose name begins with ROW; may be repeated
                 (${rows.map(({ id }) => id).join(', ')})
  --no-peers     Flambeau alone
  --json FILE    write every figure to FILE too
  --profile      where Flambeau's own time goes on the rows, by function
  --help         this text`;

/** Reads the command line. @throws TypeError on what it does not know. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: true },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
  if (values.help) return 'help';
  for (const name of values.only) {
    if (!rows.some(({ id }) => id.startsWith(name))) {
      throw new TypeError(
        `--only: no such row: got ${name}, expected the beginning of one of ${rows.map(({ id }) => id).join(', ')}.`,
      );
    }
  }
  const { quick, peers, only, profile } = values;
  return { quick, peers, only, profile, json: values.json ?? null };
}
