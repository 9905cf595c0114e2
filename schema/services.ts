import { channels } from './channels.ts';
import { subgraphs } from './subgraphs.ts';

/** A channel may bear the name of a domain, as `delivery` does. */
export const channelService = (name: string): string => `channel-${name}`;

/** The full graph, and what every channel is called by default where all are one process. */
export const gatewayService = 'gateway';

/** Services that let clients in. */
export const edgeServices: readonly string[] = [gatewayService, ...channels.map(({ name }) => channelService(name))];

/** All that speak to each other, each with a key of its own. */
export const services: readonly string[] = [...subgraphs.map(({ name }) => name), ...edgeServices];
