import { channels } from './channels.ts';
import { subgraphs } from './subgraphs.ts';

/**
 * The service name of a channel. The prefix is needed because a channel may have the name of a domain, as `delivery`
 * does.
 */
export const channelService = (name: string): string => `channel-${name}`;

/** The service that serves the full graph. In a single process it is also the default name of every channel. */
export const gatewayService = 'gateway';

/** The services that accept requests of clients. */
export const edgeServices: readonly string[] = [gatewayService, ...channels.map(({ name }) => channelService(name))];

/** The services through which an operator reaches the domains: the channel of staff. */
export const operatorServices: readonly string[] = [gatewayService, channelService('staff')];

/** The door for webhooks of systems outside. It accepts no client, and speaks for none. */
export const webhooksService = 'webhooks';

/** All services that call each other, each with a signing key of its own. */
export const services: readonly string[] = [...subgraphs.map(({ name }) => name), ...edgeServices, webhooksService];

/**
 * The relay of webhooks to partners. It calls no other service and is called by none: it has the partners' database.
 */
export const webhookRelayService = 'webhook-relay';
