/**
 * The clients of the identity provider: one for each channel whose apps or pages let people sign in. The sandbox's
 * provider has exactly these. Channels of devices and of programs have none: those have a key of their own.
 */
export interface IdentityClient {
  readonly id: string;
  readonly channel: string;
  /** Where a browser may come back to, on the channel itself. */
  readonly pages: readonly string[];
  /** Where an app on this machine may come back to during development; loopback addresses, on any port. */
  readonly apps: readonly string[];
}

export const identityClients: readonly IdentityClient[] = [
  { id: 'drburger-mobile', channel: 'mobile', pages: [], apps: ['http://127.0.0.1/callback'] },
  { id: 'drburger-web', channel: 'web', pages: [], apps: ['http://localhost/callback', 'http://127.0.0.1/callback'] },
  { id: 'drburger-delivery', channel: 'delivery', pages: [], apps: ['http://127.0.0.1/callback'] },
  { id: 'drburger-staff', channel: 'staff', pages: ['/office', '/kitchen'], apps: [] },
  { id: 'drburger-partner', channel: 'partner', pages: ['/portal'], apps: [] },
];

/** The client with which the pages of a channel sign people in; undefined for a channel whose pages do not. */
export const pageClientOf = (channel: string): string | undefined =>
  identityClients.find((client) => client.channel === channel && client.pages.length > 0)?.id;
