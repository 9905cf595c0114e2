import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { loadSettings } from '#platform/config/loadSettings.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { channels } from '#schema/channels.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { readEnvironment } from './system/readEnvironment.ts';

const command: Command = {
  name: 'partner',
  does: 'what a partner’s developer does on the partner channel, under PARTNER_TOKEN; prints the answer as JSON.',
  forms: {
    'partner account': 'apps, keys, documents, and how often these were executed',
    'partner key <app id>': 'makes an API key, and shows it this once; the key that the app has goes on for a week',
    'partner revoke <key id>': 'ends an API key at once',
    'partner register <app id> <file>': 'registers the document in the file',
    'partner activate <id>': 'lets the app’s keys execute a registered document',
    'partner retire <id>': 'sets the end of a document: --sunset, and what follows it: --successor',
  },
  flags: {
    '--variables <json>': 'of register: variables for the trial run, in development',
    '--overlap-hours <n>': 'of key: for how long the present key goes on (168)',
    '--sunset <instant>': 'of retire: such as 2026-12-31T00:00:00Z',
    '--successor <id>': 'of retire: the document to use instead',
  },
  settings: platformSettings.pick({ PORT_BASE: true, PARTNER_URL: true }),
  examples: [
    'partner account',
    'partner register 0190… stores.graphql --variables \'{"first":3}\'',
    'partner retire 0190… --sunset 2026-12-31T00:00:00Z --successor 0190…',
  ],
};

endOnError('partner');
const {
  words: [verb, ...words],
  settings: { VARIABLES, OVERLAP_HOURS, SUNSET, SUCCESSOR, ...flags },
} = commandLine(command);
if (verb === undefined) console.log(helpOf(command));
else await call(verb);

async function call(asked: string): Promise<void> {
  const environment = await readEnvironment();
  const settings = loadSettings(
    platformSettings.pick({ PORT_BASE: true, PARTNER_URL: true }).extend({
      PARTNER_TOKEN: z.string().min(1).describe('the developer’s token'),
    }),
    { environment, flags, moreToCome: true },
  );
  const [operation, input] = requestOf(asked);
  const file = new URL(`../bffs/partner/operations/${operation}.graphql`, import.meta.url);
  const port = settings.PORT_BASE + (channels.find(({ name }) => name === 'partner')?.port ?? 0);
  const response = await fetch(`${settings.PARTNER_URL ?? `http://localhost:${port}`}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${settings.PARTNER_TOKEN}` },
    body: JSON.stringify({ query: readFileSync(file, 'utf8'), variables: input && { input } }),
  });
  const { data, errors } = (await response.json()) as { data?: Record<string, object>; errors?: unknown };
  const [outcome = null] = Object.values(data ?? {});
  console.log(JSON.stringify(errors ? { errors, outcome } : outcome, null, 2));
  const refused = outcome && '__typename' in outcome && !String(outcome['__typename']).endsWith('Success');
  if (errors || refused) process.exitCode = 1;
}

/** The channel's operation of a verb, and its input. */
function requestOf(asked: string): [string, Record<string, unknown> | undefined] {
  const word = (index: number, what: string): string => {
    const found = words[index];
    if (found === undefined) throw new StartupError(`name ${what}: see --help.`);
    return found;
  };
  switch (asked) {
    case 'account':
      return ['partnerAccount', undefined];
    case 'key':
      return [
        'makeApiKey',
        { appId: word(0, 'the app'), ...(OVERLAP_HOURS !== undefined && { overlapHours: Number(OVERLAP_HOURS) }) },
      ];
    case 'revoke':
      return ['revokeApiKey', { keyId: word(0, 'the key') }];
    case 'register':
      return [
        'registerDocument',
        { appId: word(0, 'the app'), text: readFileSync(word(1, 'a file'), 'utf8'), trialVariables: VARIABLES },
      ];
    case 'activate':
      return ['activatePartnerDocument', { id: word(0, 'the document') }];
    case 'retire':
      if (SUNSET === undefined) throw new StartupError('say when it ends: --sunset <instant>.');
      return ['retirePartnerDocument', { id: word(0, 'the document'), sunset: SUNSET, successorId: SUCCESSOR }];
    default:
      throw new StartupError(`"${asked}" is not understood: see --help.`);
  }
}
