import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { gatewayAuth } from '#gateway/serve/gatewayAuth.ts';
import type { PlatformSettings } from '#platform/config/settings.ts';
import type { Edge } from '#platform/identity/serviceKeys.ts';
import { channels } from '#schema/channels.ts';
import { channelService, gatewayService } from '#schema/services.ts';

/** By service, for which clients each of those that clients connect to may speak: what its channel's manifest says. */
export async function edgesOf(profile: PlatformSettings['PROFILE']): Promise<Record<string, Edge>> {
  const manifests = await Promise.all(
    channels.map(
      async ({ name }) => ((await import(`../../bffs/${name}/channel.ts`)) as { default: ChannelManifest }).default,
    ),
  );
  return Object.fromEntries([
    [gatewayService, edgeOf('gateway', gatewayAuth(profile))],
    ...manifests.map(({ name, auth }) => [channelService(name), edgeOf(name, auth)] as const),
  ]);
}

const edgeOf = (channel: string, { roles, anonymous }: ChannelManifest['auth']): Edge => ({
  channel,
  roles: [...roles, ...(anonymous ? ['anonymous'] : [])],
});
