import { mkdir } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { type Digits, openDigits } from '../digits-node.ts';
import type { Evaluation } from '../evaluate.ts';
import { CommandError } from '../failure.ts';
import { presets } from '../models.ts';
import { showProgress } from '../progress.ts';
import { beginRun, loadModel, resumeRun, saveRun } from '../run-folder-node.ts';
import { type GivenSettings, newSettings, resumedSettings } from '../settings.ts';
import { bestEpoch, createRun, type EpochReport, isOver, type Run, train } from '../train.ts';
import { judge } from './evaluate.ts';
import { stopOnInterrupt } from './interrupt.ts';
import {
  dataFolder,
  dataOption,
  deviceOption,
  integer,
  limitOption,
  modelOption,
  outOption,
  positive,
  seedOption,
} from './options.ts';

interface TrainChoice extends Omit<GivenSettings, 'folder'> {
  readonly data?: string;
  readonly out: string;
  readonly resume?: true;
}

/** `train`: trains a model and tests it. */
export function trainCommand(): Command {
  const perPreset = (name: 'epochs' | 'lr'): string =>
    Object.entries(presets)
      .map(([preset, spec]) => `${spec[name]} for ${preset}`)
      .join(', ');
  return new Command('train')
    .description('train a model; the best on validation is kept, and tested at the end')
    .addOption(dataOption('the embedded set'))
    .addOption(modelOption('size of the network (default: tiny)'))
    .addOption(
      new Option('--epochs <n>', `times through the pictures (default: ${perPreset('epochs')})`).argParser(
        integer(1, 10_000),
      ),
    )
    .addOption(
      new Option('--batch-size <n>', 'pictures in a step (default: 64)').argParser(integer(2, 65_536)),
    )
    .addOption(
      new Option(
        '--lr <rate>',
        `largest learning rate of the one-cycle schedule (default: ${perPreset('lr')})`,
      ).argParser(positive(10)),
    )
    .addOption(
      new Option(
        '--patience <n>',
        'stop after so many epochs without a better validation accuracy (default: 10)',
      ).argParser(integer(1, 10_000)),
    )
    .addOption(limitOption('at most so many pictures in each set, for a quick try'))
    .addOption(
      seedOption(
        'seed of weights, order, augmentation and dropout: the same seed, the same numbers (default: 0)',
      ),
    )
    .addOption(outOption('folder of the run: checkpoints, confusion.svg, mistakes.png'))
    .addOption(new Option('--resume', 'go on with the run in --out, exactly as if it had never stopped'))
    .addOption(deviceOption())
    .action(
      async ({ data, out, resume, model, epochs, batchSize, lr, seed, patience, limit }: TrainChoice) => {
        const given = {
          model,
          epochs,
          batchSize,
          lr,
          seed,
          patience,
          limit,
          folder: data === undefined ? undefined : dataFolder(data),
        };
        await stopOnInterrupt(
          async (signal) => void (await runTraining(out, given, resume ?? false, signal)),
          `training stopped; "train --resume --out ${out}" goes on after the last finished epoch`,
        );
      },
    );
}

/** Trains in a run folder, from the start or from its last checkpoint, and tests the best model. */
export async function runTraining(
  out: string,
  given: GivenSettings,
  resume: boolean,
  signal: AbortSignal,
): Promise<Evaluation> {
  const { run, digits } = resume ? await openRun(out, given) : await newRun(out, given);
  console.log(`training ${run.settings.model} on ${digits.title}`);
  run.history.forEach((report, i) => {
    console.log(formatReport(report, run, bestEpoch(run.history.slice(0, i + 1)) === report));
  });
  if (!isOver(run)) await trainWithBar(run, digits, out, signal);
  if (run.history.length < run.settings.epochs)
    console.log(`stopped early: no better epoch in ${run.settings.patience}`);
  const best = bestEpoch(run.history)!;
  console.log(`best epoch ${best.epoch}: validation accuracy ${best.validationAccuracy.toFixed(3)}`);
  const { model } = await loadModel(out);
  return judge(model, digits.test, out, signal);
}

interface OpenRun {
  readonly run: Run;
  readonly digits: Digits;
}

async function newRun(out: string, given: GivenSettings): Promise<OpenRun> {
  const settings = newSettings(given);
  await mkdir(out, { recursive: true }); // before all the work, if it cannot be made
  const digits = await openDigits(settings);
  const moved = await beginRun(out);
  if (moved) console.log(`the run that was in ${out} is now in ${moved}`);
  return { run: createRun(settings, digits.train.size), digits };
}

async function openRun(out: string, given: GivenSettings): Promise<OpenRun> {
  const saved = await resumeRun(out);
  if (saved.note) console.log(saved.note);
  const settings = resumedSettings(saved.settings, given);
  const digits = await openDigits(settings);
  if (digits.fingerprint !== saved.fingerprint) {
    throw new CommandError(
      `resume: the pictures are not those the run began with: got ${digits.title} (${digits.fingerprint}), expected ${saved.fingerprint}. Pass the --data of that time.`,
    );
  }
  const run = createRun(settings, digits.train.size);
  saved.restore(run);
  return { run, digits };
}

async function trainWithBar(run: Run, digits: Digits, out: string, signal: AbortSignal): Promise<void> {
  const { train: trainSet, validation } = digits;
  const begin = (epoch: number) =>
    showProgress({ title: `epoch ${countOf(epoch, run)}`, total: trainSet.size, unit: ' pictures' });
  let progress = begin(run.history.length + 1);
  try {
    await train(run, {
      train: trainSet,
      validation,
      signal,
      onBatch: ({ done, loss }) => progress.update(done, `loss ${loss.toFixed(3)}`),
      onEpoch: async (report, isBest) => {
        progress.stop();
        await saveRun(out, run, digits.fingerprint, isBest);
        console.log(formatReport(report, run, isBest));
        if (!isOver(run)) progress = begin(report.epoch + 1);
      },
    });
  } finally {
    progress.stop();
  }
}

function formatReport(report: EpochReport, run: Run, isBest: boolean): string {
  const { loss, accuracy, validationLoss, validationAccuracy, seconds } = report;
  return [
    `epoch ${countOf(report.epoch, run)}`,
    `loss ${loss.toFixed(4)}  accuracy ${accuracy.toFixed(3)}`,
    `validation loss ${validationLoss.toFixed(4)}  accuracy ${validationAccuracy.toFixed(3)}`,
    `${seconds.toFixed(1)} s${isBest ? '  best' : ''}`,
  ].join('   ');
}

function countOf(epoch: number, { settings }: Run): string {
  const all = String(settings.epochs);
  return `${String(epoch).padStart(all.length)}/${all}`;
}
