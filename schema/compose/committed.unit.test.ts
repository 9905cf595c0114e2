import { expect, it } from 'vitest';
import { composeAll } from './composeAll.ts';

it('the committed supergraph and contracts are up to date; if not, run `generate` and commit', async () => {
  expect((await composeAll({ check: true })).stale).toEqual([]);
}, 60_000);
