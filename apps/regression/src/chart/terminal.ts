/** What a plot in text shows: points, and a line y = w x + b through them. */
export interface TextPlot {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly line: { readonly w: number; readonly b: number };
  /** Columns and rows of the plot, without axes. */
  readonly columns?: number;
  readonly rows?: number;
  /** Colors the line, for terminals. */
  readonly color?: boolean;
}

const labelWidth = 6;

/** Draws points (·, or : where two or more share a place) and a line (━) in text, with axes. */
export function plotText({ points, line, columns = 64, rows = 18, color = false }: TextPlot): string {
  const [left, right] = extent(points.map(([x]) => x));
  const [bottom, top] = extent(points.map(([, y]) => y));
  const grid = Array.from({ length: rows }, () => new Array<string>(columns).fill(' '));
  const columnOf = (x: number): number => Math.round(((x - left) / (right - left)) * (columns - 1));
  const rowOf = (y: number): number => Math.round(((top - y) / (top - bottom)) * (rows - 1));
  for (const [x, y] of points) {
    const row = grid[rowOf(y)]!;
    const column = columnOf(x);
    row[column] = row[column] === ' ' ? '·' : ':';
  }
  const mark = color ? '\u001b[33m━\u001b[0m' : '━';
  for (let column = 0; column < columns; column++) {
    const x = left + (column / (columns - 1)) * (right - left);
    const row = grid[rowOf(line.w * x + line.b)];
    if (row) row[column] = mark;
  }
  const labelled = new Map([
    [0, top],
    [Math.floor((rows - 1) / 2), top - (Math.floor((rows - 1) / 2) / (rows - 1)) * (top - bottom)],
    [rows - 1, bottom],
  ]);
  const lines = grid.map((row, i) => {
    const value = labelled.get(i);
    return `${(value?.toFixed(2) ?? '').padStart(labelWidth)} ${value === undefined ? '│' : '┤'}${row.join('')}`;
  });
  const middle = ((left + right) / 2).toFixed(2);
  const half = Math.floor(columns / 2);
  const pad = ' '.repeat(labelWidth + 2);
  lines.push(
    `${' '.repeat(labelWidth + 1)}└${'─'.repeat(columns)}`,
    `${pad}${left.toFixed(2).padEnd(half - 2)}${middle.padEnd(columns - half + 2 - 4)}${right.toFixed(2)}`,
  );
  return lines.map((text) => text.trimEnd()).join('\n');
}

function extent(values: readonly number[]): [low: number, high: number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return high > low ? [low, high] : [low - 1, high + 1];
}
