import ajv04 from 'ajv-draft-04';
import formats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { passes, type Finding, type Review } from '../model/finding.ts';
import { Owners } from '../model/owners.ts';
import { rules } from '../model/rules.ts';
import { approve } from '../review/approvals.ts';
import { reviewPatched, type Patch } from '../testing/patchedSystem.ts';
import { annotations } from './annotations.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { inMarkdown } from './printable.ts';
import { reportOf } from './reportOf.ts';
import { sarifReport } from './sarif.ts';
import { terminalReport } from './terminal.ts';

const orders = (within: string, from: string, to: string): Patch => ({
  file: 'subgraphs/orders/schema.graphql',
  within,
  from,
  to,
});

describe('the text for a pull request of', () => {
  it.each<readonly [string, readonly Patch[]]>([
    ['nothing', []],
    [
      'a new field',
      [orders('type Order\n', '  number: Int!\n', '  number: Int!\n  rush: Boolean @tag(name: "kiosk")\n')],
    ],
    ['a removed field', [orders('type Order\n', '  number: Int!\n', '')]],
    [
      'a new enum value',
      [orders('enum OrderReason {', '  PAYMENT_DECLINED\n', '  PAYMENT_DECLINED\n  STORE_FLOODED\n')],
    ],
    ['a lost tag', [orders('"The amount that the guest is charged."\n  total', ' @tag(name: "kiosk")', ' ')]],
  ])('%s', async (name, patches) => {
    const text = markdownReport(await reviewPatched(patches, ['kiosk']));
    // Lines and numbers of documents change with the system, and say nothing of the text.
    const steady = text.replaceAll(/(\.graphql):\d+/g, '$1:0').replace(/<sub>\d+ subgraphs.*;/, '<sub>…;');
    await expect(steady).toMatchFileSnapshot(`golden/${name.replaceAll(' ', '-')}.md`);
  });
});

const finding: Finding = {
  id: 'field-removed:Order.total',
  rule: 'field-removed',
  severity: 'error',
  subject: 'Order.total',
  message: '`Order.total` is removed <&>',
  why: 'Why, 100%.',
  fix: 'Do this.',
  place: { file: 'subgraphs/orders/schema.graphql', line: 3, column: 5 },
  owners: ['@orders'],
  contracts: ['kiosk'],
  affected: [
    {
      channel: 'kiosk',
      client: 'kiosk',
      version: '1a2b3c4d5',
      document: 'OrderScreen',
      place: { file: 'bffs/kiosk/operations/orderScreen.graphql', line: 7, column: 1 },
      owners: ['@kiosk'],
      severity: 'error',
      how: 'reads it',
    },
  ],
};
const review: Review = { findings: [finding], gaps: ['Nothing.'], looked: { documents: 1 }, against: 'main' };

it('annotations name file, line and column, and escape what would end them', () => {
  expect(annotations(review).split('\n')[0]).toBe(
    '::error file=subgraphs/orders/schema.graphql,line=3,col=5,title=field-removed::`Order.total` is removed <&>%0Akiosk, build 1a2b3c4d5, @kiosk: OrderScreen: reads it%0AWhy, 100%25.%0ADo this.',
  );
});

it('SARIF has the rule, the place, the document and a fingerprint', () => {
  const { version, runs } = JSON.parse(sarifReport(review)) as {
    version: string;
    runs: { tool: { driver: { rules: unknown[] } }; results: Record<string, unknown>[] }[];
  };
  expect(version).toBe('2.1.0');
  expect(runs[0]?.tool.driver.rules).toEqual([
    { id: 'field-removed', shortDescription: { text: rules['field-removed'] } },
  ]);
  expect(runs[0]?.results[0]).toMatchObject({
    ruleId: 'field-removed',
    ruleIndex: 0,
    level: 'error',
    locations: [{ physicalLocation: { region: { startLine: 3, startColumn: 5 } } }],
    relatedLocations: [{ message: { text: 'OrderScreen of kiosk reads it' } }],
    partialFingerprints: { findingId: finding.id },
  });
});

