import { expect, it } from 'vitest';
import { composeAll } from './composeAll.ts';

it('what is committed is what the subgraphs and channels say; else run `generate` and commit', async () => {
  expect((await composeAll({ check: true })).stale).toEqual([]);
}, 60_000);
