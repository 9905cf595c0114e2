import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { retention, type Kept } from './retention.ts';
import { subgraphs } from './subgraphs.ts';

const root = new URL('../', import.meta.url);
const decided: Readonly<Record<string, Readonly<Record<string, Kept>>>> = retention;
/** Rows that name a part of a table, such as one type of events, have a blank in them. */
const tablesIn = (owner: string): string[] => Object.keys(decided[owner] ?? {}).filter((name) => !name.includes(' '));

it.each(subgraphs.map(({ name }) => name))('every table of %s has a decision, and no other', (name) => {
  const file = new URL(`subgraphs/${name}/prisma/schema.prisma`, root);
  const tables = [...readFileSync(file, 'utf8').matchAll(/^model [\s\S]*?@@map\("(\w+)"\)/gm)].map(
    ([, table]) => table,
  );
  expect(tablesIn(name).sort()).toEqual(tables.sort());
});

it('every table that the platform makes in each domain has a decision, and no other', () => {
  const tables = ['events', 'subgraph'].flatMap((part) => {
    const folder = new URL(`platform/${part}/migrations/`, root);
    return readdirSync(folder).flatMap((each) =>
      [
        ...readFileSync(new URL(`${each}/migration.sql`, folder), 'utf8').matchAll(
          /^create table platform\.(\w+) \(/gim,
        ),
      ].map(([, table]) => table),
    );
  });
  expect(tablesIn('platform').sort()).toEqual(tables.sort());
});

it('every job that is named is there', () => {
  const jobs = Object.values(decided).flatMap((tables) =>
    Object.values(tables).flatMap((kept) => (kept.kept === 'for a time' && 'job' in kept.by ? [kept.by.job] : [])),
  );
  expect(jobs.filter((job) => !existsSync(new URL(job, root)))).toEqual([]);
});
