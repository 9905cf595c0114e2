import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf } from './system/commandLine.ts';
import { domainAddresses } from './system/domainAddresses.ts';
import { command, eventsCommand } from './system/eventsCommand.ts';
import { readEnvironment } from './system/readEnvironment.ts';

/** `events parked list|show|replay`, `events rebuild`: see --help. Ends with 1 when something is left undone. */
const own = ['CONSUMER', 'AGGREGATE', 'ID', 'WAIT', 'DATABASE_URL'];

endOnError('events');
const { settings: flags, words } = commandLine(command);
if (!words.length) console.log(helpOf(command));
else process.exitCode = (await eventsCommand({ words, flags, urlOf: await urls(flags), print: console.log })) ? 0 : 1;

/** A told database, or those of a system that is there. */
async function urls(flags: Readonly<Record<string, string>>): Promise<(domain: string) => Promise<string>> {
  const environment = await readEnvironment();
  const told = flags['DATABASE_URL'] ?? environment['DATABASE_URL'];
  if (told) return () => Promise.resolve(told);
  return domainAddresses(environment, Object.fromEntries(Object.entries(flags).filter(([key]) => !own.includes(key))));
}
