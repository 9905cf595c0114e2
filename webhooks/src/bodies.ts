import type { z } from 'zod';
import { stadtboteBodies, veloBodies } from './sources/deliveryPartnersBodies.ts';
import { kassaBodies } from './sources/kassaBodies.ts';
import { loyaltyBodies } from './sources/loyaltyBodies.ts';
import { paymentsBodies } from './sources/paymentsBodies.ts';
import { supplierBodies } from './sources/supplierBodies.ts';

/**
 * The bodies of each source of webhooks, by version. They stand apart from the sources, which need generated code,
 * because what is generated of them is made beside that code.
 */
export const bodiesOfSources: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  payments: paymentsBodies,
  kassa: kassaBodies,
  supplier: supplierBodies,
  loyalty: loyaltyBodies,
  velo: veloBodies,
  stadtbote: stadtboteBodies,
};
