import { Command } from 'commander';
import type { Sequential } from 'flambeau';
import type { DigitSet } from '../digit-set.ts';
import { openTestDigits } from '../digits-node.ts';
import { type Evaluation, evaluate } from '../evaluate.ts';
import { showProgress } from '../progress.ts';
import { reportEvaluation } from '../report-node.ts';
import { loadModel } from '../run-folder-node.ts';
import { stopOnInterrupt } from './interrupt.ts';
import { checkpointOption, dataFolder, dataOption, deviceOption, limitOption, outOption } from './options.ts';

interface EvaluateChoice {
  readonly data?: string;
  readonly out: string;
  readonly checkpoint?: string;
  readonly limit?: number;
}

/** `evaluate`: judges a trained model. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('test a trained model: accuracy, confusion matrix (text and SVG), worst mistakes (PNG)')
    .addOption(dataOption('what the model was trained on'))
    .addOption(outOption('folder of the run, and for confusion.svg and mistakes.png'))
    .addOption(checkpointOption())
    .addOption(limitOption('at most so many pictures'))
    .addOption(deviceOption())
    .action(async ({ data, out, checkpoint, limit }: EvaluateChoice) => {
      await stopOnInterrupt(async (signal) => {
        const { model, title, folder: trainedOn } = await loadModel(out, checkpoint);
        const folder = data === undefined ? trainedOn : dataFolder(data);
        const test = await openTestDigits({ folder, limit: limit ?? null });
        console.log(`testing ${title} on ${test.size} pictures of ${folder ?? 'the embedded set'}`);
        await judge(model, test, out, signal);
      }, 'evaluation stopped');
    });
}

/** Evaluates with a progress bar, reports, and ends with the line `test accuracy 0.NNN`. */
export async function judge(
  model: Sequential,
  test: DigitSet,
  out: string,
  signal: AbortSignal,
): Promise<Evaluation> {
  const progress = showProgress({ title: 'test', total: test.size, unit: ' pictures' });
  let evaluation: Evaluation;
  try {
    evaluation = await evaluate(model, test, { signal, onProgress: (done) => progress.update(done) });
  } finally {
    progress.stop();
  }
  const files = await reportEvaluation(evaluation, test, out);
  console.log(`wrote ${files.join(' and ')}`);
  console.log(`test loss ${evaluation.loss.toFixed(4)}`);
  console.log(`test accuracy ${evaluation.accuracy.toFixed(3)}`);
  return evaluation;
}