describe('SARIF is valid by the schema of OASIS', () => {
  const ajv = new ajv04.default({ strict: false, allErrors: true });
  formats.default(ajv);
  const isValid = ajv.compile(
    JSON.parse(readFileSync(new URL('sarif-schema-2.1.0.json', import.meta.url), 'utf8')) as object,
  );
  const errorsIn = (log: string) => (isValid(JSON.parse(log)) ? [] : isValid.errors);

  it('for no finding, and for one with documents, owners and an approval', () => {
    const approval = { finding: finding.id, reason: 'All at once.', owner: '@kiosk', expires: '2026-12-31' };
    const { place: _, ...nowhere } = finding;
    expect(errorsIn(sarifReport({ ...review, findings: [] }))).toEqual([]);
    expect(errorsIn(sarifReport({ ...review, findings: [finding, { ...finding, approval }, nowhere] }))).toEqual([]);
  });

  it('and each result has a place, without which GitHub refuses the whole file', () => {
    const { place: _, ...nowhere } = finding;
    const gone = { ...nowhere, affected: [] };
    const findings = [
      nowhere,
      gone,
      { ...gone, contracts: ['settings'] },
      { ...gone, place: { ...finding.place!, file: 'a b.ts' } },
    ];
    const { runs } = JSON.parse(sarifReport({ ...review, findings })) as {
      runs: [{ results: { locations: [{ physicalLocation: { artifactLocation: { uri: string } } }] }[] }];
    };
    expect(runs[0].results.map(({ locations }) => locations[0].physicalLocation.artifactLocation.uri)).toEqual([
      'bffs/kiosk/operations/orderScreen.graphql',
      'schema/channels/kiosk.graphql',
      'schema/supergraph.graphql',
      'a%20b.ts',
    ]);
  });

  it('for what is found in our own graph', async () => {
    const broken = await reviewPatched([orders('type Order\n', '  number: Int!\n', '')], ['kiosk']);
    expect(broken.findings.length).toBeGreaterThan(0);
    expect(errorsIn(sarifReport(broken))).toEqual([]);
  });

  it('and not for anything', () => {
    expect(errorsIn(sarifReport(review).replace('"level": "error"', '"level": "bad"'))).not.toEqual([]);
    expect(errorsIn(sarifReport(review).replace('"startLine": 3', '"startLine": 0'))).not.toEqual([]);
  });
});

it('JUnit escapes XML and counts failures', () => {
  const text = junitReport(review);
  expect(text).toContain('tests="1" failures="1"');
  expect(text).toContain('message="`Order.total` is removed &lt;&amp;&gt;"');
});

it('JUnit has a test where nothing was found, which Jenkins needs, and no character that XML has not', () => {
  expect(junitReport({ ...review, findings: [] })).toContain(
    'tests="1" failures="0" skipped="0">\n    <testcase classname="schema:check" name="nothing found"/>',
  );
  const text = junitReport({ ...review, findings: [{ ...finding, message: 'It is \u001b[31mred\u001b[0m\u0000.' }] });
  expect(text).toContain('It is \ufffd[31mred\ufffd[0m\ufffd.');
});

it('the terminal tells who, where, why and what to do, and what was not looked at', () => {
  const text = terminalReport(review);
  for (const part of ['breaks', 'orderScreen.graphql:7:1', '@kiosk', 'Why, 100%.', '→ Do this.', 'unseen   Nothing.'])
    expect(text).toContain(part);
});

