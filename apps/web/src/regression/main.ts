import { DevicePanel } from '../shared/device-panel.ts';
import { find } from '../shared/dom.ts';
import { setFault } from '../shared/fault.ts';
import { wholeNumber } from '../shared/fields.ts';
import { WorkerLink } from '../shared/worker-link.ts';
import { FitView } from './fit-view.ts';
import type { FitReply, FitRequest, FitState } from './protocol.ts';

const go = find('#go', HTMLButtonElement);
const again = find('#again', HTMLButtonElement);
const status = find('#status', HTMLElement);
const paceField = find('#pace', HTMLSelectElement);
const seed = wholeNumber('#seed', 0, 2 ** 32 - 1);
const steps = wholeNumber('#steps', 1, 100_000);

const words: Readonly<Record<FitState, { button: string; status: string }>> = {
  idle: { button: 'Train', status: 'Ready.' },
  running: { button: 'Stop', status: 'Training …' },
  stopped: { button: 'Resume', status: 'Stopped.' },
  done: { button: 'Train again', status: 'Done.' },
};

const view = new FitView();
const panel = new DevicePanel(() => {});
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'regression' });
const link = new WorkerLink<FitRequest, FitReply>(worker, (reply) => {
  if (reply.type === 'devices') {
    panel.show(reply.devices);
    setState('idle');
  } else if (reply.type === 'state') setState(reply.state);
  else if (reply.type === 'points') view.begin(reply, steps.value);
  else if (reply.type === 'progress') view.add(reply);
  else if (reply.type === 'report') panel.showReport(reply.report);
  else setFault(reply.message);
});

let state: FitState | null = null;

function setState(next: FitState): void {
  state = next;
  const { button, status: line } = words[next];
  const underWay = next === 'running' || next === 'stopped';
  go.textContent = button;
  go.disabled = false;
  again.disabled = !underWay;
  status.textContent = line;
  panel.lock(underWay);
  for (const field of [seed.input, steps.input]) field.disabled = underWay;
}

const pace = (): number | null => (paceField.value === 'full' ? null : Number(paceField.value));

paceField.addEventListener('change', () => link.send({ type: 'pace', pace: pace() }));
again.addEventListener('click', () => link.send({ type: 'discard' }));
find('#form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  setFault(null);
  if (state === 'running') link.send({ type: 'stop' });
  else if (state === 'stopped') link.send({ type: 'resume' });
  else {
    const settings = { device: panel.device, seed: seed.value, steps: steps.value };
    link.send({ type: 'start', settings, pace: pace() });
  }
});
