import pino from 'pino';
import { adminService, anonymous, type Principal } from '#platform/identity/principal.ts';
import { scopesOfRole } from '#schema/scopes.ts';
import type { ChannelManifest } from '../channelManifest.ts';
import { Documents } from '../documents/documents.ts';
import { defaultLimits } from '../documents/limits.ts';
import { createFederationEngine } from '../execution/federation/federationEngine.ts';
import { plansText, type MadePlan } from '../execution/federation/planning/madePlans.ts';
import { buildGraph } from '../graph/graph.ts';
import { queryToRead } from '../streams/sharedQuery.ts';
import { streamDocument } from '../streams/streamDocument.ts';
import { trustedDocumentsOf } from './runChannel.ts';

/**
 * Plans all that a channel runs in production: its trusted documents, as callers of each of its roles may see them.
 * Planning takes the most of the time in which a channel starts, so `build` does it once, and writes this text
 * beside the channel's supergraph. A document that is invalid is left out, because the channel tells of it when it
 * starts.
 */
export function planChannel(manifest: ChannelManifest, supergraph: string): string {
  const plans = new Map<string, MadePlan>();
  const graph = buildGraph(supergraph, { composed: true });
  const nobodyAsks = () => () => Promise.reject(new Error('who plans does not fetch'));
  const engine = createFederationEngine(graph, nobodyAsks, pino({ level: 'silent' }), {
    onPlan: (operation, plan) => plans.set(operation, plan),
  });
  const documents = new Documents(graph, engine, { limits: { ...defaultLimits, ...manifest.limits }, discreet: true });
  const callers = callersOf(manifest);
  for (const { source } of trustedDocumentsOf(manifest).all()) {
    try {
      const whole = documents.prepareTrusted(source);
      const stream =
        whole.operation.operation === 'subscription'
          ? streamDocument(whole.document, whole.operation, graph)
          : undefined;
      const read = stream && queryToRead(stream, graph.apiSchema);
      const asked = read ? documents.prepareDerived(read.document, read.operationName) : whole;
      for (const caller of callers) documents.variantFor(asked, caller);
    } catch {
      continue;
    }
  }
  return plansText(supergraph, plans);
}

/** One caller of each kind that the channel may meet: which fields are refused depends on a role's scopes alone. */
const callersOf = ({ name: channel, auth }: ChannelManifest): Principal[] => [
  adminService('plan-ahead'),
  anonymous(channel, scopesOfRole('anonymous')),
  ...auth.roles.map((role): Principal => ({
    kind: 'user',
    subject: role,
    grants: [{ role, scopes: new Set(scopesOfRole(role)), bindings: {} }],
    channel,
  })),
];
