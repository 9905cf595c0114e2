import type { Source } from './source.ts';
import { stadtbote, velo } from './sources/deliveryPartners.ts';
import { kassa } from './sources/kassa.ts';
import { loyalty } from './sources/loyalty.ts';
import { payments } from './sources/payments.ts';
import { supplier } from './sources/supplier.ts';

/** Every source of webhooks. */
export const sources: readonly Source[] = [payments, kassa, supplier, loyalty, velo, stadtbote];
