import { expect, it } from 'vitest';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { helpOf, read, type Command } from './commandLine.ts';

/** What `pnpm <name>` does itself, whatever script has that name (`pnpm help --all`); `start` and `test` run ours. */
const ofPnpm = new Set(
  (
    'add approve-builds audit bin c cache cat-file cat-index config create dedupe deploy dlx doctor env exec fetch ' +
    'find-hash i ignored-builds import init install install-test it la licenses link list ll ln login logout ls ' +
    'outdated pack patch patch-commit patch-remove prune publish rb rebuild remove restart rm root run self-update ' +
    'server setup store un uninstall unlink up update upgrade why'
  ).split(' '),
);

const bake: Command = {
  name: 'bake',
  does: 'bakes buns.',
  flags: { '--fresh': 'from new dough', '--minutes <n>': 'in the oven (10)' },
  settings: z.object({ OVEN_HEAT: z.string().default('220').describe('degrees') }),
  examples: ['bake --minutes 12'],
};

it('reads switches, values and settings', () => {
  expect(read(bake, ['--fresh', '--minutes', '12', '--oven-heat=180'])).toEqual({
    switches: new Set(['fresh']),
    settings: { MINUTES: '12', OVEN_HEAT: '180' },
    words: [],
  });
});

it('refuses what it does not know, and says what was meant', () => {
  expect(() => read(bake, ['--minuets', '12'])).toThrow('The flag --minuets is unknown: did you mean --minutes?');
  expect(() => read(bake, ['--oven-heta', '12'])).toThrow('did you mean --oven-heat?');
  expect(() => read(bake, ['--butter'])).toThrow('The flag --butter is unknown: --help lists all.');
  expect(() => read(bake, ['--minutes'])).toThrow('--minutes needs a value');
  expect(() => read(bake, ['-m', '12'])).toThrow('-m is not understood');
  expect(() => read(bake, ['buns'])).toThrow('"buns" is not understood');
  expect(read({ ...bake, forms: { 'bake <what>': 'one kind' } }, ['buns']).words).toEqual(['buns']);
});

it('tells what it does, its flags, its settings, and an example', () => {
  const help = helpOf(bake);
  for (const part of [
    'bake: bakes buns.',
    '--minutes <n>',
    'in the oven (10)',
    '--help',
    'OVEN_HEAT',
    'degrees (220)',
    'npx -y pnpm@10.34.9 bake --minutes 12',
  ])
    expect(help).toContain(part);
});

it('has no command that pnpm takes for one of its own', () => {
  const { scripts } = packageJson as { scripts: Record<string, string> };
  expect(Object.keys(scripts).filter((name) => ofPnpm.has(name))).toEqual([]);
});
