import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf } from './system/commandLine.ts';
import { domainAddresses } from './system/domainAddresses.ts';
import { command, eventsCommand } from './system/eventsCommand.ts';
import { readEnvironment } from './system/readEnvironment.ts';

/** The commands `events parked list|show|replay` and `events rebuild`; see --help. Exits with 1 if any work failed. */
const own = ['CONSUMER', 'AGGREGATE', 'ID', 'WAIT', 'DATABASE_URL'];

endOnError('events');
const { settings: flags, words } = commandLine(command);
if (!words.length) console.log(helpOf(command));
else process.exitCode = (await eventsCommand({ words, flags, urlOf: await urls(flags), print: console.log })) ? 0 : 1;

/** How to find a domain's database: the one that DATABASE_URL gives, or that of a running system. */
async function urls(flags: Readonly<Record<string, string>>): Promise<(domain: string) => Promise<string>> {
  const environment = await readEnvironment();
  const told = flags['DATABASE_URL'] ?? environment['DATABASE_URL'];
  if (told) return () => Promise.resolve(told);
  return domainAddresses(environment, Object.fromEntries(Object.entries(flags).filter(([key]) => !own.includes(key))));
}
