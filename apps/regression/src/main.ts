import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceError, pick, setDefaultDevice } from 'flambeau';
import { svgToPng } from './chart/png-node.ts';
import { plotText } from './chart/terminal.ts';
import { help, type Options, readOptions, UsageError } from './options.ts';
import { drawRegression } from './picture.ts';
import { type Line, regression, truth } from './program.ts';

async function main({ out, seed, steps, device }: Options): Promise<void> {
  setDefaultDevice(await pick([device]));
  const { x, y, model, losses } = await regression({
    seed,
    steps,
    onStep: (step, loss) => {
      if (isShown(step + 1, steps))
        console.log(`step ${String(step + 1).padStart(6)}   loss ${loss.toFixed(6)}`);
    },
  });
  const [w, b] = await Promise.all(model.parameters().map((parameter) => parameter.item()));
  const fitted: Line = { w: w!, b: b! };
  const [xs, ys] = [await x.data(), await y.data()];
  const points = Array.from(xs, (value, i) => [value, ys[i]!] as const);

  console.log(`\n${plotText({ points, line: fitted, color: process.stdout.hasColors?.() ?? false })}\n`);
  const four = (value: number): string => value.toFixed(4).padStart(7);
  console.log(`w = ${four(fitted.w)}   (true: ${four(truth.w)})`);
  console.log(`b = ${four(fitted.b)}   (true: ${four(truth.b)})`);

  const svg = drawRegression({ points, fitted, truth, losses });
  await mkdir(out, { recursive: true });
  const files = [
    [join(out, 'regression.svg'), svg],
    [join(out, 'regression.png'), await svgToPng(svg)],
  ] as const;
  for (const [path, content] of files) await writeFile(path, content);
  console.log(`\nwrote ${files.map(([path]) => path).join(' and ')}`);
}

// 1, 2, 3, 5, 10, 20, 30, 50, 100 …: where the loss falls fast, more of it is shown.
function isShown(step: number, steps: number): boolean {
  const decade = 10 ** Math.floor(Math.log10(step));
  return step === steps || [1, 2, 3, 5].includes(step / decade);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await main(options);
  else console.log(help);
} catch (error) {
  if (!isExpected(error)) throw error;
  process.stderr.write(`regression: ${error.message}\n`);
  process.exitCode = 1;
}

/** Errors that are the user's or the machine's to mend, for which a stack would only be noise. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof UsageError ||
    error instanceof DeviceError ||
    (error instanceof Error && 'syscall' in error)
  );
}
