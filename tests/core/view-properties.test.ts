// Any chain of views is the same as the same chain over nested positions, in reading and in writing.
import { cpu } from '@flambeau/backend-cpu';
import { arange, diagonal, type Range, setDefaultDevice, type Tensor, unflatten } from '@flambeau/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

setDefaultDevice(cpu());

/** What a view is: a shape, and for each coordinate the element of the base that it shows. */
interface Reference {
  readonly shape: readonly number[];
  readonly at: (position: readonly number[]) => number;
}

/** A step whose numbers are taken modulo what the shape allows, so that every draw fits every shape. */
interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly numbers: readonly number[];
}

const KINDS = [
  'reshape',
  'permute',
  'transpose',
  'expand',
  'narrow',
  'flip',
  'squeeze',
  'unsqueeze',
  'select',
  'at',
  'unflatten',
  'diagonal',
] as const;

const count = (shape: readonly number[]): number => shape.reduce((p, n) => p * n, 1);

/** Every coordinate of a shape in row-major order. */
function positions(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, n) => all.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i])),
    [[]],
  );
}

function flatIndex(shape: readonly number[], position: readonly number[]): number {
  return shape.reduce((flat, n, axis) => flat * n + (position[axis] as number), 0);
}

function unflat(shape: readonly number[], flat: number): number[] {
  let rest = flat;
  return shape.reduceRight<number[]>((out, n) => {
    out.unshift(rest % n);
    rest = Math.floor(rest / n);
    return out;
  }, []);
}

const replaced = <T>(list: readonly T[], at: number, ...items: readonly T[]): T[] => [
  ...list.slice(0, at),
  ...items,
  ...list.slice(at + 1),
];

/** A tensor and its reference after a step; null where the step has no meaning for this shape. */
type Apply = (
  x: Tensor,
  ref: Reference,
  pick: (below: number) => number,
) => readonly [Tensor, Reference] | null;

const reshaped: Apply = (x, ref, pick) => {
  const size = count(ref.shape);
  const shape: number[] = [];
  for (let rest = size; rest > 1; ) {
    const factors = Array.from({ length: rest - 1 }, (_, i) => i + 2).filter((n) => rest % n === 0);
    const factor = factors[pick(factors.length)] as number;
    shape.push(factor);
    rest /= factor;
  }
  if (size === 0) return null;
  const from = ref.shape;
  return [x.reshape(shape), { shape, at: (p) => ref.at(unflat(from, flatIndex(shape, p))) }];
};

const permuted: Apply = (x, ref, pick) => {
  const left = [...ref.shape.keys()];
  const order = ref.shape.map(() => left.splice(pick(left.length), 1)[0] as number);
  const shape = order.map((axis) => ref.shape[axis] as number);
  const at = (p: readonly number[]): number => {
    const back: number[] = [];
    order.forEach((axis, i) => {
      back[axis] = p[i] as number;
    });
    return ref.at(back);
  };
  return [x.permute(order), { shape, at }];
};

const transposed: Apply = (x, ref, pick) => {
  if (ref.shape.length === 0) return null;
  const [a, b] = [pick(ref.shape.length), pick(ref.shape.length)];
  const swap = <T>(list: readonly T[]): T[] =>
    list.map((value, i) => (i === a ? list[b] : i === b ? list[a] : value) as T);
  return [x.transpose(a, b - ref.shape.length), { shape: swap(ref.shape), at: (p) => ref.at(swap(p)) }];
};

const expanded: Apply = (x, ref, pick) => {
  const lead = pick(2);
  const shape = [...new Array<number>(lead).fill(2), ...ref.shape.map((n) => (n === 1 ? 1 + pick(3) : n))];
  const at = (p: readonly number[]): number =>
    ref.at(p.slice(lead).map((i, axis) => (ref.shape[axis] === 1 ? 0 : i)));
  return [x.expand(shape), { shape, at }];
};

const narrowed: Apply = (x, ref, pick) => {
  if (ref.shape.length === 0) return null;
  const axis = pick(ref.shape.length);
  const size = ref.shape[axis] as number;
  const start = pick(size + 1);
  const length = pick(size - start + 1);
  const at = (p: readonly number[]): number => ref.at(replaced(p, axis, (p[axis] as number) + start));
  return [x.narrow(axis, start, length), { shape: replaced(ref.shape, axis, length), at }];
};

