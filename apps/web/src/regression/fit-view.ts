import type { Line } from '@flambeau/app-regression/program';
import { Chart } from '../shared/chart.ts';
import { beforeFrame, find, setText } from '../shared/dom.ts';
import { equation, perSecond, threeDigits } from '../shared/numbers.ts';
import type { FitReply } from './protocol.ts';

type Points = Extract<FitReply, { readonly type: 'points' }>;
type Progress = Extract<FitReply, { readonly type: 'progress' }>;

/** What there is to see of a fit: points with the lines, the loss as it falls, and numbers. */
export class FitView {
  private readonly lineChart: Chart;
  private readonly lossChart: Chart;
  private points: Points = {
    type: 'points',
    x: new Float32Array(),
    y: new Float32Array(),
    truth: { w: 0, b: 0 },
  };
  private steps = 1;
  private losses: number[] = [];
  private line: Line | null = null;
  private stepsPerSecond = 0;
  private readonly drawSoon = beforeFrame(() => this.draw());

  constructor() {
    this.lineChart = new Chart(find('#line-chart', HTMLElement), {
      x: 'x',
      y: 'y',
      xRange: () => padded(this.points.x),
      yRange: () => padded(this.points.y),
      series: [
        { label: 'data', kind: 'points', color: '--data' },
        { label: 'true line', kind: 'dashed', color: '--ink-soft' },
        { label: 'fitted line', kind: 'line', color: '--accent' },
      ],
    });
    this.lossChart = new Chart(find('#loss-chart', HTMLElement), {
      x: 'step',
      y: 'mean squared error',
      logX: true,
      logY: true,
      xRange: () => [1, Math.max(10, this.steps)],
      series: [{ label: 'loss', kind: 'line', color: '--accent' }],
    });
  }

  /** Begins anew, with the points to be fitted. */
  begin(points: Points, steps: number): void {
    Object.assign(this, { points, steps, losses: [], line: null, stepsPerSecond: 0 });
    this.drawSoon();
  }

  add({ losses, w, b, stepsPerSecond }: Progress): void {
    this.losses.push(...losses);
    this.line = { w, b };
    this.stepsPerSecond = stepsPerSecond;
    this.drawSoon();
  }

  private draw(): void {
    const { losses, line } = this;
    const { x, y, truth } = this.points;
    const through = ({ w, b }: Line): number[] => Array.from(x, (at) => w * at + b);
    this.lineChart.show([x, y, through(truth), line ? through(line) : Array.from(x, () => null)]);
    this.lossChart.show([losses.map((_, i) => i + 1), losses]);
    const loss = losses.at(-1);
    const [fitted, error] = [line ? equation(line) : '–', loss === undefined ? '–' : threeDigits(loss)];
    setText('#step', losses.length > 0 ? `${losses.length} / ${this.steps}` : '–');
    setText('#loss', error);
    setText('#rate', perSecond(this.stepsPerSecond));
    setText('#line', fitted);
    this.lineChart.describe(
      `${x.length} points, the true line ${equation(truth)}, the fitted line ${fitted}`,
    );
    this.lossChart.describe(`Mean squared error over ${losses.length} steps, now ${error}`);
  }
}

/** From a little below the least value to a little above the largest. */
function padded(values: Float32Array): [number, number] {
  if (values.length === 0) return [-1, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.05 * (high - low);
  return [low - margin, high + margin];
}
