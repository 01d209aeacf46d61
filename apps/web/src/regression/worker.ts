import { type Regression, regression, truth } from '@flambeau/app-regression/program';
import { turn } from '@flambeau/app-street-digits/turn';
import { setDefaultDevice } from 'flambeau';
import { Devices } from '../shared/devices.ts';
import { Rate } from '../shared/rate.ts';
import { RunControl, RunEnded } from '../shared/run-control.ts';
import { serve } from '../shared/worker-host.ts';
import type { FitReply, FitRequest, FitSettings } from './protocol.ts';

const host = serve<FitRequest, FitReply>(handle);
const devices = Devices.open();

let control: RunControl | null = null;
let pace: number | null = null;
let last: Promise<void> = Promise.resolve();
/** Losses that the page has not been told. */
let untold: number[] = [];
const rate = new Rate();

void devices.then(({ states }) => host.post({ type: 'devices', devices: states }), host.fail);

async function handle(request: FitRequest): Promise<void> {
  if (request.type === 'start') {
    control?.end();
    pace = request.pace;
    last = last.then(() => fit(request.settings).catch(host.fail));
  } else if (request.type === 'pace') pace = request.pace;
  else if (request.type === 'stop') control?.pause();
  else if (request.type === 'resume') {
    host.post({ type: 'state', state: 'running' });
    control?.resume();
  } else control?.end();
}

async function fit(settings: FitSettings): Promise<void> {
  const own = new RunControl();
  control = own;
  untold = [];
  rate.reset();
  host.post({ type: 'state', state: 'running' });
  const opened = await devices;
  try {
    setDefaultDevice(opened.get(settings.device));
    let told = performance.now();
    const run = await regression({
      ...settings,
      onStart: async ({ x, y }) => {
        const [xs, ys] = [await x.data(), await y.data()] as [Float32Array, Float32Array];
        host.post({ type: 'points', x: xs, y: ys, truth });
      },
      onStep: async (_step, loss, run) => {
        untold.push(loss);
        rate.tick(performance.now());
        if (performance.now() - told > frame) {
          await tell(run);
          told = performance.now();
        }
        await waitForPace();
        await turn();
        if (own.isPaused) await hold(own, run);
        else await own.between();
      },
    });
    await tell(run);
    host.post({ type: 'state', state: 'done' });
  } catch (error) {
    host.post({ type: 'state', state: 'idle' });
    if (!(error instanceof RunEnded)) throw error;
  } finally {
    if (control === own) control = null;
    host.post({ type: 'report', report: opened.report(settings.device) });
  }
}

// A page draws no faster.
const frame = 1000 / 60;

async function tell({ model }: Regression): Promise<void> {
  const [w, b] = await Promise.all(model.parameters().map((parameter) => parameter.item()));
  host.post({ type: 'progress', losses: untold, w: w!, b: b!, stepsPerSecond: rate.perSecond() });
  untold = [];
}

async function hold(own: RunControl, run: Regression): Promise<void> {
  await tell(run);
  host.post({ type: 'state', state: 'stopped' });
  await own.between();
  rate.reset();
}

let nextStep = 0;

async function waitForPace(): Promise<void> {
  if (pace === null) return;
  const now = performance.now();
  nextStep = Math.max(nextStep + 1000 / pace, now);
  if (nextStep > now) await new Promise((resolve) => setTimeout(resolve, nextStep - now));
}
