import graphqlPlugin from '@graphql-eslint/eslint-plugin';
import { Linter } from 'eslint';
import type { Finding } from '../model/finding.ts';
import { lintRules, type LintRule } from './lintRules.ts';

/** A finding before anybody has looked up who answers for the file. */
export type Linted = Omit<Finding, 'owners'>;

const prefix = '@graphql-eslint/';
const levels = { error: 2, warning: 1, off: 0 } as const;
const linter = new Linter({ configType: 'flat' });

/** @param rules those of the project, unless a test has others */
export function lintText(file: string, text: string, rules: Readonly<Record<string, LintRule>> = lintRules): Linted[] {
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
    const subject = `${file.split('/')[1]}/${namedIn(message) ?? name}`;
    const id = `lint-${name}:${subject}`;
    const seen = (counts.get(id) ?? 0) + 1;
    counts.set(id, seen);
    return [
      {
        id: `${id}${seen > 1 ? `#${seen}` : ''}`,
        rule: `lint-${name}`,
        severity: rule.severity,
        subject,
        message,
        why: rule.why,
        fix: rule.fix,
        place: { file, line, column },
        contracts: [],
        affected: [],
      },
    ];
  });
}

/** `Type.field`, of which the linter says `field "field" in type "Type"`; whatever else it quotes, in its order. */
function namedIn(message: string): string | undefined {
  const quoted = [...message.matchAll(/"([^"]+)"/g)].map(([, each]) => each);
  const named = /" in [a-z ]+ "/.test(message) ? quoted.reverse() : quoted;
  return named.length > 0 ? named.join('.') : undefined;
}
