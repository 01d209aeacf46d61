import { CommandError } from './failure.ts';
import { type Preset, presets } from './models.ts';

/** Everything that a run's numbers depend on, apart from the pictures. */
export interface TrainSettings {
  readonly model: Preset;
  readonly epochs: number;
  readonly batchSize: number;
  /** Largest learning rate of the one-cycle schedule. */
  readonly lr: number;
  readonly seed: number;
  /** Stop after so many epochs without a better validation accuracy. */
  readonly patience: number;
  /** Folder with SVHN's files, absolute; null for the embedded set. */
  readonly folder: string | null;
  /** At most so many pictures in each set; null for no bound. */
  readonly limit: number | null;
}

/** Settings that were given; the others are not there. */
export type GivenSettings = { readonly [K in keyof TrainSettings]?: TrainSettings[K] | undefined };

/** What holds where nothing is given. */
export const defaultSettings = {
  model: 'tiny',
  batchSize: 64,
  seed: 0,
  patience: 10,
  folder: null,
  limit: null,
} as const satisfies GivenSettings;

/** The settings of a new run. */
export function newSettings(given: GivenSettings): TrainSettings {
  const model = given.model ?? defaultSettings.model;
  const { lr, epochs } = presets[model];
  return { ...defaultSettings, lr, epochs, ...withoutMissing(given), model };
}

/**
 * The settings of a run that goes on: those it began with. Only the patience may change, as no number depends on it.
 *
 * @throws CommandError when another setting is given with another value.
 */
export function resumedSettings(begun: TrainSettings, given: GivenSettings): TrainSettings {
  for (const [name, value] of Object.entries(withoutMissing(given)) as [keyof TrainSettings, unknown][]) {
    if (name === 'patience' || value === begun[name]) continue;
    throw new CommandError(
      `resume: the run began with another ${titles[name]}: got ${value}, expected ${begun[name]}. Leave the option out, or begin another run with --out.`,
    );
  }
  return { ...begun, patience: given.patience ?? begun.patience };
}

const titles: Readonly<Record<keyof TrainSettings, string>> = {
  model: 'model',
  epochs: 'number of epochs (the learning rate was laid out for it)',
  batchSize: 'batch size',
  lr: 'learning rate',
  seed: 'seed',
  patience: 'patience',
  folder: 'data folder',
  limit: 'limit',
};

function withoutMissing(given: GivenSettings): Partial<TrainSettings> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
