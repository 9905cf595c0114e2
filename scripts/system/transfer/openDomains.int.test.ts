import { expect, it } from 'vitest';
import { Teardown } from '../teardown.ts';
import { openDomains } from './openDomains.ts';

it.each(['payments', 'notifications', 'menu', 'loyalty'])(
  'opens %s in development without a setting for any counterpart',
  async (name) => {
    // Nobody listens there: what is missing is the database, and no setting.
    const environment = { ADMIN_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1' };
    const teardown = new Teardown();
    const opening = openDomains(
      { environment, flags: {}, print: () => undefined },
      teardown,
      (each) => each.entry.name === name,
    );
    await expect(opening).rejects.toThrow(/ECONNREFUSED|cannot be reached|does not answer/);
    await teardown.run();
  },
);
