import { expect, it } from 'vitest';
import { bodiesOfSources } from './bodies.ts';
import { sources } from './sources.ts';

it('has the bodies of every version of every source, and of no other', () => {
  const versionsOf = (all: readonly (readonly [string, object])[]) =>
    Object.fromEntries(all.map(([name, versions]) => [name, Object.keys(versions)]));
  expect(versionsOf(Object.entries(bodiesOfSources))).toEqual(
    versionsOf(sources.map(({ name, versions }) => [name, versions])),
  );
});
