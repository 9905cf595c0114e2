import type { ChannelManifest } from '../channelManifest.ts';
import type { GatewayRuntime } from './gatewayRuntime.ts';

/** Who may use the full graph: staff and tools in production, everybody in development. */
export const gatewayAuth = (profile: GatewayRuntime['profile']): ChannelManifest['auth'] =>
  profile === 'development'
    ? { roles: ['customer', 'kiosk', 'courier', 'kitchen', 'manager', 'support', 'admin'], anonymous: true }
    : { roles: ['kitchen', 'manager', 'support', 'admin'], anonymous: false };
