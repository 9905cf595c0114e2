import { expect, it } from 'vitest';
import { z } from 'zod';
import { helpOf, read, type Command } from './commandLine.ts';

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
