import { afterAll, describe } from 'vitest';
import { startTestSystem } from '../harness/startTestSystem.ts';
import { loyaltyReconciliation, partnerOfTests, type PartnerOfTests } from './loyaltyReconciliation.ts';

describe('with the events in PostgreSQL', () => {
  let ofTests: PartnerOfTests;
  afterAll(() => ofTests.partner.close());
  loyaltyReconciliation(async () => {
    ofTests = await partnerOfTests();
    return { ofTests, system: await startTestSystem({ channels: ['web'], configuration: ofTests.configuration }) };
  });
});
