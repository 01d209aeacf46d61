import {
  createRun,
  DataFileError,
  embeddedDigits,
  isOver,
  likeliest,
  newSettings,
  type Run,
  readModel,
  readRun,
  recognise,
  restoreModel,
  restoreRun,
  svhnDigits,
  type TrainingDigits,
  train,
  writeModel,
  writeRun,
} from '@flambeau/app-street-digits/learning';
import { type Sequential, setDefaultDevice } from 'flambeau';
import type { DeviceName, Devices } from '../shared/devices.ts';
import { Rate } from '../shared/rate.ts';
import { RunControl, RunEnded } from '../shared/run-control.ts';
import type { Photos } from './photos.ts';
import type { Answer, DigitChoice, DigitReply, DigitState } from './protocol.ts';
import { digitCanvas } from './worker-canvas.ts';

/** Largest checkpoint that is opened; that of the largest network has some 4 MB. */
const mostCheckpointBytes = 2 ** 28;
/** Least milliseconds between two messages of progress. */
const pause = 50;

const modelAlone = 'The file holds a model to use; training cannot go on from it.';

/** A checkpoint: of a whole run, which can go on, or of a model to use. */
interface Saved {
  readonly bytes: Uint8Array;
  readonly epochs: number;
  readonly whole: boolean;
}

/** A classifier that is being trained, or used. */
export class DigitSession {
  private readonly devices: Devices;
  private readonly post: (reply: DigitReply) => void;
  private readonly fail: (error: unknown) => void;
  private device: DeviceName | null = null;
  private photos: Photos | null = null;
  private run: Run | null = null;
  private digits: TrainingDigits | null = null;
  private model: Sequential | null = null;
  private saved: Saved | null = null;
  private control: RunControl | null = null;
  private loop: Promise<void> = Promise.resolve();

  /** @param fail - is told what ends a training. */
  constructor(devices: Devices, post: (reply: DigitReply) => void, fail: (error: unknown) => void) {
    this.fail = fail;
    this.devices = devices;
    this.post = post;
  }

  /** Has later runs learn from photographs; from drawn pictures with null. */
  usePhotos(photos: Photos | null): void {
    this.photos = photos;
  }

  /** Trains from fresh weights. */
  async start(device: DeviceName, choice: DigitChoice): Promise<void> {
    await this.discard();
    this.use(device);
    const settings = newSettings({ ...choice, folder: this.photos?.name ?? null });
    this.digits = await this.prepare(settings, 'empty');
    this.run = createRun(settings, this.digits.train.size);
    this.model = this.run.model;
    this.post({ type: 'run', settings, history: [] });
    this.begin(this.run);
  }

  stop(): void {
    this.control?.pause();
  }

  /** Goes on, in this session or where a checkpoint left off. */
  async resume(): Promise<void> {
    const { control, saved } = this;
    if (control) {
      this.tell('running');
      control.resume();
    } else if (saved?.whole) await this.resumeSaved(readRun(saved.bytes));
  }

  /** Ends the run and forgets what was learnt. */
  async discard(): Promise<void> {
    await this.end();
    this.run = this.model = this.saved = this.digits = null;
    this.tell('empty');
  }

  /** Takes another device; a run there is goes on from its last finished epoch. */
  async move(device: DeviceName): Promise<void> {
    const { saved, run } = this;
    if (!saved) {
      await this.discard();
      this.use(device);
      if (run) this.tell('empty', 'No epoch was finished, so training starts over on the other device.');
      return;
    }
    await this.end();
    this.use(device);
    this.open(saved.bytes);
  }

