import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';
import { generateOrFail } from './system/generateOrFail.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { Teardown } from './system/teardown.ts';
import { readFolder } from '#schema/import/reading/readFolder.ts';
import { folderOf, importCommand, importCommandOf } from './system/transfer/importCommand.ts';

/** `chain:import <folder>`: see --help. Ends with 1 when something in the folder is wrong. */
const teardown = new Teardown();
endOnError('chain:import', () => teardown.run());
const { switches, settings: flags, words } = commandLine(importCommandOf);
const read = readFolder(folderOf(words, importCommandOf));
await generateOrFail(console.log);
// Imported only now, because it needs generated code, which a fresh clone does not have before.
const { openTransferDomains } = await import('./system/transfer/openDomains.ts');
const domains = await openTransferDomains(
  { environment: await readEnvironment(), flags, print: console.log },
  teardown,
);
const right = await importCommand({ read, domains, dryRun: switches.has('dry-run'), print: console.log });
await teardown.run();
process.exitCode = right ? 0 : 1;
