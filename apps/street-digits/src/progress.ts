import { SingleBar } from 'cli-progress';

/** Tells how far a piece of work is. */
export interface Progress {
  /** @param note - words that change as the work goes on, as the loss. */
  update(done: number, note?: string): void;
  /** Ends it and clears the line, so that the result can stand there. */
  stop(): void;
}

/** The work to be watched. */
export interface Work {
  readonly title: string;
  readonly total: number;
  /** What is counted, in the plural and after a space: ` pictures`. Empty where `format` says it. */
  readonly unit: string;
  /** Writes an amount of it; default: as a whole number. */
  readonly format?: (amount: number) => string;
}

/** Where progress is shown; `process.stderr`, so that results alone go to a file. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

const quietPause = 15_000;

/** A bar with rate and time left on a terminal; elsewhere a line now and then. */
export function showProgress(
  work: Work,
  stream: ProgressStream = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  return stream.isTTY ? showBar(work, stream, now) : showLines(work, stream, now);
}

function showBar(work: Work, stream: ProgressStream, now: () => number): Progress {
  const start = now();
  const bar = new SingleBar({
    stream,
    format: `${work.title} [{bar}] {percentage}% · {summary}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 20,
    fps: 8,
    clearOnComplete: true,
    gracefulExit: false,
    linewrap: true,
  });
  bar.start(work.total, 0, { summary: '' });
  return {
    update: (done, note) => bar.update(done, { summary: summaryOf(work, done, now() - start, note) }),
    stop: () => bar.stop(),
  };
}

function showLines(work: Work, stream: ProgressStream, now: () => number): Progress {
  const start = now();
  let last = start;
  return {
    update: (done, note) => {
      if (now() - last < quietPause || done >= work.total) return;
      last = now();
      const share = Math.floor((100 * done) / work.total);
      stream.write(`${work.title} ${share}% · ${summaryOf(work, done, last - start, note)}\n`);
    },
    stop: () => {},
  };
}

/** `120/400 · 812 pictures/s · 0:32 left · loss 0.812`. */
function summaryOf(work: Work, done: number, milliseconds: number, note: string | undefined): string {
  const format = work.format ?? ((amount: number) => amount.toFixed(0));
  const rate = (1000 * done) / milliseconds;
  const parts = [`${format(done)}/${format(work.total)}`];
  if (rate > 0 && Number.isFinite(rate)) {
    parts.push(`${format(rate)}${work.unit}/s`, `${formatTime((work.total - done) / rate)} left`);
  }
  if (note) parts.push(note);
  return parts.join(' · ');
}

/** `0:05`, `12:00`, `1:00:00`. */
export function formatTime(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
