import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { nodeCanvas } from '../data/fonts-node.ts';
import { pictureSide } from '../data/picture.ts';
import { readDigitPicture } from '../data/picture-node.ts';
import { encodePng } from '../data/png.ts';
import { syntheticDigits } from '../data/synthetic.ts';
import { formatProbabilities, likeliest, recognise } from '../recognise.ts';
import { discardRun, loadModel } from '../run-folder-node.ts';
import { stopOnInterrupt } from './interrupt.ts';
import { deviceOption, outOption } from './options.ts';
import { runTraining } from './train.ts';

// Some ten seconds on two cores by wasm, four minutes on the cpu device.
const epochs = 6;
const limit = 3000;
// Pictures that no set of a run has.
const pictureSeed = 2 ** 52 + 3;

/** `demo`: all there is, in less than a minute. */
export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'train the tiny model on the embedded set for some seconds, test it, and recognise three pictures',
    )
    .addOption(outOption('folder for what it writes').default('runs/demo'))
    .addOption(deviceOption())
    .action(async ({ out }: { out: string }) => {
      await stopOnInterrupt((signal) => runDemo(out, signal), 'demo stopped');
    });
}

async function runDemo(out: string, signal: AbortSignal): Promise<void> {
  await discardRun(out);
  const { accuracy } = await runTraining(out, { model: 'tiny', epochs, limit, seed: 0 }, false, signal);
  const { model } = await loadModel(out);
  for (const [path, label] of await writePictures(out, 3)) {
    const probabilities = await recognise(model, await readDigitPicture(path));
    console.log(
      `\n${path}, which shows ${label}: ${likeliest(probabilities)}\n${formatProbabilities(probabilities)}`,
    );
  }
  console.log(`\ndemo: test accuracy ${accuracy.toFixed(3)}`);
}

async function writePictures(out: string, count: number): Promise<[path: string, label: number][]> {
  const { images, labels } = syntheticDigits({ seed: pictureSeed, start: 0, count, canvas: nodeCanvas() });
  const plane = pictureSide * pictureSide;
  const written: [string, number][] = [];
  for (const [i, label] of labels.entries()) {
    const rgb = new Uint8Array(3 * plane);
    for (let p = 0; p < plane; p++) {
      for (let c = 0; c < 3; c++) rgb[3 * p + c] = images[(3 * i + c) * plane + p]!;
    }
    const path = join(out, `picture-${i + 1}.png`);
    await writeFile(path, encodePng(rgb, pictureSide, pictureSide));
    written.push([path, label]);
  }
  return written;
}
