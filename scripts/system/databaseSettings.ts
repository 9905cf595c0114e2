import { z } from 'zod';

/** How to reach PostgreSQL; for services that do not start a server of their own. */
export const databaseSettings = z.object({
  DATABASE_HOST: z
    .string()
    .min(1)
    .optional()
    .describe(
      'host of PostgreSQL; roles are named like their databases, their passwords are the secrets <DATABASE>_DATABASE_PASSWORD',
    ),
  DATABASE_PORT: z.coerce.number().int().min(1).max(65_535).default(5432).describe('port of PostgreSQL'),
  DATABASE_SSLMODE: z
    .enum(['disable', 'require', 'verify-ca', 'verify-full'])
    .default('disable')
    .describe('TLS mode of connections to PostgreSQL, as in libpq; only verify-full keeps out somebody in between'),
  DATABASE_CA_PATH: z
    .string()
    .min(1)
    .optional()
    .describe('file (PEM) of the CA of PostgreSQL’s certificate; the system’s CAs by default'),
  DATABASE_CERT_PATH: z.string().min(1).optional().describe('file (PEM) of a client’s certificate for PostgreSQL'),
  DATABASE_KEY_PATH: z.string().min(1).optional().describe('file (PEM) of the key of that certificate'),
});
export type DatabaseSettings = z.output<typeof databaseSettings>;
