import { expect, test } from 'vitest';
import { isLoaded, isReviewed } from './watchSchema.ts';

test.each([
  ['subgraphs/orders/schema.graphql', true, false],
  ['bffs/kiosk/operations/orderScreen.graphql', true, false],
  ['schema/proto/drburger/stores/v1/stores.proto', true, false],
  ['schema/approvals.yaml', true, false],
  ['docs/settings.md', true, false],
  ['schema/scopes.ts', false, true],
  ['bffs/kiosk/channel.ts', false, true],
  ['schema/supergraph.graphql', false, false],
  ['schema/channels/kiosk.graphql', false, false],
  ['subgraphs/orders/src/main.ts', false, false],
  ['schema/scopes.unit.test.ts', false, false],
])('%s is reviewed (%s) or loaded (%s)', (path, reviewed, loaded) => {
  expect([isReviewed(path), isLoaded(path)]).toEqual([reviewed, loaded]);
});
