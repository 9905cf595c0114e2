/**
 * The registry of all channels. `port` is an offset to `PORT_BASE`; the gateway itself, which serves the full graph
 * to tools, is at offset 0.
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
  { name: 'rest', port: 7 },
  { name: 'staff', port: 8 },
  { name: 'partner', port: 5 },
];
