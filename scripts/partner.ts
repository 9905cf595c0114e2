import { z } from 'zod';
import { loadSettings } from '#platform/config/loadSettings.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { channels } from '#schema/channels.ts';
import { askChannel } from './system/askChannel.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { partnerAnswer } from './system/partnerAnswer.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { readGiven } from './system/readGiven.ts';

const command: Command = {
  name: 'partner',
  does: 'what a partner’s developer does on the partner channel, under PARTNER_TOKEN; prints the answer as JSON.',
  forms: {
    'partner account': 'apps, keys, documents, and how often these were executed',
    'partner key <app id>': 'makes an API key, and shows it this once; the key that the app has goes on for a week',
    'partner revoke <key id>': 'ends an API key at once',
    'partner register <app id> <file>': 'registers the document in the file',
    'partner activate <id>': 'lets the app’s keys execute a registered document',
    'partner webhook <app id> <url>': 'registers an endpoint for the events of --types, and shows its secret this once',
    'partner ping <endpoint id>': 'sends a test to an endpoint',
    'partner rotate <endpoint id>':
      'makes a new secret for an endpoint, and shows it this once; the old one signs as well for a day',
    'partner deliveries': 'what was sent to all endpoints, and what they answered; --state WAITING, DELIVERED or DEAD',
    'partner replay <endpoint id> [<message id>…]': 'sends messages again, or those since --from, or since a --cursor',
    'partner enable <endpoint id>': 'lets an endpoint be sent events again',
    'partner disable <endpoint id>': 'lets an endpoint be sent nothing',
    'partner remove <endpoint id>': 'removes an endpoint with its deliveries',
    'partner retire <id>': 'sets the end of a document: --sunset, and what follows it: --successor',
  },
  flags: {
    '--variables <json>': 'of register: variables for the trial run, in development',
    '--overlap-hours <n>': 'of key and rotate: for how long what there is goes on (168; of a secret 24)',
    '--sunset <instant>': 'of retire: such as 2026-12-31T00:00:00Z',
    '--types <list>': 'of webhook: such as STORE_ORDERING_CHANGED,MENU_ITEM_AVAILABILITY_CHANGED',
    '--stores <list>': 'of webhook: ids of the stores of which it is told; all by default',
    '--state <state>': 'of deliveries: those in this state alone',
    '--from <instant>': 'of replay: what happened from then on',
    '--until <instant>': 'of replay, with --from: what happened before then',
    '--cursor <cursor>': 'of replay: the header webhook-cursor of a message that you have processed',
    '--successor <id>': 'of retire: the document to use instead',
  },
  settings: platformSettings.pick({ PORT_BASE: true, PARTNER_URL: true }),
  examples: [
    'partner account',
    'partner register 0190… stores.graphql --variables \'{"first":3}\'',
    'partner webhook 0190… http://localhost:9000/ --types STORE_ORDERING_CHANGED',
    'partner replay 0190… --from 2026-03-01T12:00:00Z',
    'partner retire 0190… --sunset 2026-12-31T00:00:00Z --successor 0190…',
  ],
};

endOnError('partner');
const {
  words: [verb, ...words],
  settings: { VARIABLES, OVERLAP_HOURS, SUNSET, SUCCESSOR, TYPES, STORES, STATE, FROM, UNTIL, CURSOR, ...flags },
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
  const [operation, input, variables] = requestOf(asked);
  const port = settings.PORT_BASE + (channels.find(({ name }) => name === 'partner')?.port ?? 0);
  const { outcome, errors } = await askChannel(
    {
      channel: 'partner',
      url: settings.PARTNER_URL ?? `http://localhost:${port}`,
      token: settings.PARTNER_TOKEN,
    },
    operation,
    input ? { input } : (variables ?? {}),
  );
  const { json, toCopy } = partnerAnswer(errors === undefined ? outcome : { errors, outcome });
  console.log(json);
  // Whoever reads the answer by a program reads standard output.
  if (toCopy !== undefined) console.error(`\nTo be copied:\n\n${toCopy}`);
  const refused = outcome && '__typename' in outcome && !String(outcome['__typename']).endsWith('Success');
  if (errors !== undefined || refused) process.exitCode = 1;
}

/** An operation of the channel, its input, and its other variables. */
type Asked = [operation: string, input: Record<string, unknown> | undefined, variables?: Record<string, unknown>];

/** The channel's operation of a verb. */
function requestOf(asked: string): Asked {
  const word = (index: number, what: string): string => {
    const found = words[index];
    if (found === undefined) throw new StartupError(`name ${what}: see --help.`);
    return found;
  };
  const overlap = OVERLAP_HOURS !== undefined && { overlapHours: Number(OVERLAP_HOURS) };
  switch (asked) {
    case 'account':
      return ['partnerAccount', undefined];
    case 'key':
      return ['makeApiKey', { appId: word(0, 'the app'), ...overlap }];
    case 'revoke':
      return ['revokeApiKey', { keyId: word(0, 'the key') }];
    case 'register':
      return [
        'registerDocument',
        { appId: word(0, 'the app'), text: readGiven(word(1, 'a file')), trialVariables: VARIABLES },
      ];
    case 'activate':
      return ['activatePartnerDocument', { id: word(0, 'the document') }];
    case 'retire':
      if (SUNSET === undefined) throw new StartupError('say when it ends: --sunset <instant>.');
      return ['retirePartnerDocument', { id: word(0, 'the document'), sunset: SUNSET, successorId: SUCCESSOR }];
    case 'webhook':
      if (TYPES === undefined) throw new StartupError('say of what it is told: --types STORE_ORDERING_CHANGED,….');
      return [
        'registerWebhookEndpoint',
        {
          appId: word(0, 'the app'),
          url: word(1, 'an address'),
          eventTypes: TYPES.split(','),
          ...(STORES !== undefined && { storeIds: STORES.split(',') }),
        },
      ];
    case 'rotate':
      return ['rotateWebhookSecret', { id: word(0, 'the endpoint'), ...overlap }];
    case 'ping':
      return ['pingWebhookEndpoint', { id: word(0, 'the endpoint') }];
    case 'deliveries':
      return ['webhookDeliveries', undefined, { state: STATE }];
    case 'replay': {
      const [endpointId, ...ids] = [word(0, 'the endpoint'), ...words.slice(1)];
      return [
        'replayWebhooks',
        { endpointId, ...(ids.length > 0 && { ids }), from: FROM, until: UNTIL, after: CURSOR },
      ];
    }
    case 'enable':
    case 'disable': {
      const state = asked === 'enable' ? 'ACTIVE' : 'DISABLED';
      return ['setWebhookEndpointState', { id: word(0, 'the endpoint'), state }];
    }
    case 'remove':
      return ['removeWebhookEndpoint', { id: word(0, 'the endpoint') }];
    default:
      throw new StartupError(`"${asked}" is not understood: see --help.`);
  }
}
