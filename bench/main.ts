import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Browser } from './browser/browser.ts';
import { isProcess } from './engines.ts';
import { enter } from './entrants/enter.ts';
import type { Machine } from './machine.ts';
import { describeMachine, loadWarning, machineLine } from './machine.ts';
import { COLD, FULL, measureWork, QUICK } from './measure.ts';
import type { Options } from './options.ts';
import { parseOptions, USAGE } from './options.ts';
import { installPeers } from './peers.ts';
import { profileWork } from './profile.ts';
import type { Measured } from './report.ts';
import { jsonLines, notes, tables } from './report.ts';
import { measureStarts, startLines, startNotes, startTables } from './startup.ts';

/** With --json, standard output is for the figures alone. */
const teller = ({ json }: Options): ((text: string) => void) => (json ? console.error : console.log);

/** Says where the figures come from, and what they are worth. */
function introduce(options: Options, machine: Machine): void {
  const tell = teller(options);
  if (options.engines.some(({ family }) => family === 'javascript')) installPeers();
  tell(machineLine(machine));
  const warning = loadWarning(machine);
  if (warning) tell(warning);
  if (options.quick) tell('quick: few short rounds, not figures to quote.');
}

async function compare(options: Options): Promise<void> {
  const { quick, cold, works, engines, json } = options;
  const machine = describeMachine();
  introduce(options, machine);
  const usual = quick ? QUICK : cold ? COLD : FULL;
  const effort = { ...usual, patience: options.patience ?? usual.patience };
  const measured: Measured[] = [];
  const browser = engines.every(isProcess) ? null : Browser.start();
  browser?.catch(() => {}); // told by those who need it
  try {
    for (const work of works) {
      console.error(`${work.id}: ${work.title} …`);
      const one = {
        work,
        figures: await measureWork(work, engines, effort, (engine, id) => enter(engine, id, browser)),
      };
      measured.push(one);
      if (json) for (const line of jsonLines(one)) console.log(line);
    }
  } finally {
    await browser?.then(
      (started) => started.close(),
      () => {},
    );
  }
  teller(options)(`\n${json ? notes(measured, engines).join('\n') : tables(measured, engines, cold)}`);
  writeFigures(options, {
    machine,
    quick,
    works: measured.map(({ work, figures }) => ({ ...work, figures })),
  });
}

async function compareStarts(options: Options): Promise<void> {
  const machine = describeMachine();
  introduce(options, machine);
  const starts = await measureStarts(options.engines, options.quick ? 1 : 3, options.pictures);
  if (options.json) for (const line of startLines(starts)) console.log(line);
  teller(options)(`\n${options.json ? startNotes(starts) : startTables(starts, options.pictures)}`);
  writeFigures(options, { machine, quick: options.quick, starts });
}

function writeFigures(options: Options, record: object): void {
  if (options.figures === null) return;
  // npm runs scripts in the repository's root; the file belongs where the user stood.
  const file = resolve(process.env['INIT_CWD'] ?? '.', options.figures);
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  teller(options)(`\nwrote ${file}`);
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
  const { works, engines, profile, startup } = options;
  if (startup) await compareStarts(options);
  else if (!profile) await compare(options);
  else
    for (const work of works) for (const engine of engines.filter(isProcess)) await profileWork(work, engine);
  return 0;
}

process.exitCode = await main();
