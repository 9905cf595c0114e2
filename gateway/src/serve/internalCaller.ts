import type { Principal } from '#platform/identity/principal.ts';
import type { Caller } from '../execution/pipeline.ts';
import type { GatewayRuntime } from './gatewayRuntime.ts';

/**
 * Makes callers for which a fresh internal token is minted for each subgraph. Nothing that the client sent is passed
 * on.
 */
export const internalCaller =
  (identity: GatewayRuntime['identity']) =>
  (principal: Principal, traceparent: string): Caller => ({
    principal,
    traceparent,
    authorizationFor: async (subgraph) => `Bearer ${await identity.mintInternalToken(principal, subgraph)}`,
  });
