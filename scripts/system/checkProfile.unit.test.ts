import { describe, expect, it } from 'vitest';
import { checkProfile, developmentOnly } from './checkProfile.ts';
import { welcome } from './welcome.ts';

describe('the production profile', () => {
  it.each(['FAIL_POINT', 'CLIENT_SIGNING_KEY', 'CLIENT_SIGNING_KEY_FILE'])(
    'refuses %s, which is for development',
    (name) => {
      expect(() => checkProfile({ PROFILE: 'production', SIMULATION: undefined }, { [name]: 'x' })).toThrow(
        `${name} is for development: unset it in the production profile.`,
      );
      expect(() => checkProfile({ PROFILE: 'development', SIMULATION: undefined }, { [name]: 'x' })).not.toThrow();
    },
  );

  it.each(['http://localhost:4048', 'http://127.0.0.1:4048', 'https://[::1]/'])(
    'refuses the sandbox’s identity provider: %s',
    (CLIENT_ISSUER) => {
      expect(() => checkProfile({ PROFILE: 'production', SIMULATION: undefined, CLIENT_ISSUER }, {})).toThrow(
        'CLIENT_ISSUER is on this machine, as the sandbox’s identity provider is',
      );
      expect(() => checkProfile({ PROFILE: 'development', SIMULATION: undefined, CLIENT_ISSUER }, {})).not.toThrow();
    },
  );

  it('refuses the simulation and the sandbox', () => {
    expect(() => checkProfile({ PROFILE: 'production', SIMULATION: true }, {})).toThrow(
      'SIMULATION is for development',
    );
    expect(() => checkProfile({ PROFILE: 'production', SIMULATION: false }, {})).not.toThrow();
    expect(() => developmentOnly({ PROFILE: 'production' }, 'The simulation is')).toThrow(
      'The simulation is for the development profile only.',
    );
  });

  it('advertises neither the explorer nor tokens nor the sandbox in its welcome', () => {
    const running = (PROFILE: 'development' | 'production') =>
      ({
        settings: { PROFILE, PORT_BASE: 4000, DATA_DIR: '.data' },
        metricsUrl: 'http://m',
        parts: { whole: true },
        edge: { gateway: { url: 'http://g/graphql' }, channels: [{ name: 'kiosk', url: 'http://k/graphql' }] },
      }) as unknown as Parameters<typeof welcome>[0];
    expect(welcome(running('development'), 1)).toMatch(/explorer[^]*token:for/);
    const told = welcome(running('production'), 1);
    expect(told).toContain('http://k/graphql');
    expect(told).not.toMatch(/explorer|token:for|TOKEN|sandbox/);
  });
});
