import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { settingSources } from './settingsPage.ts';

it('is made anew when any file changes from which the catalogue has its settings', () => {
  const catalogue = readFileSync(new URL('../system/settingCatalogue.ts', import.meta.url), 'utf8');
  const imported = [...catalogue.matchAll(/from '([.#][^']+)';/g)].map(([, path]) =>
    path!
      .replace(/^\.\//, 'scripts/system/')
      .replace(/^#webhooks\//, 'webhooks/src/')
      .replace(/^#/, ''),
  );
  expect(imported.length).toBeGreaterThan(10);
  expect(imported.filter((path) => !settingSources.includes(path))).toEqual([]);
});
