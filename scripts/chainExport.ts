import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';
import { generateOrFail } from './system/generateOrFail.ts';
import { readEnvironment } from './system/readEnvironment.ts';
import { Teardown } from './system/teardown.ts';
import { exportFolder } from './system/transfer/exportFolder.ts';
import { exportCommandOf, folderOf } from './system/transfer/importCommand.ts';

/** `chain:export <folder>`: see --help. */
const teardown = new Teardown();
endOnError('chain:export', () => teardown.run());
const { switches, settings: flags, words } = commandLine(exportCommandOf);
const folder = folderOf(words, exportCommandOf);
await generateOrFail(console.log);
// Imported only now, because it needs generated code, which a fresh clone does not have before.
const { openTransferDomains } = await import('./system/transfer/openDomains.ts');
const domains = await openTransferDomains(
  { environment: await readEnvironment(), flags, print: console.log },
  teardown,
);
await exportFolder({ folder, domains, format: switches.has('json') ? 'json' : 'csv', print: console.log });
await teardown.run();
