import { servicePrincipal } from '#platform/identity/principal.ts';
import { currentTrace } from '#platform/telemetry/trace.ts';
import { gatewayService } from '#schema/services.ts';
import { partnersDomain, type App } from '../access/apps/appAccess.ts';
import { appPrincipal } from '../access/apps/appPrincipal.ts';
import type { ChannelManifest, DocumentRegistry } from '../channelManifest.ts';
import { checkDocument } from '../documents/checkDocument.ts';
import { defaultLimits } from '../documents/limits.ts';
import { Refusal } from '../errors/refusal.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import type { GatewayRuntime } from './gatewayRuntime.ts';
import { internalCaller } from './internalCaller.ts';

/** What the view resolvers of a channel need that registers documents for apps; undefined for all others. */
export function documentRegistry(
  manifest: ChannelManifest,
  runtime: GatewayRuntime,
  ready: GraphGeneration,
): DocumentRegistry | undefined {
  const { network, service = gatewayService, port, certificate } = runtime;
  const { baseUrl = `${certificate ? 'https' : 'http'}://localhost:${port}` } = runtime;
  if (!manifest.auth.apps || !network) return undefined;
  return {
    baseUrl,
    partners: network.transportTo(partnersDomain, servicePrincipal(service)),
    check: (source, variables) => checkDocument(source, variables, ready, { ...defaultLimits, ...manifest.limits }),
    ...(runtime.profile === 'development' && { tryOut: trialRuns(manifest.name, runtime, ready) }),
  };
}

const trialRuns =
  (channel: string, runtime: GatewayRuntime, { documents, pipeline }: GraphGeneration) =>
  async (source: string, variables: Record<string, unknown>, app: App) => {
    const prepared = documents.prepare(source);
    const caller = internalCaller(runtime.identity)(appPrincipal(channel, app), currentTrace().traceparent);
    try {
      const { data, errors } = await pipeline.run(prepared, pipeline.coerce(prepared, variables), caller);
      return { data: data ?? null, errors: errors ?? [] };
    } catch (error) {
      // Variables that do not fit are part of what the trial tells.
      if (error instanceof Refusal) return { data: null, errors: error.errors };
      throw error;
    }
  };
