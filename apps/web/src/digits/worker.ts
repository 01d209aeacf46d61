import { embeddedDigits } from '@flambeau/app-street-digits/learning';
import { Devices } from '../shared/devices.ts';
import { messageOf, serve } from '../shared/worker-host.ts';
import { readPicture } from './decode.ts';
import { type Photos, readPhotos } from './photos.ts';
import type { DigitReply, DigitRequest } from './protocol.ts';
import { DigitSession } from './session.ts';
import { digitCanvas } from './worker-canvas.ts';

const host = serve<DigitRequest, DigitReply>(handle);
const devices = Devices.open();
const session = devices.then((opened) => new DigitSession(opened, host.post, host.fail));

void devices.then(({ states }) => host.post({ type: 'devices', devices: states }), host.fail);
void postSamples(12).catch(host.fail);

let last: Promise<void> = Promise.resolve();
let photos: Photos | null = null;

async function handle(request: DigitRequest): Promise<void> {
  const own = await session;
  if (request.type === 'stop') own.stop();
  else if (request.type === 'recognise') {
    const { id, question } = request;
    try {
      const picture = 'picture' in question ? question.picture : await readPicture(question.file);
      host.post({ type: 'answer', id, answer: await own.answer(picture) });
    } catch (error) {
      host.post({ type: 'unanswered', id, message: messageOf(error) });
    }
  } else {
    // One after the other: none may begin while another is half done.
    last = last.then(() => change(own, request)).catch(host.fail);
  }
}

type Change = Exclude<DigitRequest, { readonly type: 'stop' | 'recognise' }>;

async function change(own: DigitSession, request: Change): Promise<void> {
  if (request.type === 'start') await own.start(request.device, request.choice);
  else if (request.type === 'resume') await own.resume();
  else if (request.type === 'discard') await own.discard();
  else if (request.type === 'move') await own.move(request.device);
  else if (request.type === 'load') await own.load(request.device, request.file);
  else if (request.type === 'save') await own.save();
  else await changePhotos(own, request.file);
}

async function changePhotos(own: DigitSession, file: File | null): Promise<void> {
  try {
    photos = file && (await readPhotos(file));
  } finally {
    host.post({ type: 'photos', name: photos?.name ?? null, count: photos?.set.labels.length ?? 0 });
  }
  own.usePhotos(photos);
}

/** Pictures of validation, which no training sees. */
async function postSamples(count: number): Promise<void> {
  const { validation } = embeddedDigits({ seed: 0, limit: count }, await digitCanvas());
  const digits = Array.from({ length: count }, (_, i) => validation.read(i, 0));
  const pictures = new Uint8Array(digits.flatMap(({ picture }) => [...picture]));
  host.post({ type: 'samples', pictures, labels: digits.map(({ label }) => label) });
}
