import { expect, it } from 'vitest';
import { portalOriginsOf, restUrlOf } from './portalAddresses.ts';

const development = { PROFILE: 'development', PORT_BASE: 4000 } as const;

it('lets the portal of a system on this machine call its REST, over TLS where that is spoken', () => {
  expect(restUrlOf(development, true)).toBe('http://localhost:4007');
  expect(portalOriginsOf(development, true)).toEqual(['http://localhost:4005', 'http://127.0.0.1:4005']);
  const overTls = { ...development, TLS_CERT_PATH: 'cert.pem', TLS_KEY_PATH: 'key.pem' };
  expect(restUrlOf(overTls, true)).toBe('https://localhost:4007');
  expect(portalOriginsOf(overTls, true)[0]).toBe('https://localhost:4005');
});

it('guesses nothing elsewhere: in production, and where channels are processes of their own, both are told', () => {
  const production = { ...development, PROFILE: 'production' } as const;
  for (const [settings, own] of [
    [production, true],
    [development, false],
  ] as const)
    expect([restUrlOf(settings, own), portalOriginsOf(settings, own)]).toEqual([undefined, []]);
  const told = { ...production, PARTNER_URL: 'https://partner.example.com/', REST_URL: 'https://api.example.com/' };
  expect(restUrlOf(told, false)).toBe('https://api.example.com');
  expect(portalOriginsOf(told, false)).toEqual(['https://partner.example.com']);
});
