import type { LRSchedulerStateDict, OptimizerStateDict } from 'flambeau';
import {
  getRngState,
  loadCheckpoint,
  type RngState,
  type Sequential,
  type StateDict,
  saveCheckpoint,
  setRngState,
} from 'flambeau';
import { DataFileError } from './data/errors.ts';
import { createModel, presets } from './models.ts';
import type { TrainSettings } from './settings.ts';
import type { EpochReport, Run } from './train.ts';

const kind = 'street-digits';
const op = 'readCheckpoint';

/** The part of a file that any use of it needs. */
export interface SavedModel {
  readonly settings: TrainSettings;
  readonly history: readonly EpochReport[];
  readonly model: StateDict;
}

/** A run that can go on. */
export interface SavedRun extends SavedModel {
  readonly fingerprint: string;
  readonly optimizer: OptimizerStateDict;
  readonly scheduler: LRSchedulerStateDict;
  readonly random: RngState;
}

/** Writes what a run needs to go on exactly: also the state of all random numbers, so call it between epochs. */
export function writeRun(run: Run, fingerprint: string): Promise<Uint8Array> {
  return saveCheckpoint({
    ...partsOfModel(run),
    fingerprint,
    optimizer: run.optimizer.stateDict(),
    scheduler: run.scheduler.stateDict(),
    random: getRngState(),
  });
}

/** Writes what is needed to use the model. */
export function writeModel(run: Run): Promise<Uint8Array> {
  return saveCheckpoint(partsOfModel(run));
}

function partsOfModel({ settings, history, model }: Run): Record<string, unknown> {
  return { kind, version: 1, settings, history, model: model.stateDict() };
}

/**
 * Reads either file.
 *
 * @throws SerializationError when the file is damaged.
 * @throws DataFileError when it is a checkpoint of something else.
 */
export function readModel(bytes: Uint8Array): SavedModel {
  const value = loadCheckpoint(bytes);
  if (!isRecord(value) || value['kind'] !== kind || value['version'] !== 1) {
    throw new DataFileError(
      'wrong-format',
      op,
      `not a model of this program: got another checkpoint, expected one that "train" wrote.`,
    );
  }
  const { settings, history, model } = value;
  if (!isSettings(settings) || !Array.isArray(history) || !history.every(isReport) || !isRecord(model)) {
    throw new DataFileError(
      'damaged',
      op,
      'damaged checkpoint: got settings or history that no run has, expected those of one.',
    );
  }
  return { ...value, settings, history, model: model as StateDict };
}

/**
 * Reads a run.
 *
 * @throws SerializationError or DataFileError when it is damaged or holds no run.
 */
export function readRun(bytes: Uint8Array): SavedRun {
  const value: SavedModel & { [part: string]: unknown } = { ...readModel(bytes) };
  const { fingerprint, optimizer, scheduler, random } = value;
  const isOptimizer =
    isRecord(optimizer) && isRecord(optimizer['state']) && Array.isArray(optimizer['paramGroups']);
  const isRandom = isRecord(random) && random['generator'] instanceof Uint8Array;
  if (typeof fingerprint !== 'string' || !isOptimizer || !isRecord(scheduler) || !isRandom) {
    throw new DataFileError(
      'wrong-format',
      op,
      'not a run: got a model without the state of its training, expected last.safetensors of a run.',
    );
  }
  return value as unknown as SavedRun;
}

/** The model of a file, in evaluation mode. */
export function restoreModel({ settings, model }: SavedModel): Sequential {
  const restored = createModel(settings.model);
  restored.loadStateDict(model);
  return restored.eval();
}

/** Brings a fresh run, and the random numbers of the process, to where the saved one was. */
export function restoreRun(run: Run, saved: SavedRun): void {
  run.model.loadStateDict(saved.model);
  run.optimizer.loadStateDict(saved.optimizer);
  run.scheduler.loadStateDict(saved.scheduler);
  run.history.push(...saved.history);
  setRngState(saved.random);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isWhole = (value: unknown, least: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least;

function isSettings(value: unknown): value is TrainSettings {
  if (!isRecord(value)) return false;
  const { model, epochs, batchSize, lr, seed, patience, folder, limit } = value;
  return (
    typeof model === 'string' &&
    Object.hasOwn(presets, model) &&
    isWhole(epochs, 1) &&
    isWhole(batchSize, 1) &&
    typeof lr === 'number' &&
    lr > 0 &&
    isWhole(seed, 0) &&
    isWhole(patience, 1) &&
    (folder === null || typeof folder === 'string') &&
    (limit === null || isWhole(limit, 1))
  );
}

const numbers = ['loss', 'accuracy', 'validationLoss', 'validationAccuracy', 'seconds'] as const;

function isReport(value: unknown, position: number): value is EpochReport {
  if (!isRecord(value) || value['epoch'] !== position + 1) return false;
  return numbers.every((name) => typeof value[name] === 'number');
}
