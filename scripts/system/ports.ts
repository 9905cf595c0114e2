import { createServer } from 'node:net';
import type { PlatformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { channels } from '#schema/channels.ts';
import { subgraphs } from '#schema/subgraphs.ts';

/**
 * Offsets to `PORT_BASE` of services that are in no registry. Those that clients reach (gateway, channels) come first;
 * internal ones begin at 10.
 */
export const gatewayOffset = 0;
export const webhooksOffset = 6;
export const metricsOffset = 9;
export const providerOffset = 10;
/** The sandbox's delivery partners. */
export const deliveryPartnersOffset = 20;
/** The relay of webhooks to partners: its public keys. */
export const webhookRelayOffset = 28;
/** The sandbox's mailbox: the page that shows it, and its SMTP. */
export const mailboxOffset = 29;
export const smtpOffset = 30;
/** The port for gRPC of a subgraph in a process of its own is this far above the one for GraphQL. */
export const grpcOffset = 20;
export const postgresOffset = 40;
/** The sandbox's loyalty partner. */
export const loyaltyPartnerOffset = 46;
/** The sandbox's supplier. */
export const supplierOffset = 47;
/** The sandbox's identity provider. */
export const identityProviderOffset = 48;
/** Keycloak of `docker-compose.yml`. */
export const keycloakOffset = 49;

/** The offset at which a service in a process of its own answers gRPC: a subgraph, or the door for webhooks. */
export const grpcOffsetOf = (service: string): number =>
  grpcOffset + (subgraphs.find(({ name }) => name === service)?.port ?? webhooksOffset);

/** What stands at the offsets that are not of a channel or a subgraph. */
export const reservedOffsets: ReadonlyMap<number, string> = new Map([
  [gatewayOffset, 'gateway'],
  [webhooksOffset, 'webhooks'],
  [metricsOffset, 'metrics'],
  [providerOffset, 'payment provider'],
  [deliveryPartnersOffset, 'delivery partners'],
  [webhookRelayOffset, 'webhook relay'],
  [mailboxOffset, 'mailbox'],
  [smtpOffset, 'SMTP of the mailbox'],
  [webhooksOffset + grpcOffset, 'gRPC of the webhooks'],
  [postgresOffset, 'PostgreSQL'],
  [loyaltyPartnerOffset, 'loyalty partner'],
  [supplierOffset, 'supplier'],
  [identityProviderOffset, 'identity provider'],
  [keycloakOffset, 'Keycloak'],
]);

export interface Listener {
  readonly name: string;
  readonly port: number;
}

/**
 * All listeners of a system in one process, except PostgreSQL: it checks its port itself, because an earlier server of
 * ours may still be shutting down.
 */
export function listeners({ PORT_BASE: base, PROFILE }: Pick<PlatformSettings, 'PORT_BASE' | 'PROFILE'>): Listener[] {
  return [
    { name: 'gateway', port: base + gatewayOffset },
    ...channels.map(({ name, port }) => ({ name, port: base + port })),
    { name: 'webhooks', port: base + webhooksOffset },
    { name: 'webhook relay', port: base + webhookRelayOffset },
    ...(PROFILE === 'development'
      ? [
          { name: 'payment provider', port: base + providerOffset },
          { name: 'delivery partners', port: base + deliveryPartnersOffset },
          { name: 'loyalty partner', port: base + loyaltyPartnerOffset },
          { name: 'supplier', port: base + supplierOffset },
          { name: 'mailbox', port: base + mailboxOffset },
          { name: 'SMTP of the mailbox', port: base + smtpOffset },
          { name: 'identity provider', port: base + identityProviderOffset },
        ]
      : []),
  ];
}

/** Says which services of the registries have the same port. */
export function portClashes(): string[] {
  const taken = new Map(reservedOffsets);
  const clashes: string[] = [];
  const wanted = [
    ...channels.map(({ name, port }) => ({ name: `channel ${name}`, port })),
    ...subgraphs.flatMap(({ name, port }) => [
      { name: `subgraph ${name}`, port },
      { name: `gRPC of ${name}`, port: port + grpcOffset },
    ]),
  ];
  for (const { name, port } of wanted) {
    const other = taken.get(port);
    if (other) clashes.push(`${name} and ${other} both want base + ${port}`);
    taken.set(port, name);
  }
  return clashes;
}

/** @throws StartupError that names the first port on which another process listens */
export async function checkPortsFree(host: string, wanted: readonly Listener[]): Promise<void> {
  const found = await Promise.all(
    wanted.map(async (listener) => ((await isFree(host, listener.port)) ? undefined : listener)),
  );
  const taken = found.find((listener) => listener !== undefined);
  if (taken)
    throw new StartupError(
      `Port ${taken.port}, for the ${taken.name}, is in use: stop the process that uses it, or set PORT_BASE to move all ports together.`,
    );
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(new StartupError(`Cannot listen on ${host}:${port} (${error.code}): set another HOST or PORT_BASE.`));
    });
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
