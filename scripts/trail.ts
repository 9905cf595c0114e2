import { endOnError } from '#platform/telemetry/endOnError.ts';
import { trailCommand, command } from './system/trailCommand.ts';
import { commandLine, helpOf } from './system/commandLine.ts';
import { domainAddresses } from './system/domainAddresses.ts';
import { readEnvironment } from './system/readEnvironment.ts';

/** The commands `trail verify` and `trail export`; see --help. Exits with 1 if a row is not as it was written. */
endOnError('trail');
const { settings, switches, words } = commandLine(command);
const { ANCHOR: anchor, DATABASE_URL: given, ...flags } = settings;
const environment = await readEnvironment();
const told = given ?? environment['DATABASE_URL'];
if (!words.length) console.log(helpOf(command));
else {
  const urlOf = told ? () => told : domainAddresses(environment, flags);
  const isWhole = await trailCommand({ words, anchor, csv: switches.has('csv'), urlOf, print: console.log });
  if (!isWhole) process.exitCode = 1;
}
