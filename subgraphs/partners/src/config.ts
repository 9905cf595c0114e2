import { z } from 'zod';
import { piiConfig } from '#platform/pii/domainKeyring.ts';

/** The keyring seals the keys by which signatures are checked. */
export const config = z.object(piiConfig);
