import type { PlatformSettings } from '#platform/config/settings.ts';
import { channels } from '#schema/channels.ts';
import { certificateOf, type CertificateSettings } from './certificateSettings.ts';

type Settings = Pick<PlatformSettings, 'PROFILE' | 'PORT_BASE' | 'PARTNER_URL' | 'REST_URL'> & CertificateSettings;

/** Where a channel is on this machine, for browsers on it, in a system of development that runs in one process. */
function onThisMachine(channel: string, settings: Settings, host: string): string {
  const port = settings.PORT_BASE + channels.find(({ name }) => name === channel)!.port;
  return `${certificateOf(settings) ? 'https' : 'http'}://${host}:${port}`;
}

/**
 * Where the developer portal calls REST; undefined if nobody said where it is. `own`: whether REST runs in this
 * process.
 */
export function restUrlOf(settings: Settings, own: boolean): string | undefined {
  const { REST_URL, PROFILE } = settings;
  if (REST_URL !== undefined) return REST_URL.replace(/\/$/, '');
  return own && PROFILE === 'development' ? onThisMachine('rest', settings, 'localhost') : undefined;
}

/** The origins of the developer portal, which REST lets call it. */
export function portalOriginsOf(settings: Settings, own: boolean): readonly string[] {
  const { PARTNER_URL, PROFILE } = settings;
  if (PARTNER_URL !== undefined) return [new URL(PARTNER_URL).origin];
  if (!own || PROFILE !== 'development') return [];
  return ['localhost', '127.0.0.1'].map((host) => onThisMachine('partner', settings, host));
}
