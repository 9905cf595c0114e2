import { endOnError } from '#platform/telemetry/endOnError.ts';
import { generateOrFail } from './system/generateOrFail.ts';
import { parseFlags } from './system/flags.ts';
import { seedSystem } from './system/startSystem.ts';

/** `seed [--fresh]`: makes, migrates and seeds the databases of DATA_DIR, and ends. `start` does the same by itself in development. */
endOnError('seed');
const { switches, settings } = parseFlags(process.argv.slice(2), ['fresh']);
await seedSystem({
  environment: process.env, flags: settings, settingsFile: '.env', fresh: switches.has('fresh'), progress: console.log, generate: () => generateOrFail(console.log),
});
console.log('seeded');
