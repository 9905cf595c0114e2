import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { compareFile, type OurPosting } from './compareFile.ts';
import { readPartnerFile, type PartnerFile } from './partnerFile.ts';

type Entry = PartnerFile['entries'][number];

const day = '2026-06-01';
const [anna, ben] = [uuidv7(), uuidv7()];
const [first, second, third] = [uuidv7(), uuidv7(), uuidv7()];

const whole = (...lines: string[]): string => {
  const text = `${lines.join('\n')}\n`;
  return `${text}T,${createHash('sha256').update(text).digest('hex')}\n`;
};
const columns = 'entry,key,account,kind,points,bookedAt';
const rows = [
  `lp_1,${first},${anna},EARN,12,${day}T10:00:00.000Z`,
  `lp_2,${second},${ben},EARN,5,${day}T11:00:00.000Z`,
  `lp_3,${third},${anna},BURN,3,${day}T12:00:00.000Z`,
];
const good = whole(`H,1,${day},3,17,3`, columns, ...rows);
const problemsOf = (text: string) => {
  const read = readPartnerFile(text);
  return read.kind === 'refused' ? read.problems.map(({ line, message }) => `${line} ${message}`) : [];
};

describe('a file of the loyalty partner', () => {
  it('is read, with any line ends and with a byte order mark', () => {
    for (const text of [good, good.replaceAll('\n', '\r\n'), good.trimEnd(), `\uFEFF${good}`])
      expect(readPartnerFile(text)).toMatchObject({
        kind: 'read',
        file: {
          day,
          entries: [
            { line: 3, points: 12 },
            { line: 4, points: 5 },
            { line: 5, key: third, points: -3 },
          ],
        },
      });
    expect(problemsOf(whole(`H,1,${day},0,0,0`, columns))).toEqual([]);
  });

  it.each([
    ['cut off', good.split('\n').slice(0, 4).join('\n'), [/^4 is no trailer.*cut off/]],
    [
      'changed on its way',
      good.replace(',12,', ',13,'),
      [/^1 promises 17 points earned, and there are 18/, /^6 has the/],
    ],
    ['changed with its sums', good.replace('17,3', '18,3').replace(',12,', ',13,'), [/^6 has the checksum/]],
    [
      'one line short',
      good.replace(`${rows[1]!}\n`, ''),
      [/^1 promises 3 entries, and there are 2/, /^1 prom/, /^5 has/],
    ],
    ['of another form', good.replace('H,1,', 'H,2,'), [/^1 is no header/]],
    ['without columns', good.replace(columns, 'entry'), [/^2 does not name/]],
    [
      'with lines that are no entries',
      whole(`H,1,${day},3,17,3`, columns, rows[0]!, 'lp_2,x', rows[2]!.replace('BURN,3', 'BURN,-3')),
      [/^4 is no entry/, /^5 is no entry/],
    ],
    [
      'with another day',
      whole(`H,1,${day},1,12,0`, columns, rows[0]!.replace(`${day}T`, '2026-06-02T')),
      [/^3 was booked at 2026-06-02/],
    ],
    ['empty', '', [/^1 is no header/, /^2 does not/, /no trailer/]],
  ])('is refused when it is %s, with the lines', (_what, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toEqual(expected.map((each) => expect.stringMatching(each) as string));
  });

  it('tells twenty problems at most', () => {
    const problems = problemsOf(whole(`H,1,${day},30,0,0`, columns, ...Array.from({ length: 30 }, () => 'x')));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('23 and 10 more');
  });
});

describe('the comparison with the ledger', () => {
  const entry = (over: Partial<Entry>): Entry => ({
    line: 3,
    entry: 'lp_1',
    key: first,
    account: anna,
    points: 12,
    ...over,
  });
  const ours = (over: Partial<OurPosting> = {}): OurPosting => ({
    key: first,
    account: anna,
    points: 12,
    bookedOn: day,
    ...over,
  });
  const compared = (entries: Entry[], postings: OurPosting[]) =>
    compareFile({ day, checksum: '', entries }, postings, new Set([anna, ben])).map(({ kind, subject }) => [
      kind,
      subject,
    ]);

  it.each([
    ['the same', [entry({})], [ours()], []],
    ['an answer that was lost', [entry({})], [ours({ bookedOn: null })], []],
    ['what the partner has not confirmed yet', [], [ours({ bookedOn: null })], []],
    ['missing', [], [ours()], [['MISSING', first]]],
    ['doubled', [entry({}), entry({ entry: 'lp_2', line: 4 })], [ours()], [['DOUBLED', first]]],
    ['booked again on another day', [entry({})], [ours({ bookedOn: '2026-05-31' })], [['DOUBLED', first]]],
    ['another amount', [entry({ points: 13 })], [ours()], [['WRONG_AMOUNT', first]]],
    ['earned in place of burned', [entry({ points: 12 })], [ours({ points: -12 })], [['WRONG_AMOUNT', first]]],
    [
      'an account that is not ours',
      [entry({ account: uuidv7() })],
      [ours()],
      [
        ['UNKNOWN_ACCOUNT', 'lp_1'],
        ['MISSING', first],
      ],
    ],
    [
      'an account of somebody else',
      [entry({ account: ben })],
      [ours()],
      [
        ['UNKNOWN_ENTRY', 'lp_1'],
        ['MISSING', first],
      ],
    ],
    ['a key that nobody asked for', [entry({ key: second })], [], [['UNKNOWN_ENTRY', 'lp_1']]],
  ])('finds %s', (_what, entries, postings, expected) => {
    expect(compared(entries, postings)).toEqual(expected);
  });
});
