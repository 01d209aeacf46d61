import uPlot from 'uplot';

/** A line, or points, of a chart. */
export interface ChartSeries {
  readonly label: string;
  readonly kind: 'line' | 'dashed' | 'faint' | 'points' | 'line-and-points';
  /** A custom property of the page's style that holds its colour: `--accent`. */
  readonly color: string;
}

type Bounds = (least: number, largest: number) => readonly [low: number, high: number];

/** What a chart shows. */
export interface ChartOptions {
  readonly x: string;
  readonly y: string;
  readonly series: readonly ChartSeries[];
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** Bounds of an axis, from the least and largest value there is; default: a little around them. */
  readonly xRange?: Bounds;
  readonly yRange?: Bounds;
}

/** Columns of a chart: x, which ascends, then y of each series. */
export type ChartData = readonly (readonly (number | null)[] | Float32Array)[];

const height = 280;

/** A chart that follows the size of its box and the colours of the page. */
export class Chart {
  private readonly box: HTMLElement;
  private readonly plot: uPlot;

  constructor(box: HTMLElement, options: ChartOptions) {
    this.box = box;
    box.setAttribute('role', 'img');
    this.describe(`${options.y}, by ${options.x}`);
    this.plot = new uPlot(plotOptions(box, options), emptyData(options), box);
    new ResizeObserver(() => {
      if (box.clientWidth > 0) this.plot.setSize({ width: box.clientWidth, height });
    }).observe(box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.plot.redraw());
  }

  show(data: ChartData): void {
    this.plot.setData(data as uPlot.AlignedData);
  }

  /** Says what the chart shows, for those who cannot see it. */
  describe(words: string): void {
    this.box.setAttribute('aria-label', words);
  }
}

function emptyData({ series }: ChartOptions): uPlot.AlignedData {
  return [[], ...series.map(() => [])] as unknown as uPlot.AlignedData;
}

function plotOptions(box: HTMLElement, options: ChartOptions): uPlot.Options {
  const color = (name: string) => (): string => getComputedStyle(box).getPropertyValue(name).trim();
  const font = '12px system-ui, sans-serif';
  const axis = (label: string, size: number): uPlot.Axis => ({
    label,
    size,
    font,
    labelFont: font,
    labelSize: 16,
    labelGap: 0,
    gap: 4,
    stroke: color('--ink-soft'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  });
  const scale = (log = false, range?: Bounds): uPlot.Scale => ({
    ...(log && { distr: 3 as const }),
    ...(range && { range: (_plot: uPlot, least: number, largest: number) => [...range(least, largest)] }),
  });
  return {
    width: Math.max(box.clientWidth, 200),
    height,
    padding: [12, 12, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: false, ...scale(options.logX, options.xRange) },
      y: scale(options.logY, options.yRange),
    },
    axes: [
      { ...axis(options.x, 24), ...(options.logX && { values: logLabels }) },
      { ...axis(options.y, 46), ...(options.logY && { values: logLabels }) },
    ],
    series: [{}, ...options.series.map((one) => seriesOptions(one, color(one.color)))],
  };
}

function seriesOptions({ label, kind }: ChartSeries, stroke: () => string): uPlot.Series {
  const points = kind === 'points' || kind === 'line-and-points';
  return {
    label,
    stroke,
    width: kind === 'faint' ? 1 : 2.25,
    spanGaps: true,
    ...(kind === 'dashed' && { dash: [7, 5] }),
    ...(kind === 'faint' && { alpha: 0.35 }),
    ...(kind === 'points' && { paths: () => null, alpha: 0.6 }),
    points: points ? { show: true, space: 0, size: 6, fill: stroke, width: 0 } : { show: false },
  };
}

// 1, 0.1, 0.01 …; between them the labels would stand on each other.
function logLabels(_plot: uPlot, values: readonly (number | null)[]): (string | null)[] {
  return values.map((value) =>
    value !== null && Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9
      ? String(Number(value.toPrecision(2)))
      : null,
  );
}
