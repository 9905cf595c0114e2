import graphqlPlugin from '@graphql-eslint/eslint-plugin';
import { Linter } from 'eslint';
import type { Tree } from '../against/tree.ts';
import type { Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';
import { lintRules, type LintRule } from './lintRules.ts';

const prefix = '@graphql-eslint/';
const levels = { error: 2, warning: 1, off: 0 } as const;
const linter = new Linter({ configType: 'flat' });
const known = new Map<string, { readonly text: string; readonly findings: readonly Finding[] }>();

/** What the linter says of the SDL of all subgraphs and views. A text that has not changed is not linted again. */
export const lintFindings = (tree: Tree, owners: Owners): Finding[] =>
  ['subgraphs', 'bffs']
    .flatMap((folder) => tree.list(folder))
    .filter((file) => /^[^/]+\/[^/]+\/schema\.graphql$/.test(file))
    .flatMap((file) => {
      const text = tree.read(file) ?? '';
      const before = known.get(file);
      if (before?.text === text) return before.findings;
      const findings = lintText(file, text, owners);
      known.set(file, { text, findings });
      return findings;
    });

/** @param rules those of the project, unless a test has others */
export function lintText(
  file: string,
  text: string,
  owners: Owners,
  rules: Readonly<Record<string, LintRule>> = lintRules,
): Finding[] {
  const config = {
    files: ['**/*.graphql'],
    languageOptions: { parser: graphqlPlugin.parser },
    plugins: { '@graphql-eslint': graphqlPlugin },
    rules: Object.fromEntries(
      Object.entries(rules).map(([name, { severity, options }]) => [
        `${prefix}${name}`,
        options ? [levels[severity], options] : levels[severity],
      ]),
    ),
  };
  const counts = new Map<string, number>();
  return linter.verify(text, config as never, { filename: file }).flatMap(({ ruleId, message, line, column }) => {
    // A text that does not parse is told by composition.
    const name = ruleId?.slice(prefix.length) ?? '';
    const rule = rules[name];
    if (!rule || rule.severity === 'off') return [];
    // Approvals name a finding by what it is about, which stays the same when lines move.
    const subject = `${file.split('/')[1]}/${[...message.matchAll(/"([^"]+)"/g)].map(([, quoted]) => quoted).join('.') || name}`;
    const seen = (counts.get(subject) ?? 0) + 1;
    counts.set(subject, seen);
    return [
      {
        id: `lint-${name}:${subject}${seen > 1 ? `#${seen}` : ''}`,
        rule: `lint-${name}`,
        severity: rule.severity,
        subject,
        message,
        why: rule.why,
        fix: rule.fix,
        place: { file, line, column },
        owners: owners.of(file),
        contracts: [],
        affected: [],
      },
    ];
  });
}
