import type { z } from 'zod';
import { hasContract } from '#platform/outward/hasContract.ts';
import { outwardOf } from '#platform/outward/outwardOf.ts';
import { counterparts } from '#schema/counterparts.ts';
import type { config } from '../config.ts';
import type { Deliveries } from '../context.ts';
import type { DeliveryPartner, PartnerName } from './deliveryPartner.ts';
import { stadtbotePartner } from './stadtbotePartner.ts';
import { veloPartner } from './veloPartner.ts';

/**
 * The partners with whom the chain has a contract: those whose address is set.
 * @throws StartupError when the secret of one of them is missing
 */
export function partnersOf(domain: Deliveries): Readonly<Partial<Record<PartnerName, DeliveryPartner>>> {
  const settings = domain.config as z.output<typeof config>;
  return {
    ...(hasContract(settings, 'DELIVERY_VELO_URL', 'DELIVERY_VELO_API_KEY') && {
      VELO: veloPartner({
        url: settings.DELIVERY_VELO_URL,
        apiKey: settings.DELIVERY_VELO_API_KEY,
        outward: outwardOf(domain, counterparts.velo),
      }),
    }),
    ...(hasContract(settings, 'DELIVERY_STADTBOTE_URL', 'DELIVERY_STADTBOTE_PASSWORD') && {
      STADTBOTE: stadtbotePartner(
        {
          url: settings.DELIVERY_STADTBOTE_URL,
          password: settings.DELIVERY_STADTBOTE_PASSWORD,
          outward: outwardOf(domain, counterparts.stadtbote),
        },
        domain.clock,
      ),
    }),
  };
}
