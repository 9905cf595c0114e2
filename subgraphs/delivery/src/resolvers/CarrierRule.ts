import type { CarrierRuleResolvers } from '#generated/delivery/resolvers.ts';
import { partnerNames } from '../deliveryPartners/deliveryPartner.ts';
import { partnersOf } from '../deliveryPartners/partnersOf.ts';

export const CarrierRule: CarrierRuleResolvers = {
  partners: ({ partners }) => [...partners],
  availablePartners: (_rule, _args, { domain }) => {
    const there = partnersOf(domain);
    return partnerNames.filter((name) => there[name]);
  },
};
