import { afterAll, beforeAll } from 'vitest';
import { createOutward } from '#platform/outward/outward.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { startLoyaltyPartner, type RunningLoyaltyPartner } from '#sandbox/loyaltyPartner/loyaltyPartner.ts';
import { counterparts } from '#schema/counterparts.ts';
import { accountsLoyaltyPartner } from './accountsLoyaltyPartner.ts';
import { loyaltyPartnerContract } from './loyaltyPartnerContract.ts';
import { transactionsLoyaltyPartner } from './transactionsLoyaltyPartner.ts';

const apiKey = 'k'.repeat(16);
let now = new Date('2026-06-01T10:00:00.000Z');
let counterpart: RunningLoyaltyPartner;
beforeAll(async () => {
  counterpart = await startLoyaltyPartner({
    port: 0,
    dataDir: temporaryFolder('loyalty-partner'),
    apiKey,
    clock: () => now,
  });
});
afterAll(() => counterpart.close());

for (const [name, adapter] of Object.entries({
  accounts: accountsLoyaltyPartner,
  transactions: transactionsLoyaltyPartner,
}))
  loyaltyPartnerContract(name, () => ({
    partner: adapter({ url: counterpart.url, apiKey, outward: createOutward(counterparts.loyaltyPartner) }),
    counterpart,
    clock: () => now,
    endDay: () => (now = new Date(now.getTime() + 86_400_000)),
  }));
