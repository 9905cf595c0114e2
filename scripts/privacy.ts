import { randomUUID } from 'node:crypto';
import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { staffChannel, staffChannelSettings, type AskStaff } from './system/staffChannel.ts';

const command: Command = {
  name: 'privacy',
  does: 'what a person may ask of us about their own data, under STAFF_TOKEN, a token of support or admin.',
  forms: {
    'privacy export <customer>': 'prints what all domains keep about them as one JSON document',
    'privacy erase <customer>':
      'destroys the keys of their data in all domains, so that nobody reads them any more; needs --confirm',
  },
  flags: {
    '--reason <reason>': 'CUSTOMER_ASKED, the default, or LEGAL_DUTY: it is recorded who did it, when and why',
    '--confirm': 'of erase: the customer was asked; it cannot be undone',
  },
  settings: staffChannelSettings,
  more: 'The customer is an id or an e-mail address. An export ends with 1 if a domain did not answer, whose part is then missing. In development, STAFF_TOKEN is what `token:for support` prints.',
  examples: ['privacy export anna@example.com > anna.json', 'privacy erase 0190… --confirm --reason LEGAL_DUTY'],
};

endOnError('privacy');
const { words, switches, settings: flags } = commandLine(command);
const [verb, who] = words;
if (verb === undefined) console.log(helpOf(command));
else await run(verb, who);

async function run(asked: string, person: string | undefined): Promise<void> {
  if (asked !== 'export' && asked !== 'erase') throw new StartupError(`"${asked}" is not understood: see --help.`);
  if (person === undefined) throw new StartupError(`say whom: privacy ${asked} <customer id or e-mail address>.`);
  if (asked === 'erase' && !switches.has('confirm'))
    throw new StartupError('an erasure cannot be undone: ask the customer, and add --confirm.');
  const { REASON = 'CUSTOMER_ASKED', ...others } = flags;
  const ask = await staffChannel(others, 'support or admin');
  const customerId = person.includes('@') ? await idOf(person, ask) : person;
  if (asked === 'erase') {
    const input = { customerId, reason: REASON, idempotencyKey: randomUUID() };
    const { outcome, errors } = await ask('eraseCustomer', { input });
    return tell(outcome?.['__typename'] === 'CustomerErasedBySupport', errors ?? outcome);
  }
  const { outcome, errors } = await ask('exportCustomer', { input: { customerId, reason: REASON } });
  if (typeof outcome?.['document'] !== 'string') return tell(false, errors ?? outcome);
  const missing = outcome['unreachableDomains'] as string[];
  if (missing.length) console.error(`privacy: these domains did not answer: ${missing.join(', ')}. Ask again later.`);
  tell(missing.length === 0, JSON.parse(outcome['document']));
}

async function idOf(email: string, ask: AskStaff): Promise<string> {
  const { outcome, errors } = await ask('supportedCustomer', { email });
  if (errors !== undefined) throw new StartupError(`the customer cannot be found: ${JSON.stringify(errors)}.`);
  if (!outcome) throw new StartupError('no customer has this e-mail address.');
  return String(outcome['customerId']);
}

function tell(isGood: boolean, what: unknown): void {
  console.log(JSON.stringify(what, null, 2));
  if (!isGood) process.exitCode = 1;
}
