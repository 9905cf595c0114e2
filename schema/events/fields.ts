import { z } from 'zod';

/** Building blocks of event payloads. */
export const id = z.uuid();
/** ISO 8601, UTC. */
export const instant = z.iso.datetime();
/** Integer minor units of a currency. */
export const minor = z.int();
export const currency = z.string().regex(/^[A-Z]{3}$/);
export const service = z.enum(['DINE_IN', 'TAKEAWAY', 'DELIVERY', 'KIOSK']);
/** A text by language. */
export const localized = z.record(z.string(), z.string());
