import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { keepTestDatabases } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import type { ChannelClient } from './channelClient.ts';
import { launchTestSystem, type TestSystem } from './startTestSystem.ts';

let launched: Promise<TestSystem> | undefined;
let logFile: string | undefined;

/** All that the shared system has logged so far, at the level `debug`. */
export const loggedSoFar = (): string => (logFile === undefined ? '' : readFileSync(logFile, 'utf8'));

/**
 * The whole system with the usual options, one for all test files that run in this process: starting it takes longer
 * than most scenarios. Files of the project `shared` in vitest.config.ts use it, one after the other; it ends with the
 * process. A scenario finds orders and deliveries of other scenarios in it, so it must look at its own only, and leave
 * what all share (the menu, the stock, the store's hours) as it was.
 */
export async function sharedSystem(): Promise<TestSystem> {
  launched ??= launch();
  const system = await launched;
  const clients: ChannelClient[] = [];
  whenFileEnds(() => Promise.all(clients.map((client) => client.close())));
  return {
    ...system,
    client: (...args) => {
      const client = system.client(...args);
      clients.push(client);
      return client;
    },
  };
}

async function launch(): Promise<TestSystem> {
  try {
    logFile = join(temporaryFolder('log'), 'system.log');
    const log = createLogger({ level: 'debug', readable: false, destination: createWriteStream(logFile) });
    const { system } = await launchTestSystem({ signIn: {}, log });
    keepTestDatabases();
    return system;
  } catch (error) {
    launched = undefined;
    throw error;
  }
}
