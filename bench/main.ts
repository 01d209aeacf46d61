import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeMachine, loadWarning, machineLine } from './machine.ts';
import { COLD, FULL, measureWork, QUICK } from './measure.ts';
import type { Options } from './options.ts';
import { parseOptions, USAGE } from './options.ts';
import { installPeers } from './peers.ts';
import { profileWork } from './profile.ts';
import type { Measured } from './report.ts';
import { jsonLines, notes, tables } from './report.ts';

async function compare({ quick, cold, works, engines, json, figures }: Options): Promise<void> {
  const machine = describeMachine();
  const tell = json ? console.error : console.log; // with --json, standard output is for the figures alone
  if (engines.some(({ family }) => family === 'javascript')) installPeers();
  tell(machineLine(machine));
  const warning = loadWarning(machine);
  if (warning) tell(warning);
  if (quick) tell('quick: few short rounds, not figures to quote.');
  const measured: Measured[] = [];
  for (const work of works) {
    console.error(`${work.id}: ${work.title} …`);
    const one = { work, figures: await measureWork(work, engines, quick ? QUICK : cold ? COLD : FULL) };
    measured.push(one);
    if (json) for (const line of jsonLines(one)) console.log(line);
  }
  tell(`\n${json ? notes(measured, engines).join('\n') : tables(measured, engines, cold)}`);
  if (figures === null) return;
  // npm runs scripts in the repository's root; the file belongs where the user stood.
  const file = resolve(process.env['INIT_CWD'] ?? '.', figures);
  const record = {
    machine,
    quick,
    works: measured.map(({ work, figures: all }) => ({ ...work, figures: all })),
  };
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  tell(`\nwrote ${file}`);
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
  const { works, engines, profile } = options;
  if (!profile) await compare(options);
  else for (const work of works) for (const engine of engines) await profileWork(work, engine);
  return 0;
}

process.exitCode = await main();