describe('an approval', () => {
  const entry = (expires: string, id = finding.id) =>
    `- finding: ${id}\n  reason: all kiosks are updated at once\n  owner: '@kiosk'\n  expires: ${expires}\n`;
  const run = (text: string) => {
    const findings = approve([finding], text, '2026-06-15', new Owners(''));
    return { findings, good: passes({ ...review, findings }), rules: findings.map(({ rule }) => rule) };
  };

  it('lets what it names pass until its last day', () => {
    expect(run(entry('2026-06-15'))).toMatchObject({ good: true, findings: [{ approval: { owner: '@kiosk' } }] });
  });
  it('fails once it has expired, whether or not the finding is there', () => {
    expect(run(entry('2026-06-14'))).toMatchObject({ good: false, rules: ['field-removed', 'approval-expired'] });
    expect(run(entry('2026-06-14', 'field-removed:A.b'))).toMatchObject({
      rules: ['field-removed', 'approval-expired'],
    });
  });
  it('of nothing is noted', () => {
    expect(run(entry('2026-12-31', 'field-removed:A.b'))).toMatchObject({
      rules: ['field-removed', 'approval-unused'],
    });
  });
  it('holds for a year at most', () => {
    expect(run(entry('2027-06-16'))).toMatchObject({ good: true });
    expect(run(entry('9999-12-31'))).toMatchObject({ good: false, rules: ['field-removed', 'approval-endless'] });
  });
  it('names a day that there is', () => {
    for (const day of ['2026-99-99', '2026-02-30', "'soon'"])
      expect(run(entry(day))).toMatchObject({ good: false, rules: ['field-removed', 'approvals-unreadable'] });
  });
  it('names one finding, and no pattern', () => {
    for (const id of ["'*'", "'field-removed:*'", 'field-removed:Order', 'field-removed:Order.totals'])
      expect(run(entry('2026-12-31', id))).toMatchObject({ good: false, rules: ['field-removed', 'approval-unused'] });
  });
  it('cannot be given to a graph that does not compose, or a document that no channel starts with', () => {
    for (const rule of ['composition', 'document-invalid'])
      expect(
        passes({
          ...review,
          findings: approve([{ ...finding, rule }], entry('2026-12-31'), '2026-06-15', new Owners('')),
        }),
      ).toBe(false);
  });
  it('without a reason, an owner or a day is refused', () => {
    expect(run('- finding: x\n')).toMatchObject({ good: false, rules: ['field-removed', 'approvals-unreadable'] });
  });
  it('of nothing at all may be an empty file', () => {
    for (const text of ['', '[]', '# nothing']) expect(run(text).rules).toEqual(['field-removed']);
  });
});

describe('a text that others wrote moves nothing in a report', () => {
  const nasty =
    '\n::error::owned %0A\u001b[2J\u009b1A\u0000\u202e</details><img src=x onerror=a> ]]> & " | [x](y) **b** `\uffff';
  const hostile: Finding = {
    ...finding,
    message: `\`Order.total\` is ${nasty}`,
    why: nasty,
    fix: nasty,
    place: { file: `docs/a b#c?${nasty}.md`, line: 1, column: 1 },
    affected: [{ ...finding.affected[0]!, client: nasty, document: nasty, how: nasty }],
  };
  const approval = { finding: finding.id, reason: nasty, owner: nasty, expires: '2026-12-31' };
  const all = { ...review, gaps: [nasty], findings: [hostile, { ...hostile, approval }] };
  const told = (format: string) => reportOf(new Set([format]))(all);

  it.each(['', 'markdown', 'annotations', 'sarif', 'junit', 'json'])('%s', (format) => {
    const text = told(format);

    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u0080-\u009f\u202e\uffff]/);
    const commands = text.split('\n').filter((line) => /^\s*(::|##\[)/.test(line));
    expect(commands).toHaveLength(format === 'annotations' ? all.findings.length : 0);
  });

  it('Markdown has no element, link or emphasis but its own', () => {
    const text = told('markdown').replaceAll(/(?<![\\`])`[^`\n]+`/g, '');
    const count = (tag: string): number => text.split(tag).length - 1;
    expect([...new Set(text.match(/<[a-z]+/g))].sort()).toEqual(['<details', '<sub', '<summary']);
    expect(count('</details>')).toBe(count('<details>'));
    expect(text).not.toMatch(/(?<!\\)\[x/);
    expect(text).not.toMatch(/(?<!\\)\*\*b/);
  });

  it.each(['`<b>```', '``<b>`', '`` `<b>', '`\\`<b>`', '` <b>'])('no odd number of backticks hides %s', (text) => {
    expect(inMarkdown(text)).not.toContain('<b>');
  });

  it('JUnit is well-formed, and SARIF is valid', () => {
    const xml = told('junit');
    expect(xml.replaceAll(/&(amp|lt|gt|quot|#10);/g, '')).not.toContain('&');
    expect(new Set(xml.match(/<[^?\s>]+/g))).toEqual(
      new Set(
        ['testsuites', 'testsuite', 'testcase', 'failure', 'system-out'].flatMap((each) => [`<${each}`, `</${each}`]),
      ),
    );
    const { runs } = JSON.parse(told('sarif')) as { runs: { results: { locations: unknown[] }[] }[] };
    expect(JSON.stringify(runs[0]?.results[0]?.locations)).toContain('docs/a%20b%23c%3F');
  });
});
