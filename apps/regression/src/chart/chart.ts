import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale';

/** A horizontal or vertical axis. */
export interface Axis {
  readonly label: string;
  readonly domain: readonly [low: number, high: number];
  readonly scale?: 'linear' | 'log';
}

/** Points or a line through them, with its entry in the legend. */
export interface Series {
  readonly label: string;
  readonly kind: 'points' | 'line';
  readonly color: string;
  /** Dash pattern of a line, as SVG's `stroke-dasharray`. */
  readonly dash?: string;
  readonly data: readonly (readonly [x: number, y: number])[];
}

/** One chart. */
export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly legend: 'top-left' | 'top-right' | 'bottom-right';
}

type Scale = ScaleContinuousNumeric<number, number>;

const width = 480;
const height = 400;
const plot = { left: 68, top: 46, right: width - 22, bottom: height - 56 };
const ink = '#1f2933';
const faint = '#e4e7eb';
const family = "Arimo, 'Helvetica Neue', Helvetica, Arial, sans-serif";

/**
 * Draws charts side by side.
 *
 * @param description - what the picture shows, for those who cannot see it.
 * @returns the text of an SVG file, 480 pixels wide for each chart and 400 high.
 */
export function drawCharts(charts: readonly Chart[], description: string): string {
  const size = `width="${width * charts.length}" height="${height}" viewBox="0 0 ${width * charts.length} ${height}"`;
  const panels = charts.map(
    (chart, i) => `<g transform="translate(${i * width} 0)">\n${panel(chart, i)}\n</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" font-family="${family}" font-size="13" fill="${ink}">`,
    `<title>${escapeText(description)}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function panel(chart: Chart, number: number): string {
  const x = scaleOf(chart.x, plot.left, plot.right);
  const y = scaleOf(chart.y, plot.bottom, plot.top);
  const middle = (plot.left + plot.right) / 2;
  const centre = (plot.top + plot.bottom) / 2;
  const clip = `plot-${number}`;
  return [
    `<clipPath id="${clip}"><rect x="${plot.left}" y="${plot.top}" width="${plot.right - plot.left}" height="${plot.bottom - plot.top}"/></clipPath>`,
    text(chart.title, plot.left, 28, 'font-size="16" font-weight="bold"'),
    ...grid(chart, x, y),
    text(chart.x.label, middle, height - 16, 'text-anchor="middle"'),
    `<g transform="translate(18 ${centre}) rotate(-90)">${text(chart.y.label, 0, 0, 'text-anchor="middle"')}</g>`,
    `<g clip-path="url(#${clip})">`,
    ...chart.series.map((series) => draw(series, x, y)),
    '</g>',
    legend(chart),
  ].join('\n');
}

function scaleOf({ scale, domain }: Axis, from: number, to: number): Scale {
  return (scale === 'log' ? scaleLog() : scaleLinear()).domain(domain).range([from, to]);
}

function grid(chart: Chart, x: Scale, y: Scale): string[] {
  const lines: string[] = [];
  const line = (x1: number, y1: number, x2: number, y2: number, color: string): void => {
    lines.push(`<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${color}"/>`);
  };
  for (const [value, label] of labelledTicks(x, chart.x.scale === 'log')) {
    line(x(value), plot.top, x(value), plot.bottom, faint);
    lines.push(text(label, x(value), plot.bottom + 19, 'text-anchor="middle"'));
  }
  for (const [value, label] of labelledTicks(y, chart.y.scale === 'log')) {
    line(plot.left, y(value), plot.right, y(value), faint);
    lines.push(text(label, plot.left - 8, y(value) + 4.5, 'text-anchor="end"'));
  }
  line(plot.left, plot.bottom, plot.right, plot.bottom, ink);
  line(plot.left, plot.top, plot.left, plot.bottom, ink);
  return lines;
}

function labelledTicks(scale: Scale, log: boolean): [value: number, label: string][] {
  const format = scale.tickFormat(6, '~g');
  if (!log) return scale.ticks(6).map((value) => [value, format(value)]);
  const [low = 1, high = 10] = scale.domain();
  const steps = high / low < 5000 ? [1, 2, 5] : [1];
  return scale
    .ticks()
    .filter((value) =>
      steps.includes(Number((value / 10 ** Math.floor(Math.log10(value) + 1e-9)).toPrecision(3))),
    )
    .map((value) => [value, String(value)]);
}

function draw({ kind, data, color, dash }: Series, x: Scale, y: Scale): string {
  // A loss of 0, or none at all, has no place on a log scale.
  const places = data
    .map(([px, py]) => [x(px), y(py)] as const)
    .filter((place) => place.every(Number.isFinite));
  if (kind === 'points') {
    const dots = places.map(([px, py]) => `<circle cx="${round(px)}" cy="${round(py)}" r="3"/>`);
    return `<g fill="${color}" fill-opacity="0.55">${dots.join('')}</g>`;
  }
  if (places.length === 0) return '';
  const path = places.map(([px, py]) => `${round(px)} ${round(py)}`).join('L');
  return `<path d="M${path}" ${strokeOf(color, dash)}/>`;
}

function strokeOf(color: string, dash: string | undefined): string {
  return `fill="none" stroke="${color}" stroke-width="2.5" stroke-linejoin="round"${dash ? ` stroke-dasharray="${dash}"` : ''}`;
}

function legend({ series, legend: place }: Chart): string {
  const row = 20;
  const longest = Math.max(...series.map(({ label }) => label.length));
  const box = { width: 50 + 6.3 * longest, height: 12 + row * series.length };
  const left = place === 'top-left' ? plot.left + 12 : plot.right - box.width - 8;
  const top = place === 'bottom-right' ? plot.bottom - box.height - 12 : plot.top + 8;
  const entries = series.map(({ label, kind, color, dash }, i) => {
    const middle = 16 + row * i;
    const sign =
      kind === 'points'
        ? `<circle cx="22" cy="${middle}" r="3.5" fill="${color}" fill-opacity="0.7"/>`
        : `<path d="M10 ${middle}L34 ${middle}" ${strokeOf(color, dash)}/>`;
    return sign + text(label, 42, middle + 4.5, '');
  });
  const frame = `<rect width="${round(box.width)}" height="${box.height}" rx="4" fill="#fff" fill-opacity="0.9" stroke="${faint}"/>`;
  return `<g transform="translate(${round(left)} ${round(top)})">${frame}${entries.join('')}</g>`;
}

function text(words: string, x: number, y: number, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeText(words)}</text>`;
}

function escapeText(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): string {
  return value.toFixed(2).replace(/\.?0+$/, '');
}
