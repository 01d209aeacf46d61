/** What a reduction collects: the fields of `struct State`, a word each. */
export type Fields = Readonly<Record<string, 'f32' | 'i32' | 'u32'>>;

const entries = (fields: Fields): (readonly [string, string])[] => Object.entries(fields);

/** What the struct and its functions are called, where a kernel collects several kinds. */
export interface StateNames {
  readonly state: string;
  readonly join: string;
  readonly together: string;
}

const NAMES: StateNames = { state: 'State', join: 'join', together: 'together' };

/** The text of the struct. */
export function stateText(fields: Fields, { state }: StateNames = NAMES): string {
  return `struct ${state} { ${entries(fields)
    .map(([name, type]) => `${name}: ${type}`)
    .join(', ')} }`;
}

/** How many words a state takes. */
export const stateWords = (fields: Fields): number => entries(fields).length;

/** The text of `fn kept(at: i32) -> State`, which reads a state from words. */
export function keptText(fields: Fields, words: string): string {
  const size = stateWords(fields);
  const parts = entries(fields).map(([, type], i) => `bitcast<${type}>(${words}[at * ${size} + ${i}])`);
  return `fn kept(at: i32) -> State { return State(${parts.join(', ')}); }`;
}

/** The text of `fn keep(at: i32, s: State)`, which writes a state into words. */
export function keepText(fields: Fields, words: string): string {
  const size = stateWords(fields);
  const lines = entries(fields).map(
    ([name], i) => `${words}[at * ${size} + ${i}] = bitcast<u32>(s.${name});`,
  );
  return `fn keep(at: i32, s: State) { ${lines.join(' ')} }`;
}

/**
 * The text of `fn together(own: State, thread: u32) -> State`: `fn join` over what the invocations of a group have, in an
 * order that is the same in every run. All of them get the result.
 */
export function togetherText(
  fields: Fields,
  threads: number,
  subgroups: boolean,
  { state, join, together }: StateNames = NAMES,
): string {
  const slots = `${together}Slots`;
  const head = `var<workgroup> ${slots}: array<${state}, ${threads}>;
fn ${together}(own: ${state}, thread: u32) -> ${state} {`;
  if (!subgroups) {
    return `${head}
  ${slots}[thread] = own;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half > 0u; half >>= 1u) {
    if (thread < half) { ${slots}[thread] = ${join}(${slots}[thread], ${slots}[thread + half]); }
    workgroupBarrier();
  }
  let all = ${slots}[0];
  workgroupBarrier();
  return all;
}`;
  }
  const other = (s: string): string =>
    `${state}(${entries(fields)
      .map(([name]) => `subgroupShuffleXor(${s}.${name}, apart)`)
      .join(', ')})`;
  return `${head}
  var s = own;
  for (var apart = lanes >> 1u; apart > 0u; apart >>= 1u) { s = ${join}(s, ${other('s')}); }
  if (lane == 0u) { ${slots}[thread / lanes] = s; }
  workgroupBarrier();
  let subgroups = ${threads}u / lanes;
  var all = ${slots}[lane % subgroups];
  for (var i = lane + lanes; i < subgroups; i += lanes) { all = ${join}(all, ${slots}[i]); }
  for (var apart = min(lanes, subgroups) >> 1u; apart > 0u; apart >>= 1u) { all = ${join}(all, ${other('all')}); }
  workgroupBarrier();
  return all;
}`;
}
