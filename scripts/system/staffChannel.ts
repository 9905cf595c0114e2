import { z } from 'zod';
import { loadSettings } from '#platform/config/loadSettings.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { channels } from '#schema/channels.ts';
import { askChannel, type ChannelAnswer } from './askChannel.ts';
import { readEnvironment } from './readEnvironment.ts';

/** The settings of commands that ask the channel of staff. */
export const staffChannelSettings = platformSettings.pick({ PORT_BASE: true }).extend({
  STAFF_URL: z.url().optional().describe('address of the staff channel; by default base + 8 on this machine'),
});

export type AskStaff = (operation: string, variables: Readonly<Record<string, unknown>>) => Promise<ChannelAnswer>;

/**
 * Asks the channel of staff under STAFF_TOKEN.
 * @param whose the roles of which one is enough, for who has no token
 */
export async function staffChannel(flags: Readonly<Record<string, string>>, whose: string): Promise<AskStaff> {
  const settings = loadSettings(
    staffChannelSettings.extend({ STAFF_TOKEN: z.string().min(1).describe(`a token of ${whose}`) }),
    { environment: await readEnvironment(), flags, moreToCome: true },
  );
  const port = settings.PORT_BASE + (channels.find(({ name }) => name === 'staff')?.port ?? 0);
  const staff = {
    channel: 'staff',
    url: settings.STAFF_URL ?? `http://localhost:${port}`,
    token: settings.STAFF_TOKEN,
  };
  return (operation, variables) => askChannel(staff, operation, variables);
}
