import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Contender } from './contender.ts';
import { flambeau, npmPeers, pytorch } from './contender.ts';
import { describeMachine, loadWarning, machineLine } from './machine.ts';
import { FULL, measureRow, QUICK } from './measure.ts';
import type { Options } from './options.ts';
import { parseOptions, USAGE } from './options.ts';
import { installPeers } from './peers.ts';
import { profileRow } from './profile.ts';
import type { Measured } from './report.ts';
import { tables } from './report.ts';
import type { Row } from './rows.ts';
import { rows } from './rows.ts';

async function compare({ quick, peers, json }: Options, chosen: readonly Row[]): Promise<void> {
  const machine = describeMachine();
  const contenders: Contender[] = peers ? [flambeau, pytorch, ...npmPeers] : [flambeau];
  if (peers) installPeers();
  console.log(machineLine(machine));
  const warning = loadWarning(machine);
  if (warning) console.log(warning);
  if (quick) console.log('quick: few short rounds, not figures to quote.');
  const measured: Measured[] = [];
  for (const row of chosen) {
    process.stderr.write(`${row.title} …\n`);
    measured.push({ row, figures: await measureRow(row, contenders, quick ? QUICK : FULL) });
  }
  console.log(
    `\nBold: Flambeau's time as a multiple of theirs; below 1 Flambeau is faster.\n\n${tables(measured, contenders)}`,
  );
  if (json === null) return;
  // npm runs scripts in the package's folder; the file belongs where the user stood.
  const file = resolve(process.env['INIT_CWD'] ?? '.', json);
  const record = { machine, quick, rows: measured.map(({ row, figures }) => ({ ...row, figures })) };
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  console.log(`\nwrote ${file}`);
}

async function main(): Promise<number> {
  let options: Options | 'help';
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const { only, profile } = options;
  const chosen = rows.filter(({ id }) => only.length === 0 || only.some((name) => id.startsWith(name)));
  if (profile) for (const row of chosen) await profileRow(row);
  else await compare(options, chosen);
  return 0;
}

process.exitCode = await main();
