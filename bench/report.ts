import type { Contender } from './contender.ts';
import type { Figure } from './measure.ts';
import type { Row } from './rows.ts';

/** A row with the figures of all contenders, Flambeau's first. */
export interface Measured {
  readonly row: Row;
  readonly figures: readonly Figure[];
}

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

/** The figures as two Markdown tables: warm, and the first of a fresh process. */
export function tables(measured: readonly Measured[], contenders: readonly Contender[]): string {
  return [
    'Warm, median:',
    '',
    table(measured, contenders, 'warm'),
    '',
    'First of a fresh process (of `add`: the mean of the first 1000 calls), without loading the library:',
    '',
    table(measured, contenders, 'first'),
    '',
    ...notes(measured, contenders),
  ].join('\n');
}

function table(
  measured: readonly Measured[],
  contenders: readonly Contender[],
  kind: 'warm' | 'first',
): string {
  const head = ['', ...contenders.map(({ title }) => title)];
  const body = measured.map(({ row, figures }) => {
    const own = figures[0]?.[kind] ?? null;
    return [row.title, ...figures.map((figure, i) => cell(row, figure, kind, i === 0 ? null : own))];
  });
  return markdown([head, ...body]);
}

function cell(row: Row, figure: Figure, kind: 'warm' | 'first', own: number | null): string {
  const ms = figure[kind];
  if (ms === null) return '–';
  const parts = [formatTime(ms)];
  if (kind === 'warm' && figure.spread !== null && figure.spread > 0.2)
    parts[0] += ` ±${Math.round(figure.spread * 50)} %`;
  if (kind === 'warm' && row.flops) parts.push(`${(row.flops / ms / 1e6).toPrecision(3)} GF/s`);
  if (own !== null) parts.push(`**${formatRatio(own, ms)}**`);
  return parts.join(', ');
}

function markdown(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const format = (line: readonly string[]): string =>
    `| ${line.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = lines;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [format(head), rule, ...body.map(format)].join('\n');
}

const TOO_SLOW = 'the first sample took so long that it was not repeated';

/** Versions, and why there are gaps. */
function notes(measured: readonly Measured[], contenders: readonly Contender[]): string[] {
  return contenders.flatMap(({ title }, i) => {
    const figures = measured.map(({ row, figures: all }) => ({ row, figure: all[i] }));
    const version = figures.find(({ figure }) => figure?.version)?.figure?.version;
    const reasons = new Map<string, string[]>();
    for (const { row, figure } of figures) {
      const reason = figure && (figure.missing ?? (figure.warm === null ? TOO_SLOW : null));
      if (reason) reasons.set(reason, [...(reasons.get(reason) ?? []), row.id]);
    }
    const gaps = [...reasons].map(
      ([reason, ids]) => `${ids.length === measured.length ? 'every row' : ids.join(', ')}: ${reason}`,
    );
    return `- ${[`${title}${version ? ` ${version}` : ''}`, ...gaps].join('; ')}`;
  });
}
