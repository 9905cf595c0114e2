import { z } from 'zod';
import { piiConfig } from '#platform/pii/domainKeyring.ts';

export const config = z.object(piiConfig);
