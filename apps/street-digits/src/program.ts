import { Command, CommanderError } from 'commander';
import { dataCommand } from './commands/data.ts';
import { demoCommand } from './commands/demo.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { useDevice } from './commands/options.ts';
import { recogniseCommand } from './commands/recognise.ts';
import { trainCommand } from './commands/train.ts';
import { explain, StoppedError } from './failure.ts';

/**
 * Runs the command line.
 *
 * @param args - what stands behind the program's name.
 * @returns the exit code: 0, 1 after an error, 130 when the user stopped it.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // it has said why
    const line = explain(error);
    if (line === null) throw error;
    process.stderr.write(`digits: ${line}\n`);
    return error instanceof StoppedError ? 130 : 1;
  }
}

function createProgram(): Command {
  const program = new Command('digits')
    .description(
      'Recognises house-number digits in street photographs: trains, tests and uses a small network.',
    )
    .addCommand(trainCommand())
    .addCommand(evaluateCommand())
    .addCommand(recogniseCommand())
    .addCommand(dataCommand())
    .addCommand(demoCommand())
    .hook('preAction', (_, command) => useDevice(command.opts()['device']));
  setUp(program);
  return program;
}

function setUp(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help shows what there is)');
  if (command.commands.length > 0) command.helpCommand(false);
  for (const inner of command.commands) setUp(inner);
}
