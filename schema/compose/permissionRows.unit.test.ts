import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { permissions } from '#schema/permissions.ts';
import { permissionsPageText } from '../../scripts/generate/permissionsPage.ts';
import { graphSource, registeredSources } from './graphSource.ts';
import { checkPermissions } from './permissionRows.ts';
import { indexTypes } from './typeIndex.ts';

it('has a decision for every field that needs one, and none for what is not there', () => {
  expect(checkPermissions(indexTypes(registeredSources()), permissions).map(({ message }) => message)).toEqual([]);
});

it('is told in docs/permissions.md, which is committed', () => {
  expect(readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8')).toBe(permissionsPageText());
});

it('misses a new root field, a new guarded field and a new guarded type, and finds what is about nothing', () => {
  const sdl = `
    type Query { known: Shop @anyone fresh: Shop @anyone }
    type Shop { id: ID takings: Int @auth(scopes: ["store:manage"]) }
    type Ledger @auth(scopes: ["admin"]) { total: Int }
  `;
  const types = indexTypes([graphSource('s', 'http://localhost/s', sdl, 'subgraphs/s/schema.graphql')]);
  const messages = checkPermissions(types, { 'Query.known': 'public', 'Query.gone': 'own' }).map(
    ({ message }) => message,
  );
  expect(messages).toEqual([
    'nobody has decided on whose rows Query.fresh works. Add it to schema/permissions.ts.',
    'nobody has decided on whose rows Ledger works. Add it to schema/permissions.ts.',
    'nobody has decided on whose rows Shop.takings works. Add it to schema/permissions.ts.',
    'Query.gone is no field that needs a decision any more. Take it out.',
  ]);
});