const flipped: Apply = (x, ref, pick) => {
  const axes = ref.shape.flatMap((_, axis) => (pick(2) === 1 ? [axis] : []));
  const at = (p: readonly number[]): number =>
    ref.at(p.map((i, axis) => (axes.includes(axis) ? (ref.shape[axis] as number) - 1 - i : i)));
  return [x.flip(axes), { shape: ref.shape, at }];
};

const squeezed: Apply = (x, ref) => {
  const kept = ref.shape.flatMap((n, axis) => (n === 1 ? [] : [axis]));
  const at = (p: readonly number[]): number =>
    ref.at(ref.shape.map((_, axis) => (kept.includes(axis) ? (p[kept.indexOf(axis)] as number) : 0)));
  return [x.squeeze(), { shape: kept.map((axis) => ref.shape[axis] as number), at }];
};

const unsqueezed: Apply = (x, ref, pick) => {
  const axis = pick(ref.shape.length + 1);
  const shape = [...ref.shape.slice(0, axis), 1, ...ref.shape.slice(axis)];
  return [x.unsqueeze(axis), { shape, at: (p) => ref.at([...p.slice(0, axis), ...p.slice(axis + 1)]) }];
};

const selected: Apply = (x, ref, pick) => {
  if (count(ref.shape) === 0 || ref.shape.length === 0) return null;
  const axis = pick(ref.shape.length);
  const size = ref.shape[axis] as number;
  const position = pick(size);
  const at = (p: readonly number[]): number => ref.at([...p.slice(0, axis), position, ...p.slice(axis)]);
  return [x.select(axis, position - size), { shape: replaced(ref.shape, axis), at }];
};

/** A range as Python means it, counted out. */
function walk(size: number, start: number, stop: number, step: number): number[] {
  const out: number[] = [];
  if (step > 0) for (let i = Math.max(start, 0); i < Math.min(stop, size); i += step) out.push(i);
  else for (let i = Math.min(start, size - 1); i > Math.max(stop, -1); i += step) out.push(i);
  return out;
}

/** A range for each dimension, and the part they leave. */
function rangesOf(ref: Reference, pick: (below: number) => number): { ranges: Range[]; part: Reference } {
  const ranges: Range[] = [];
  const walked = ref.shape.map((size) => {
    const step = [1, 2, 3, -1, -2][pick(5)] as number;
    const [start, stop] = [pick(size + 3), pick(size + 3)];
    ranges.push([start, stop, step]);
    return walk(size, start, stop, step);
  });
  const at = (p: readonly number[]): number => ref.at(p.map((i, axis) => walked[axis]?.[i] as number));
  return { ranges, part: { shape: walked.map((list) => list.length), at } };
}

const ranged: Apply = (x, ref, pick) => {
  const { ranges, part } = rangesOf(ref, pick);
  return [x.at(...ranges), part];
};

const unflattened: Apply = (x, ref, pick) => {
  if (ref.shape.length === 0) return null;
  const axis = pick(ref.shape.length);
  const size = ref.shape[axis] as number;
  const factors = Array.from({ length: size }, (_, i) => i + 1).filter((n) => size % n === 0);
  const outer = factors[pick(factors.length)];
  if (outer === undefined) return null;
  const inner = size / outer;
  const at = (p: readonly number[]): number =>
    ref.at([
      ...p.slice(0, axis),
      (p[axis] as number) * inner + (p[axis + 1] as number),
      ...p.slice(axis + 2),
    ]);
  return [unflatten(x, axis, [outer, -1]), { shape: replaced(ref.shape, axis, outer, inner), at }];
};

const onDiagonal: Apply = (x, ref, pick) => {
  const rank = ref.shape.length;
  if (rank < 2) return null;
  const dim1 = pick(rank);
  const dim2 = (dim1 + 1 + pick(rank - 1)) % rank;
  const [rows, columns] = [ref.shape[dim1] as number, ref.shape[dim2] as number];
  const offset = pick(rows + columns + 1) - rows;
  const length = Math.max(
    0,
    offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns),
  );
  const rest = [...ref.shape.keys()].filter((axis) => axis !== dim1 && axis !== dim2);
  const at = (p: readonly number[]): number => {
    const back = new Array<number>(rank);
    rest.forEach((axis, i) => {
      back[axis] = p[i] as number;
    });
    const along = p[rest.length] as number;
    back[dim1] = along + Math.max(-offset, 0);
    back[dim2] = along + Math.max(offset, 0);
    return ref.at(back);
  };
  const shape = [...rest.map((axis) => ref.shape[axis] as number), length];
  return [diagonal(x, { offset, dim1, dim2 }), { shape, at }];
};

