import { z } from 'zod';
import { commaSeparated } from '#platform/config/commaSeparated.ts';
import { isOrigin, noOrigin } from '#gateway/transports/http/crossOrigin.ts';
import { channels } from '#schema/channels.ts';
import { gatewayService } from '#schema/services.ts';

/** The setting with the origins of web apps that may call a channel, in addition to those of its manifest. */
export const originsNameOf = (channel: string): string => `${channel.toUpperCase().replaceAll('-', '_')}_ORIGINS`;

/** An origin as browsers write it. Another spelling is refused, because it would never match. */
const origin = z.string().refine(isOrigin, { error: ({ input }) => `"${String(input)}" ${noOrigin}` });

const origins = (channel: string) =>
  commaSeparated
    .pipe(z.array(origin))
    .describe(
      `origins of web apps elsewhere that may call the ${channel === gatewayService ? 'full graph' : `channel ${channel}`}, such as https://www.example.com, separated by commas${channel === gatewayService ? '' : '; those of its manifest may, too'}`,
    );

/** The settings for origins of the channels with these names; by default of all channels and of the full graph. */
export const originsSettings = (names: readonly string[] = [gatewayService, ...channels.map(({ name }) => name)]) =>
  z.object(Object.fromEntries(names.map((name) => [originsNameOf(name), origins(name)])));

/** The origins that the settings allow for a channel. */
export const originsOf = (settings: object, channel: string): readonly string[] =>
  (settings as Readonly<Record<string, readonly string[] | undefined>>)[originsNameOf(channel)] ?? [];
