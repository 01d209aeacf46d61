import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { contactSheet } from '../data/contact-sheet.ts';
import { downloadSvhn, svhnFiles } from '../data/download.ts';
import { nodeCanvas } from '../data/fonts-node.ts';
import { pictureSide } from '../data/picture.ts';
import { RandomStream } from '../data/random-stream.ts';
import { loadSvhn, type SvhnPart } from '../data/svhn-node.ts';
import { type DigitImages, syntheticDigits } from '../data/synthetic.ts';
import { showProgress } from '../progress.ts';
import { stopOnInterrupt } from './interrupt.ts';
import { dataFolder, dataOption, integer, seedOption } from './options.ts';

/** `data`: looks at pictures and fetches them. */
export function dataCommand(): Command {
  return new Command('data')
    .description('look at the pictures, or download those of SVHN')
    .addCommand(infoCommand())
    .addCommand(downloadCommand())
    .addCommand(sheetCommand());
}

function infoCommand(): Command {
  return new Command('info')
    .description('how many pictures there are of each digit')
    .addOption(dataOption())
    .action(async ({ data }: { data: string }) => {
      const folder = dataFolder(data);
      if (folder === null) {
        console.log('The embedded set is drawn on the spot: endless, with as many pictures of each digit.');
        console.log('Look at some with "data sheet", or pass --data DIR with the files of SVHN.');
        return;
      }
      for (const part of ['train', 'test'] as const) {
        const { labels, photo } = await loadSvhn(folder, part);
        const counts = new Array<number>(10).fill(0);
        for (const label of labels) counts[label]!++;
        const photos = photo ? `${new Set(photo).size} photos` : 'photos unknown (no csv beside it)';
        console.log(`${part}_32x32.mat: ${labels.length} pictures, ${photos}`);
        for (const [digit, count] of counts.entries())
          console.log(`  ${digit}  ${String(count).padStart(6)}`);
      }
    });
}

interface DownloadChoice {
  readonly data: string;
  readonly part: SvhnPart[];
  readonly source?: string;
}

function downloadCommand(): Command {
  const parts = Object.keys(svhnFiles) as SvhnPart[];
  return new Command('download')
    .description('fetch the official files of SVHN; goes on where an earlier download was cut')
    .addOption(new Option('--data <dir>', 'folder for the files').default('data/svhn'))
    .addOption(
      new Option('--part <part...>', 'which files').choices(parts).default(['train', 'test'], 'train test'),
    )
    .addOption(new Option('--source <url>', 'another place that has the files'))
    .action(async ({ data, part, source }: DownloadChoice) => {
      await stopOnInterrupt(async (signal) => {
        for (const one of part) {
          const file = svhnFiles[one];
          const progress = showProgress({ title: file.name, total: file.bytes, unit: '', format: megabytes });
          try {
            const done = await downloadSvhn([one], {
              folder: data,
              signal,
              onProgress: ({ received, resumed }) =>
                progress.update(received, resumed > 0 ? 'resumed' : undefined),
              ...(source === undefined ? {} : { source }),
            });
            progress.stop();
            console.log(`${file.name}: ${done[one] === 'present' ? 'there already' : 'downloaded'}`);
          } finally {
            progress.stop();
          }
        }
      }, 'download stopped; run it again to go on');
    });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

interface SheetChoice {
  readonly data: string;
  readonly part: 'train' | 'test';
  readonly count: number;
  readonly seed: number;
  readonly file: string;
}

function sheetCommand(): Command {
  return new Command('sheet')
    .description('put some pictures, drawn by lot, into one PNG')
    .addOption(dataOption())
    .addOption(
      new Option('--part <part>', 'which file of --data').choices(['train', 'test']).default('train'),
    )
    .addOption(new Option('--count <n>', 'pictures on the sheet').default(100).argParser(integer(1, 2000)))
    .addOption(seedOption('which pictures').default(0))
    .addOption(new Option('--file <path>', 'PNG to write').default('runs/street-digits/sheet.png'))
    .action(async ({ data, part, count, seed, file }: SheetChoice) => {
      const folder = dataFolder(data);
      const { images, labels } =
        folder === null
          ? syntheticDigits({ seed, start: 0, count, canvas: nodeCanvas() })
          : drawLots(await loadSvhn(folder, part), count, seed);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(
        file,
        contactSheet({ images, captions: Array.from(labels, String), canvas: nodeCanvas() }),
      );
      console.log(`wrote ${file}`);
    });
}

function drawLots({ images, labels }: DigitImages, count: number, seed: number): DigitImages {
  const pictureSize = 3 * pictureSide * pictureSide;
  const order = Int32Array.from(labels.keys());
  new RandomStream(seed, 0).shuffle(order);
  const chosen = order.subarray(0, count);
  const picked = new Uint8Array(chosen.length * pictureSize);
  chosen.forEach((at, i) => {
    picked.set(images.subarray(at * pictureSize, (at + 1) * pictureSize), i * pictureSize);
  });
  return { images: picked, labels: Uint8Array.from(chosen, (at) => labels[at]!) };
}
