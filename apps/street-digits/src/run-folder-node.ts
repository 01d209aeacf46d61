import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@flambeau/serialize/node';
import { FlambeauError, type Sequential } from 'flambeau';
import {
  readModel,
  readRun,
  restoreModel,
  restoreRun,
  type SavedRun,
  writeModel,
  writeRun,
} from './checkpoint.ts';
import { DataFileError } from './data/errors.ts';
import { CommandError } from './failure.ts';
import type { TrainSettings } from './settings.ts';
import { bestEpoch, type Run } from './train.ts';

/** The files of a run in its folder. */
const files = {
  last: 'last.safetensors',
  previous: 'previous.safetensors',
  best: 'best.safetensors',
} as const;

/**
 * Makes room for a new run in a folder. A run that is there already is moved into a folder inside.
 *
 * @returns where the earlier run was moved; null when there was none.
 */
export async function beginRun(folder: string): Promise<string | null> {
  const there = Object.values(files).filter((name) => existsSync(join(folder, name)));
  if (there.length === 0) return null;
  let number = 1;
  while (existsSync(join(folder, `earlier-${number}`))) number++;
  const earlier = join(folder, `earlier-${number}`);
  await mkdir(earlier);
  for (const name of there) await rename(join(folder, name), join(earlier, name));
  return earlier;
}

/** Removes the run of a folder, if there is one. */
export async function discardRun(folder: string): Promise<void> {
  for (const name of Object.values(files)) await rm(join(folder, name), { force: true });
}

/**
 * Saves a run after an epoch. Whatever happens meanwhile, the folder has a whole checkpoint: the new one or the one before.
 *
 * @param isBest - whether the epoch is the best so far; its model is then kept for use.
 */
export async function saveRun(folder: string, run: Run, fingerprint: string, isBest: boolean): Promise<void> {
  // Before the last one: should the program die in between, the epoch is repeated and gives the same model again.
  if (isBest) await writeFileAtomic(join(folder, files.best), await writeModel(run));
  await keepPrevious(folder);
  await writeFileAtomic(join(folder, files.last), await writeRun(run, fingerprint));
}

async function keepPrevious(folder: string): Promise<void> {
  const [last, previous] = [join(folder, files.last), join(folder, files.previous)];
  if (!existsSync(last)) return;
  await rm(previous, { force: true });
  // A second name for the same bytes takes no room. Some file systems have none: then there is no spare one.
  await link(last, previous).catch(() => undefined);
}

/** A run that was found in a folder. */
export interface FoundRun {
  readonly settings: TrainSettings;
  readonly fingerprint: string;
  /** What the user should know: that the last checkpoint is damaged and the one before is used. */
  readonly note: string | null;
  /** Brings a run that was just created to where the saved one was. */
  readonly restore: (run: Run) => void;
}

/**
 * Finds the last good checkpoint of a run.
 *
 * @throws CommandError when there is no run; the error of the last checkpoint when all are damaged.
 */
export async function resumeRun(folder: string): Promise<FoundRun> {
  let fault: Error | null = null;
  for (const name of [files.last, files.previous]) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    try {
      const saved = readRun(await readFile(path));
      const note = fault && `${fault.message}\nGoing on from ${path}, after epoch ${saved.history.length}.`;
      return found(saved, note);
    } catch (error) {
      fault ??= withPath(error, path);
    }
  }
  throw (
    fault ??
    new CommandError(`resume: no run: got no ${files.last} in ${folder}, expected one that "train" wrote.`)
  );
}

function found(saved: SavedRun, note: string | null): FoundRun {
  const { settings, fingerprint } = saved;
  return { settings, fingerprint, note, restore: (run) => restoreRun(run, saved) };
}

/** A model to use, and words for it. */
export interface LoadedModel {
  readonly model: Sequential;
  readonly title: string;
  /** Folder of the pictures it was trained on; null for the embedded set. */
  readonly folder: string | null;
}

/**
 * Loads the best model of a run, or that of a file.
 *
 * @throws CommandError when there is none; SerializationError or DataFileError when it is damaged.
 */
export async function loadModel(runFolder: string, file?: string): Promise<LoadedModel> {
  const path = file ?? join(runFolder, files.best);
  if (!existsSync(path)) {
    throw new CommandError(
      `no model: got no ${path}, expected a file that "train" wrote. Run "train" first?`,
    );
  }
  const bytes = await readFile(path);
  try {
    const saved = readModel(bytes);
    const epoch = file ? saved.history.length : bestEpoch(saved.history)?.epoch;
    const { model, folder } = saved.settings;
    return { model: restoreModel(saved), title: `${model} after epoch ${epoch}`, folder };
  } catch (error) {
    throw withPath(error, path);
  }
}

function withPath(error: unknown, path: string): Error {
  const told = error instanceof FlambeauError || error instanceof DataFileError;
  if (!told) return error instanceof Error ? error : new Error(String(error));
  return new CommandError(`${path}: ${error.message}`, { cause: error });
}
