import { z } from 'zod';
import { channels } from '#schema/channels.ts';

/** The setting with the origins of web apps that may call a channel, in addition to those of its manifest. */
export const originsNameOf = (channel: string): string => `${channel.toUpperCase().replaceAll('-', '_')}_ORIGINS`;

/**
 * An origin as browsers write it in the header `Origin`, with which it is compared. Another spelling, for example with
 * the default port, is refused, because it would never match.
 */
const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text) && !text.includes('*'),
    {
      error: ({ input }) =>
        `"${String(input)}" is no origin as browsers send it, such as https://www.example.com: scheme, host and a port that is not the usual one; no path, no slash at the end, no wildcard`,
    },
  );

const origins = (channel: string) =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean),
    )
    .pipe(z.array(origin))
    .describe(
      `origins of web apps elsewhere that may call the channel ${channel}, such as https://www.example.com, separated by commas; those of its manifest may, too`,
    );

/** The settings for origins of the channels with these names; by default of all channels. */
export const originsSettings = (names: readonly string[] = channels.map(({ name }) => name)) =>
  z.object(Object.fromEntries(names.map((name) => [originsNameOf(name), origins(name)])));

/** The origins that the settings allow for a channel. */
export const originsOf = (settings: object, channel: string): readonly string[] =>
  (settings as Readonly<Record<string, readonly string[] | undefined>>)[originsNameOf(channel)] ?? [];
