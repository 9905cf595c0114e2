import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { until } from '#platform/testkit/until.ts';
import { simulate } from './simulation.ts';

it.each([undefined, 'simulation'])(
  'the simulation names its service once in each line, in a process whose service is %s',
  async (service) => {
    const folder = mkdtempSync(join(tmpdir(), 'drburger-simulation-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const lines: string[] = [];
    const nobody = 'http://127.0.0.1:9/graphql';
    const stop = await simulate({
      gatewayUrl: nobody,
      deliveryUrl: nobody,
      secretOptions: {
        settings: { PROFILE: 'development', DATA_DIR: folder },
        environment: {},
        onMade: () => undefined,
      },
      log: createLogger({
        level: 'warn',
        service,
        readable: false,
        destination: { write: (line) => void lines.push(line) },
      }),
    });
    await until(() => lines.length > 0);
    await stop();
    for (const line of lines) expect(line.match(/"service":"[^"]*"/g)).toEqual(['"service":"simulation"']);
  },
);
