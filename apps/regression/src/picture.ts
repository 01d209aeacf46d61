import { type Chart, drawCharts } from './chart/chart.ts';
import type { Line } from './program.ts';

/** What there is to see of a run. */
export interface RegressionResult {
  readonly points: readonly (readonly [x: number, y: number])[];
  /** The fitted line y = w x + b. */
  readonly fitted: Line;
  /** The line that the points were made from. */
  readonly truth: Line;
  /** Loss before each step, at least one. */
  readonly losses: readonly number[];
}

/** Draws a run as SVG: the data with both lines, and the loss as it fell. */
export function drawRegression({ points, fitted, truth, losses }: RegressionResult): string {
  const data: Chart = {
    title: `Fitted line: y = ${formatLine(fitted)}`,
    x: { label: 'x', domain: padded(points.map(([x]) => x)) },
    y: { label: 'y', domain: padded(points.map(([, y]) => y)) },
    legend: 'top-left',
    series: [
      { label: `data, ${points.length} points`, kind: 'points', color: '#3b7dd8', data: points },
      {
        label: `true line: ${formatLine(truth)}`,
        kind: 'line',
        color: '#52606d',
        dash: '7 5',
        data: ends(points, truth),
      },
      { label: 'fitted line', kind: 'line', color: '#e8590c', data: ends(points, fitted) },
    ],
  };
  const curve: Chart = {
    title: `Loss over ${losses.length} steps`,
    x: { label: 'step', domain: [1, Math.max(2, losses.length)], scale: 'log' },
    y: { label: 'mean squared error', domain: lossDomain(losses), scale: 'log' },
    legend: 'top-right',
    series: [
      {
        label: `loss, at the end ${losses[losses.length - 1]!.toPrecision(3)}`,
        kind: 'line',
        color: '#e8590c',
        data: losses.map((loss, step) => [step + 1, loss] as const),
      },
    ],
  };
  return drawCharts(
    [data, curve],
    `Linear regression: ${points.length} points with the line y = ${formatLine(fitted)} fitted to them, and the mean squared error falling from ${losses[0]!.toPrecision(3)} to ${losses[losses.length - 1]!.toPrecision(3)} over ${losses.length} steps.`,
  );
}

function formatLine({ w, b }: Line): string {
  if (b === 0) return `${w}x`;
  return `${w.toFixed(3)}x ${b < 0 ? '−' : '+'} ${Math.abs(b).toFixed(3)}`;
}

function padded(values: readonly number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = 0.05 * (high - low);
  return [low - margin, high + margin];
}

function ends(points: RegressionResult['points'], { w, b }: Line): [number, number][] {
  const [left, right] = padded(points.map(([x]) => x));
  return [left, right].map((x) => [x, w * x + b]);
}

// From a bit below the least loss to a bit above the largest; a log scale has no place for zero.
function lossDomain(losses: readonly number[]): [number, number] {
  const shown = losses.filter((loss) => loss > 0 && Number.isFinite(loss));
  if (shown.length === 0) return [0.1, 10];
  return [Math.min(...shown) / 1.4, Math.max(...shown) * 1.4];
}
