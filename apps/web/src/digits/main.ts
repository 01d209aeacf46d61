import { DevicePanel } from '../shared/device-panel.ts';
import { find, setText } from '../shared/dom.ts';
import { download } from '../shared/download.ts';
import { setFault } from '../shared/fault.ts';
import { wholeNumber } from '../shared/fields.ts';
import { WorkerLink } from '../shared/worker-link.ts';
import { AnswerView } from './answer-view.ts';
import { DrawingPad } from './drawing-pad.ts';
import { takePictures } from './picture-files.ts';
import type { DigitChoice, DigitReply, DigitRequest, DigitState, Question } from './protocol.ts';
import { Questions } from './questions.ts';
import { showSamples } from './sample-pictures.ts';
import { TrainingView } from './training-view.ts';

const go = find('#go', HTMLButtonElement);
const again = find('#again', HTMLButtonElement);
const save = find('#save', HTMLButtonElement);
const load = find('#load', HTMLInputElement);
const photos = find('#photos', HTMLInputElement);
const drawn = find('#drawn', HTMLButtonElement);
const network = find('#network', HTMLSelectElement);
const epochs = wholeNumber('#epochs', 1, 200);
const limit = wholeNumber('#limit', 16, 1_000_000);
const seed = wholeNumber('#seed', 0, 2 ** 32 - 1);

const words: Readonly<Record<DigitState, { button: string; status: string }>> = {
  empty: { button: 'Train', status: 'Ready.' },
  preparing: { button: 'Train', status: 'Drawing pictures …' },
  running: { button: 'Stop', status: 'Training …' },
  stopped: { button: 'Resume', status: 'Stopped.' },
  done: { button: 'Train anew', status: 'Done: try it below.' },
};

const view = new TrainingView();
const answers = new AnswerView();
const panel = new DevicePanel((device) => {
  if (state !== 'empty') link.send({ type: 'move', device });
});
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'digits' });
const link = new WorkerLink<DigitRequest, DigitReply>(worker, (reply) => {
  if (reply.type === 'fault') setFault(reply.message);
  else take(reply);
});

let state: DigitState | null = null;
/** What the network is asked again when it has changed. */
let picture: Uint8Array | null = null;
const questions = new Questions<Question>((id, question) => link.send({ type: 'recognise', id, question }));

function take(reply: DigitReply): void {
  if (reply.type === 'devices') {
    panel.show(reply.devices);
    setState('empty');
  } else if (reply.type === 'state') {
    if (reply.state === 'empty') view.begin(null);
    setState(reply.state, reply.note);
  } else if (reply.type === 'samples') {
    showSamples(find('#samples', HTMLElement), reply.pictures, reply.labels, (picture) => ask({ picture }));
  } else if (reply.type === 'photos') {
    setText('#source', sourceWords(reply.name, reply.count));
    drawn.hidden = reply.name === null;
  } else if (reply.type === 'run') {
    network.value = reply.settings.model;
    view.begin(reply);
  } else if (reply.type === 'progress') view.add(reply);
  else if (reply.type === 'validation') setText('#status', 'Validating …');
  else if (reply.type === 'epoch') {
    view.addEpoch(reply.report);
    setText('#status', words.running.status);
    askAgain();
  } else if (reply.type === 'answer') {
    if (!questions.settle(reply.id)) return;
    picture = reply.answer.picture;
    answers.show(reply.answer);
  } else if (reply.type === 'unanswered') {
    if (questions.settle(reply.id)) setFault(reply.message);
  } else if (reply.type === 'file') keep(reply);
  else panel.showReport(reply.report);
}

function setState(next: DigitState, note?: string): void {
  state = next;
  const { button, status } = words[next];
  const busy = next === 'running' || next === 'preparing';
  go.textContent = button;
  go.disabled = next === 'preparing';
  again.disabled = next === 'empty' || next === 'preparing';
  save.disabled = next === 'empty' || next === 'preparing';
  load.disabled = photos.disabled = drawn.disabled = busy;
  panel.lock(busy);
  setText('#status', note ? `${status} ${note}` : status);
  for (const field of [network, epochs.input, limit.input, seed.input])
    field.disabled = busy || next === 'stopped';
  if (!busy) askAgain();
}

function sourceWords(name: string | null, count: number): string {
  if (name === null) return 'Learns from pictures drawn on the spot.';
  return `Learns from ${name}: ${count.toLocaleString('en')} photographs.`;
}

function ask(question: Question): void {
  setFault(null);
  questions.ask(question);
}

function askAgain(): void {
  if (picture) questions.ask({ picture });
}

function keep({ bytes, epochs, whole }: Extract<DigitReply, { readonly type: 'file' }>): void {
  const name = epochs === 0 ? 'digits-untrained' : `digits-epoch-${epochs}`;
  download(bytes, `${name}.safetensors`);
  setText(
    '#saved',
    whole
      ? `Saved as it was after epoch ${epochs}; training can go on from there.`
      : 'Saved the network alone: training can go on only from a finished epoch.',
  );
}

const choice = (): DigitChoice => ({
  model: network.value as DigitChoice['model'],
  epochs: epochs.value,
  limit: limit.value,
  seed: seed.value,
});

find('#form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  setFault(null);
  if (state === 'running') link.send({ type: 'stop' });
  else if (state === 'stopped') link.send({ type: 'resume' });
  else link.send({ type: 'start', device: panel.device, choice: choice() });
});
again.addEventListener('click', () => link.send({ type: 'discard' }));
save.addEventListener('click', () => link.send({ type: 'save' }));
load.addEventListener('change', () => {
  const file = load.files?.[0];
  load.value = '';
  setFault(null);
  setText('#saved', '');
  if (file) link.send({ type: 'load', device: panel.device, file });
});

photos.addEventListener('change', () => {
  const file = photos.files?.[0];
  photos.value = '';
  if (file) usePhotos(file);
});
drawn.addEventListener('click', () => usePhotos(null));

function usePhotos(file: File | null): void {
  setFault(null);
  setText('#source', file ? `Reading ${file.name} …` : '');
  link.send({ type: 'photos', file });
}

const pad = new DrawingPad(find('#pad', HTMLCanvasElement), () => {
  const picture = pad.picture();
  if (picture) ask({ picture });
});
find('#clear', HTMLButtonElement).addEventListener('click', () => {
  pad.clear();
  picture = null;
  questions.forget();
  answers.clear();
});
takePictures(find('#picture', HTMLInputElement), find('#drop', HTMLElement), (file) => ask({ file }));