  /** @throws SerializationError or DataFileError when the file is no checkpoint of this program. */
  async load(device: DeviceName, file: Blob): Promise<void> {
    if (file.size > mostCheckpointBytes) {
      throw new Error(
        `The file is too large for a checkpoint: ${file.size} bytes, expected at most ${mostCheckpointBytes}.`,
      );
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    readModel(bytes); // before anything is given up for it
    await this.end();
    this.use(device);
    this.open(bytes);
  }

  /** The run as of its last finished epoch; before the first one is, the model alone. */
  async save(): Promise<void> {
    const { run } = this;
    if (!this.saved && !run) throw new Error('There is nothing to save yet: train first.');
    const saved = this.saved ?? {
      bytes: await this.atRest(() => writeModel(run!)),
      epochs: 0,
      whole: false,
    };
    this.post({ type: 'file', ...saved });
  }

  /** What the network says of a picture, of shape (3, 32, 32). */
  async answer(picture: Uint8Array): Promise<Answer> {
    const { model } = this;
    if (!model) return { picture, probabilities: null, best: 0 };
    const probabilities = await this.atRest(async () => {
      const wasTraining = model.training;
      model.eval();
      const found = await recognise(model, picture);
      model.train(wasTraining);
      return found;
    });
    return { picture, probabilities, best: likeliest(probabilities) };
  }

  private use(device: DeviceName): void {
    setDefaultDevice(this.devices.get(device));
    this.device = device;
  }

  private tell(state: DigitState, note?: string): void {
    this.post({ type: 'state', state, note });
    if (this.device && state !== 'running')
      this.post({ type: 'report', report: this.devices.report(this.device) });
  }

  /** @param otherwise - how things stand when it fails. */
  private async prepare(settings: Run['settings'], otherwise: DigitState): Promise<TrainingDigits> {
    this.tell('preparing');
    try {
      return await this.digitsFor(settings);
    } catch (error) {
      this.tell(otherwise);
      throw error;
    }
  }

  private async digitsFor(settings: Run['settings']): Promise<TrainingDigits> {
    if (settings.folder === null) return embeddedDigits(settings, await digitCanvas());
    if (!this.photos)
      throw new Error('This run learns from photographs: choose train_32x32.mat of SVHN, then resume.');
    return svhnDigits(this.photos.set, settings);
  }

  private open(bytes: Uint8Array): void {
    const found = readModel(bytes);
    const { settings, history } = found;
    const whole = isWhole(bytes);
    this.run = null;
    this.model = restoreModel(found);
    this.saved = { bytes, epochs: history.length, whole };
    this.post({ type: 'run', settings, history });
    const goesOn = whole && !isOver(found);
    this.tell(goesOn ? 'stopped' : 'done', whole ? undefined : modelAlone);
  }

  private async resumeSaved(saved: ReturnType<typeof readRun>): Promise<void> {
    this.digits = await this.prepare(saved.settings, 'stopped');
    const { train, fingerprint } = this.digits;
    if (fingerprint !== saved.fingerprint) {
      this.tell('done');
      throw new Error(
        `The checkpoint was trained on other pictures: got ${fingerprint}, expected ${saved.fingerprint}. It can be used, but not trained on.`,
      );
    }
    const run = createRun(saved.settings, train.size);
    restoreRun(run, saved);
    this.run = run;
    this.model = run.model;
    this.begin(run);
  }

  /** Work that may not fall into the middle of a step. */
  private atRest<T>(work: () => Promise<T>): Promise<T> {
    return this.control ? this.control.inBetween(work) : work();
  }

  private begin(run: Run): void {
    const control = new RunControl();
    this.control = control;
    this.tell('running');
    this.loop = this.train(run, control)
      .catch((error: unknown) => {
        if (error instanceof RunEnded) return;
        this.tell('done');
        this.fail(error);
      })
      .finally(() => {
        this.control = null;
        return control.doJobs();
      });
  }

  private async train(run: Run, control: RunControl): Promise<void> {
    const { train: trainSet, validation, fingerprint } = this.digits!;
    const rate = new Rate(5000);
    let untold: { losses: number[]; accuracies: number[] } = { losses: [], accuracies: [] };
    let told = 0;
    const hold = async (): Promise<void> => {
      if (!control.isPaused) return control.between();
      this.tell('stopped');
      await control.between();
      rate.reset();
    };
    await train(run, {
      train: trainSet,
      validation,
      onBatch: async ({ epoch, done, loss, accuracy }) => {
        untold.losses.push(loss);
        untold.accuracies.push(accuracy);
        rate.tick(performance.now());
        if (performance.now() - told > pause || control.isPaused || done === trainSet.size) {
          const stepsPerSecond = rate.perSecond();
          this.post({ type: 'progress', epoch, done, size: trainSet.size, ...untold, stepsPerSecond });
          untold = { losses: [], accuracies: [] };
          told = performance.now();
        }
        await hold();
      },
      onValidation: async (done) => {
        this.post({ type: 'validation', done, size: validation.size });
        await hold();
      },
      onEpoch: async (report) => {
        const bytes = await writeRun(run, fingerprint);
        this.saved = { bytes, epochs: report.epoch, whole: true };
        this.post({ type: 'epoch', report });
        rate.reset();
      },
    });
    this.tell('done');
  }

  /** Ends training, if there is any, at its next step. */
  private async end(): Promise<void> {
    this.control?.end();
    await this.loop;
  }
}

function isWhole(bytes: Uint8Array): boolean {
  try {
    readRun(bytes);
    return true;
  } catch (error) {
    if (error instanceof DataFileError) return false;
    throw error;
  }
}
