import { z } from 'zod';
import { switchable } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import type { CertificateFiles } from '#platform/http/tlsDoor.ts';

/** With which the channels speak TLS themselves. */
export const certificateSettings = z.object({
  TLS_CERT_PATH: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file (PEM) with the certificate of the channels and those between it and its root: they speak TLS then, and take a new one within seconds; without it they speak HTTP, for a balancer that ends TLS',
    ),
  TLS_KEY_PATH: z.string().min(1).optional().describe('file (PEM) with the key of TLS_CERT_PATH'),
});

/** The same for a system in one process, which can make itself a certificate. */
export const ownCertificateSettings = z.object({
  ...certificateSettings.shape,
  TLS: switchable
    .default(false)
    .describe(
      'on, or `start --tls`: the channels speak TLS with a certificate of development, made in DATA_DIR/tls for this machine; TLS_CERT_PATH and TLS_KEY_PATH name one of your own instead',
    ),
});

export type CertificateSettings = z.output<typeof certificateSettings>;

/** @throws StartupError when one of the two is missing */
export function certificateOf({
  TLS_CERT_PATH: certPath,
  TLS_KEY_PATH: keyPath,
}: CertificateSettings): CertificateFiles | undefined {
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined)
    throw new StartupError('TLS_CERT_PATH and TLS_KEY_PATH belong together: set both, or none.');
  return { certPath, keyPath };
}
