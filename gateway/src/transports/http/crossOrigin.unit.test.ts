import { expect, it } from 'vitest';
import { StartupError } from '#platform/config/startupError.ts';
import { fixture } from '../../testkit/fixtureGraph.ts';
import { serveFixture } from '../../testkit/servedChannel.ts';

it.each(['https://www.example.com/', 'https://*.example.com', 'www.example.com', 'https://www.example.com:443'])(
  'a channel whose manifest names %s as an origin, which no browser would send, does not start',
  async (wrong) => {
    const starting = serveFixture(await fixture(), { manifest: { origins: ['https://good.example.com', wrong] } });
    const failed = await starting.then(
      (served) => served.close(),
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(StartupError);
    expect((failed as Error).message).toContain(`origins of the channel kiosk: "${wrong}" is no origin`);
  },
);
