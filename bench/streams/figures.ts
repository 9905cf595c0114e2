/** The measured figures of one system, by name. A figure that does not apply to it is missing. */
export type Measured = Readonly<Record<string, number | undefined>>;

export interface FigureSpec {
  readonly name: string;
  readonly unit: string;
  /** An aim for the channel: a value below a bound, or a value that is so many times less than the plain server's. */
  readonly aim?:
    { readonly kind: 'below'; readonly bound: number } | { readonly kind: 'timesLess'; readonly times: number };
}

/** The aims hold for this many subscribers. */
export const aimedAt = 10_000;

export interface Row extends FigureSpec {
  readonly scenario: string;
  readonly variant: string;
  readonly channel: number | undefined;
  readonly plain: number | undefined;
  /** The plain server's value divided by the channel's. */
  readonly ratio: number | undefined;
  readonly met: boolean | undefined;
}

export function rowsOf(
  scenario: string,
  variant: string,
  specs: readonly FigureSpec[],
  channel: Measured,
  plain: Measured,
): Row[] {
  return specs.map((spec) => {
    const [ours, theirs] = [channel[spec.name], plain[spec.name]];
    const ratio = ours !== undefined && theirs !== undefined && ours > 0 ? theirs / ours : undefined;
    return { ...spec, scenario, variant, channel: ours, plain: theirs, ratio, met: isMet(spec.aim, ours, ratio) };
  });
}

/** Whether the aim was reached. Undefined if there is no aim, or if its figure could not be measured. */
function isMet(aim: FigureSpec['aim'], ours: number | undefined, ratio: number | undefined): boolean | undefined {
  switch (aim?.kind) {
    case 'below':
      return ours === undefined ? undefined : ours < aim.bound;
    case 'timesLess':
      return ratio === undefined ? undefined : ratio >= aim.times;
    default:
      return undefined;
  }
}

const number = (value: number | undefined): string =>
  value === undefined ? '–' : value >= 100 ? value.toFixed(0) : value.toFixed(1);

const aimText = ({ aim, met, unit }: Row): string => {
  if (!aim || met === undefined) return '';
  return `${met ? 'met' : 'missed'}: ${aim.kind === 'below' ? `< ${aim.bound} ${unit}` : `>= ${aim.times} times less`}`;
};

export function print(rows: readonly Row[]): void {
  for (const row of rows) {
    const cells = [
      row.name.padEnd(42),
      row.unit.padEnd(5),
      number(row.channel).padStart(9),
      number(row.plain).padStart(9),
      `${number(row.ratio)}${row.ratio === undefined ? '' : ' x'}`.padStart(9),
      `  ${aimText(row)}`,
    ];
    console.log(`  ${cells.join(' ')}`.trimEnd());
  }
}

export const heading = (title: string): void =>
  console.log(
    `\n${title}\n  ${[''.padEnd(48), 'channel'.padStart(9), 'plain'.padStart(9), 'ratio'.padStart(9)].join(' ')}`,
  );

/** The percentile of values in any order; `share` is from 0 to 1. Undefined for no values. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
