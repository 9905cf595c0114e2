import type { Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';

const page = 'docs/settings.md';

/** A row of the generated list of settings and secrets. */
interface Setting {
  readonly fallback: string;
  readonly production: string;
}

/** The settings of `docs/settings.md`, by name. */
export function settingsIn(text: string | undefined): Map<string, Setting> {
  return new Map(
    [...(text ?? '').matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].map(([, name = '', rest = '']) => {
      const cells = rest.split('|').map((cell) => cell.trim());
      return [name, { fallback: cells.length > 3 ? (cells[1] ?? '') : '', production: cells.at(-1) ?? '' }];
    }),
  );
}

/** What a change of the configuration does to installations that go on with the settings that they have. */
export function settingFindings(before: string | undefined, now: string | undefined, owners: Owners): Finding[] {
  if (before === undefined || now === undefined || before === now) return [];
  const [old, present] = [settingsIn(before), settingsIn(now)];
  const lineOf = (name: string) => Math.max(1, now.split('\n').findIndex((line) => line.includes(`\`${name}\``)) + 1);
  const about = (name: string, rule: string, told: Pick<Finding, 'severity' | 'message' | 'why' | 'fix'>): Finding => ({
    ...told,
    id: `${rule}:${name}`,
    rule,
    subject: name,
    place: { file: page, line: lineOf(name), column: 1 },
    owners: owners.of(page),
    contracts: ['settings'],
    affected: [],
  });
  const removed = [...old.keys()]
    .filter((name) => !present.has(name))
    .map((name) =>
      about(name, 'setting-removed', {
        severity: 'error',
        message: `the setting \`${name}\` is removed`,
        why: 'An installation that sets it does not start any more: what is unknown stops the boot.',
        fix: 'Accept and ignore it for one release, and say so in its description.',
      }),
    );
  const others = [...present].flatMap(([name, setting]) => {
    const known = old.get(name);
    const required = setting.production === 'required';
    if (required && known?.production !== 'required')
      return about(name, 'setting-required', {
        severity: 'error',
        message: `the setting \`${name}\` is ${known ? 'now' : 'new and'} required in production`,
        why: 'An installation that does not set it does not start.',
        fix: 'Give it a default, or approve this and tell operators before they update.',
      });
    if (known && known.fallback !== setting.fallback)
      return about(name, 'setting-default-changed', {
        severity: 'warning',
        message: `the default of \`${name}\` is ${setting.fallback || 'gone'} and was ${known.fallback || 'none'}`,
        why: 'An installation that does not set it behaves differently after the update.',
        fix: 'Tell operators, or leave the default.',
      });
    return [];
  });
  return [...removed, ...others];
}
