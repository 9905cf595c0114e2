import { z } from 'zod';

/** The id of an aggregate or entity, a UUID. */
export const id = z.uuid();
/** An instant in UTC, as ISO 8601 text. */
export const instant = z.iso.datetime();
/** An amount of money in integer minor units of a currency. */
export const minor = z.int();
export const currency = z.string().regex(/^[A-Z]{3}$/);
export const service = z.enum(['DINE_IN', 'TAKEAWAY', 'DELIVERY', 'KIOSK']);
/** A text in each language, by lower-case language code. */
export const localized = z.record(z.string(), z.string());
