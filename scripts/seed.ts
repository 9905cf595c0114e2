import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';
import { startSettings } from './system/settingCatalogue.ts';
import { generateOrFail } from './system/generateOrFail.ts';

endOnError('seed');
const { switches, settings } = commandLine({
  name: 'seed',
  does: 'makes, migrates and seeds the databases of DATA_DIR, and ends. "start" does the same by itself in development.',
  flags: { '--fresh': 'throws away what DATA_DIR holds first' },
  settings: await startSettings(),
  examples: ['seed', 'seed --fresh --data-dir /tmp/demo'],
});
// Rests on generated code, which a fresh clone does not have yet.
const { seedSystem } = await import('./system/startSystem.ts');
await seedSystem({
  environment: process.env,
  flags: settings,
  settingsFile: '.env',
  fresh: switches.has('fresh'),
  progress: console.log,
  generate: () => generateOrFail(console.log),
});
console.log('seeded');