const apply: Readonly<Record<Step['kind'], Apply>> = {
  reshape: reshaped,
  permute: permuted,
  transpose: transposed,
  expand: expanded,
  narrow: narrowed,
  flip: flipped,
  squeeze: squeezed,
  unsqueeze: unsqueezed,
  select: selected,
  at: ranged,
  unflatten: unflattened,
  diagonal: onDiagonal,
};

/** Takes numbers from a step in turn, each modulo what is asked for. */
function picker({ numbers }: Step): (below: number) => number {
  let next = 0;
  return (below) => (below < 1 ? 0 : (numbers[next++ % numbers.length] as number) % below);
}

/** Runs a chain; steps without meaning are left out, and so is growth beyond what a test should take. */
function run(shape: readonly number[], steps: readonly Step[], base: Tensor): readonly [Tensor, Reference] {
  let made: readonly [Tensor, Reference] = [base, { shape, at: (p) => flatIndex(shape, p) }];
  for (const step of steps) {
    const next = apply[step.kind](made[0], made[1], picker(step));
    if (next && count(next[1].shape) <= 200 && next[1].shape.length <= 6) made = next;
  }
  return made;
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    numbers: fc.array(fc.nat(60), { minLength: 4, maxLength: 4 }),
  }),
  { maxLength: 6 },
);
const chains = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
  steps,
});

const fixed = { seed: 20_240_229, numRuns: 2000 };
const values = (x: Tensor): number[] => [...x.dataSync()];

test('reading through a chain of views', () => {
  fc.assert(
    fc.property(chains, ({ shape, steps: chain }) => {
      const [view, ref] = run(shape, chain, arange(count(shape)).reshape(shape));
      expect(view.shape).toEqual(ref.shape);
      expect(values(view)).toEqual(positions(ref.shape).map(ref.at));
    }),
    fixed,
  );
});

/** How a value is written, and what a written element becomes. */
const writes: readonly (readonly [string, (view: Tensor) => void, (old: number) => number])[] = [
  ['fill_', (view) => void view.fill_(-5), () => -5],
  ['add_', (view) => void view.add_(1000), (old) => old + 1000],
  ['setAt', (view) => void view.setAt(['...'], -3), () => -3],
];

test.each(writes)(
  'writing through a chain of views by %s changes what it shows and nothing else',
  (_name, write, becomes) => {
    fc.assert(
      fc.property(chains, ({ shape, steps: chain }) => {
        const base = arange(count(shape)).reshape(shape);
        const [view, ref] = run(shape, chain, base);
        const isView = view.storage === base.storage;
        const shown = positions(ref.shape).map(ref.at);
        // An element that is shown several times has no one value to be added to.
        if (new Set(shown).size < shown.length) return;
        write(view);
        const expected = Array.from({ length: count(shape) }, (_, i) =>
          isView && shown.includes(i) ? becomes(i) : i,
        );
        expect(values(base)).toEqual(expected);
        expect(values(view)).toEqual(shown.map(becomes));
      }),
      fixed,
    );
  },
);

test('writing values into part of a view', () => {
  fc.assert(
    fc.property(chains, steps, ({ shape, steps: chain }, more) => {
      const base = arange(count(shape)).reshape(shape);
      const [view, ref] = run(shape, chain, base);
      const [first] = more;
      if (!first || view.storage !== base.storage) return;
      const { ranges, part } = rangesOf(ref, picker(first));
      const shown = positions(part.shape).map(part.at);
      if (new Set(shown).size < shown.length) return;
      view.setAt(ranges, arange(shown.length).add(500).reshape(part.shape));
      const expected = Array.from({ length: count(shape) }, (_, i) =>
        shown.includes(i) ? 500 + shown.indexOf(i) : i,
      );
      expect(values(base)).toEqual(expected);
    }),
    fixed,
  );
});
