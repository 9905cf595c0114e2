import { StartupError } from '#platform/config/startupError.ts';
import type { PlatformSettings } from '#platform/config/settings.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { Purge } from '#gateway/kept/cdnPurges.ts';
import { cdnPurgeHeaderName, isTold, secretsNamed, type SecretOptions } from './secrets.ts';

/** How the CDN of the settings is told what to let go; undefined without one. */
export async function cdnOf(
  { CDN_PURGE_URL: url }: Pick<PlatformSettings, 'CDN_PURGE_URL'>,
  secrets: SecretOptions,
  metrics: Metrics,
): Promise<Purge | undefined> {
  if (url === undefined) return undefined;
  const { cdnClient } = await import('#gateway/kept/cdnClient.ts');
  const line = isTold(cdnPurgeHeaderName, secrets)
    ? (await secretsNamed([cdnPurgeHeaderName], secrets))[cdnPurgeHeaderName]
    : undefined;
  return cdnClient({ url, headers: line === undefined ? {} : headerOf(line) }, metrics);
}

/** @throws StartupError that does not contain the value */
function headerOf(line: string): Record<string, string> {
  const [, name, value] = /^([\w-]+):\s*(\S[^\r\n]*)$/.exec(line.trim()) ?? [];
  if (!name || !value)
    throw new StartupError(`${cdnPurgeHeaderName} must be one header, such as "authorization: Bearer …".`);
  return { [name.toLowerCase()]: value };
}
