/**
 * The one registry of channels. `port` is an offset to `PORT_BASE`; the gateway itself (the full graph, for staff and
 * tools) is base + 0.
 */
export interface ChannelEntry {
  readonly name: string;
  readonly port: number;
}

export const channels: readonly ChannelEntry[] = [
  { name: 'mobile', port: 1 },
  { name: 'web', port: 2 },
  { name: 'kiosk', port: 3 },
  { name: 'delivery', port: 4 },
];
