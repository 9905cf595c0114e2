import { afterAll, beforeAll } from 'vitest';
import { createOutward } from '#platform/outward/outward.ts';
import { counterparts } from '#schema/counterparts.ts';
import { partnersOfTests, type PartnersOfTests } from '../testing/partnersOfTests.ts';
import { deliveryPartnerContract } from './deliveryPartnerContract.ts';
import type { PartnerName } from './deliveryPartner.ts';
import { stadtbotePartner } from './stadtbotePartner.ts';
import { veloPartner } from './veloPartner.ts';

let partners: PartnersOfTests;
beforeAll(async () => {
  partners = await partnersOfTests();
});
afterAll(() => partners.close());

const of = (name: PartnerName) => ({
  behave: (behaviour: object) => partners.behave(name, behaviour),
  advance: (reference: string, to: string, reason?: string) => partners.advance(name, reference, to, reason),
  locate: (reference: string, position: { latitude: number; longitude: number }) =>
    partners.locate(name, reference, position),
  ledger: (reference: string) => partners.ledger(name, reference),
  suspend: () => partners.close(),
  resume: () => partners.reopen(),
});

deliveryPartnerContract('Velo', () => ({
  ...of('VELO'),
  partner: veloPartner({
    url: partners.configuration['DELIVERY_VELO_URL']!,
    apiKey: partners.configuration['DELIVERY_VELO_API_KEY']!,
    outward: createOutward(counterparts.velo),
  }),
}));

deliveryPartnerContract('Stadtbote', () => ({
  ...of('STADTBOTE'),
  partner: stadtbotePartner(
    {
      url: partners.configuration['DELIVERY_STADTBOTE_URL']!,
      password: partners.configuration['DELIVERY_STADTBOTE_PASSWORD']!,
      outward: createOutward(counterparts.stadtbote),
    },
    () => new Date(),
  ),
}));
