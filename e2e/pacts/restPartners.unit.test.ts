import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { askMock, partners } from './restPartners.ts';

const apiKey = `drb_lunchbox_7f3k9x2mqa_${'0'.repeat(64)}`;

it.each(partners)(
  'the program of $name gets along with what its pact promises, and the pact is committed',
  async (partner) => {
    const dir = temporaryFolder('pacts');
    const made = await askMock(partner, dir, apiKey);
    expect(made).toHaveLength(partner.needs.length);
    expect(made).not.toContain(undefined);
    // `vitest run -u` writes it anew.
    await expect(readFileSync(join(dir, `${partner.name}-rest.json`), 'utf8')).toMatchFileSnapshot(
      `../../rest/pacts/${partner.name}-rest.json`,
    );
  },
);
