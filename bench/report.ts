import type { Engine } from './engines.ts';
import type { Figure } from './measure.ts';
import type { Work } from './works.ts';

/** A work with the figures of all engines, in their order. */
export interface Measured {
  readonly work: Work;
  readonly figures: readonly Figure[];
}

type Kind = 'warm' | 'first';

/** Milliseconds in the unit that suits them: `0.46 µs`, `17.9 ms`. */
export function formatTime(ms: number): string {
  const [value, unit] =
    ms < 1e-3 ? [ms * 1e6, 'ns'] : ms < 1 ? [ms * 1e3, 'µs'] : ms < 1000 ? [ms, 'ms'] : [ms / 1e3, 's'];
  return `${value.toPrecision(3)} ${unit}`;
}

/** How many times as long as another: `0.43×`. */
export function formatRatio(own: number, other: number): string {
  return `${(own / other).toPrecision(own / other >= 99.5 ? 3 : 2)}×`;
}

/** The medians of one work as lines of JSON; nothing for engines without one. */
export function jsonLines({ work, figures }: Measured): string[] {
  return figures.flatMap(({ engine, warm }) =>
    warm === null ? [] : [JSON.stringify({ engine, work: work.id, ms: Number(warm.toPrecision(6)) })],
  );
}

/** The figures as Markdown tables: ratios, times and, where asked for, the first of a fresh process. */
export function tables(measured: readonly Measured[], engines: readonly Engine[], cold: boolean): string {
  const parts = [
    `Flambeau's time as a multiple of PyTorch's on as many threads, and of the fastest JavaScript peer's on the processor, in Dawn or in Chromium as itself; below 1 Flambeau is faster:`,
    ratioTable(measured, engines, 'warm'),
    'Warm, median:',
    timeTable(measured, engines, 'warm'),
  ];
  if (cold) {
    parts.push(
      'First of a fresh process (of `add10`: the mean of the first 1000 calls), without loading the library:',
      timeTable(measured, engines, 'first'),
      'Its ratios:',
      ratioTable(measured, engines, 'first'),
    );
  }
  return [...parts, notes(measured, engines).join('\n')].filter(Boolean).join('\n\n');
}

function ratioTable(measured: readonly Measured[], engines: readonly Engine[], kind: Kind): string {
  const own = engines.filter(({ family }) => family === 'flambeau');
  if (own.length === 0 || own.length === engines.length) return '';
  const body = measured.map(({ work, figures }) => [
    work.id,
    ...own.map((engine) => ratios(engine, engines, figures, kind)),
  ]);
  return markdown([['', ...own.map(({ id }) => id)], ...body]);
}

/** `0.95× torch-1t, 0.20× tfjs-wasm-1t`: against those that there are figures of. */
function ratios(engine: Engine, engines: readonly Engine[], figures: readonly Figure[], kind: Kind): string {
  const timeOf = ({ id }: Engine): number | null =>
    figures.find(({ engine: name }) => name === id)?.[kind] ?? null;
  const own = timeOf(engine);
  if (own === null) return '–';
  const torch = engines.find(({ family, threads }) => family === 'pytorch' && threads === engine.threads); // none on a GPU
  const peers = engines
    .filter((other) => other.family === 'javascript' && other.on === engine.on && timeOf(other) !== null)
    .sort((a, b) => (timeOf(a) as number) - (timeOf(b) as number));
  const cells = [torch, peers[0]].flatMap((other) => {
    const time = other && timeOf(other);
    return other && time ? [`**${formatRatio(own, time)}** ${other.id}`] : [];
  });
  return cells.join(', ') || '–';
}

function timeTable(measured: readonly Measured[], engines: readonly Engine[], kind: Kind): string {
  const body = measured.map(({ work, figures }) => [
    work.title,
    ...figures.map((figure) => time(work, figure, kind)),
  ]);
  return markdown([['', ...engines.map(({ id }) => id)], ...body]);
}

function time(work: Work, figure: Figure, kind: Kind): string {
  const ms = figure[kind];
  if (ms === null) return '–';
  let text = formatTime(ms);
  if (kind === 'first') return text;
  if (figure.spread !== null && figure.spread > 0.2) text += ` ±${Math.round(figure.spread * 50)} %`;
  return work.flops ? `${text}, ${(work.flops / ms / 1e6).toPrecision(3)} GF/s` : text;
}

/** A table in Markdown, its columns aligned. The first line is its head. */
export function markdown(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const format = (line: readonly string[]): string =>
    `| ${line.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = lines;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [format(head), rule, ...body.map(format)].join('\n');
}

const ONCE = 'so slow that it was measured once';

/** Versions, and why there are gaps. */
export function notes(measured: readonly Measured[], engines: readonly Engine[]): string[] {
  return engines.map(({ id }, i) => {
    const figures = measured.map(({ work, figures: all }) => ({ work, figure: all[i] }));
    const version = figures.find(({ figure }) => figure?.version)?.figure?.version;
    const reasons = new Map<string, string[]>();
    for (const { work, figure } of figures) {
      const reason = figure && (figure.missing ?? (figure.samples === 1 ? ONCE : null));
      if (reason) reasons.set(reason, [...(reasons.get(reason) ?? []), work.id]);
    }
    const gaps = [...reasons].map(
      ([reason, works]) => `${works.length === measured.length ? 'every work' : works.join(', ')}: ${reason}`,
    );
    return `- ${[`${id}${version ? ` (${version})` : ''}`, ...gaps].join('; ')}`;
  });
}
