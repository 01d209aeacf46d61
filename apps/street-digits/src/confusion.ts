const classes = 10;

/** How often each digit was taken for each: row = what it is, column = what it was taken for. */
export type Confusion = readonly (readonly number[])[];

/** Counts what each digit was taken for. */
export function countConfusion(labels: Iterable<number>, predictions: ArrayLike<number>): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let i = 0;
  for (const label of labels) counts[label]![predictions[i++]!]!++;
  return counts;
}

/** The matrix as text, with each digit's share of right answers at the end of its row. */
export function formatConfusion(counts: Confusion): string {
  const cell = Math.max(3, ...counts.flat().map((count) => String(count).length)) + 1;
  const digits = Array.from({ length: classes }, (_, digit) => String(digit).padStart(cell)).join('');
  const rows = counts.map((row, digit) => {
    const cells = row.map((count) => (count === 0 ? '·' : String(count)).padStart(cell)).join('');
    return `${String(digit).padStart(5)} │${cells}   ${formatShare(row[digit]!, sumOf(row))}`;
  });
  return [
    `      │ taken for`,
    ` is   │${digits}   right`,
    `──────┼${'─'.repeat(digits.length)}`,
    ...rows,
  ].join('\n');
}

const cellSide = 44;
const left = 76;
const top = 84;

/** The matrix as the text of an SVG file; cells are shaded by their share of the row. */
export function drawConfusion(counts: Confusion, title: string): string {
  const width = left + classes * cellSide + 84;
  const height = top + classes * cellSide + 24;
  const centre = (i: number): number => i * cellSide + cellSide / 2;
  const cells = counts.flatMap((row, is) => {
    const total = sumOf(row);
    return row.map((count, taken) => cell(count, total === 0 ? 0 : count / total, is, taken));
  });
  const heads = counts.flatMap((row, digit) => [
    text(String(digit), left + centre(digit), top - 10, 'text-anchor="middle" font-weight="bold"'),
    text(String(digit), left - 14, top + centre(digit) + 5, 'text-anchor="middle" font-weight="bold"'),
    text(
      formatShare(row[digit]!, sumOf(row)).trim(),
      width - 12,
      top + centre(digit) + 5,
      'text-anchor="end"',
    ),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="Arimo, 'Helvetica Neue', Helvetica, Arial, sans-serif" font-size="14" fill="#1f2933">`,
    `<title>${title}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(title, left, 28, 'font-size="16" font-weight="bold"'),
    text('taken for', left + (classes * cellSide) / 2, top - 34, 'text-anchor="middle"'),
    text('right', width - 12, top - 10, 'text-anchor="end"'),
    `<g transform="translate(24 ${top + (classes * cellSide) / 2}) rotate(-90)">${text('is', 0, 0, 'text-anchor="middle"')}</g>`,
    ...cells,
    ...heads,
    '</svg>\n',
  ].join('\n');
}

function cell(count: number, share: number, is: number, taken: number): string {
  const x = left + taken * cellSide;
  const y = top + is * cellSide;
  const color = is === taken ? '#1c7ed6' : '#e03131';
  // Mistakes are few: the root makes them visible.
  const shade = is === taken ? share : Math.sqrt(share);
  const words = `<title>${is} taken for ${taken}: ${count}</title>`;
  const square = `<rect x="${x}" y="${y}" width="${cellSide}" height="${cellSide}" fill="${color}" fill-opacity="${shade.toFixed(3)}" stroke="#e4e7eb">${words}</rect>`;
  if (count === 0) return square;
  const ink = shade > 0.6 ? 'fill="#fff"' : '';
  return square + text(String(count), x + cellSide / 2, y + cellSide / 2 + 5, `text-anchor="middle" ${ink}`);
}

function text(words: string, x: number, y: number, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${words}</text>`;
}

function formatShare(part: number, whole: number): string {
  return whole === 0 ? '    –' : `${((100 * part) / whole).toFixed(1).padStart(5)} %`;
}

function sumOf(row: readonly number[]): number {
  return row.reduce((sum, count) => sum + count, 0);
}
