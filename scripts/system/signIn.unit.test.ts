import { expect, it } from 'vitest';
import { signInOf, signInSettings } from './signIn.ts';

const settings = { PROFILE: 'production', PORT_BASE: 4000 } as const;
const named = { ...settings, CLIENT_ISSUER: 'https://id.example.com/', STAFF_SIGN_IN_CLIENT_ID: 'staff' };

it('lets the people of staff sign in where the settings say so, and on channels with such pages only', () => {
  expect(signInOf('staff', named, true)).toEqual({ issuer: 'https://id.example.com/', clientId: 'staff' });
  expect(signInOf('staff', { ...named, STAFF_SIGN_IN_CLIENT_ID: undefined }, true)).toBeUndefined();
  expect(signInOf('kiosk', named, true)).toBeUndefined();
  // Each channel has a client of its own.
  expect(signInOf('partner', named, true)).toBeUndefined();
  expect(signInOf('partner', { ...named, PARTNER_SIGN_IN_CLIENT_ID: 'portal' }, true)?.clientId).toBe('portal');
});

it('takes the former name of the setting of staff, for staff alone', () => {
  const before = { ...settings, CLIENT_ISSUER: named.CLIENT_ISSUER, SIGN_IN_CLIENT_ID: 'office' };
  expect(signInOf('staff', before, true)?.clientId).toBe('office');
  expect(signInOf('staff', { ...before, STAFF_SIGN_IN_CLIENT_ID: 'staff' }, true)?.clientId).toBe('staff');
  expect(signInOf('partner', before, true)).toBeUndefined();
  expect(Object.keys(signInSettings(['staff']).shape)).toEqual(['STAFF_SIGN_IN_CLIENT_ID', 'SIGN_IN_CLIENT_ID']);
});

it('uses the sandbox’s provider in development alone, where it runs and no other one is named', () => {
  const development = { ...settings, PROFILE: 'development' } as const;
  const own = { issuer: 'http://localhost:4048', clientId: 'drburger-staff' };
  expect(signInOf('staff', development, true)).toEqual(own);
  expect(signInOf('staff', development, false)).toBeUndefined();
  expect(signInOf('staff', settings, true)).toBeUndefined();
  const keycloak = {
    ...development,
    CLIENT_ISSUER: 'http://localhost:4049/realms/drburger',
    STAFF_SIGN_IN_CLIENT_ID: 'staff',
  };
  expect(signInOf('staff', keycloak, true)?.issuer).toBe(keycloak.CLIENT_ISSUER);
});

it.each([undefined, 'drburger-dev', 'http://id.example.com/'])('refuses to send browsers to %s', (CLIENT_ISSUER) => {
  expect(() => signInOf('staff', { ...named, CLIENT_ISSUER }, true)).toThrow(
    'the https:// address of an OpenID provider',
  );
});
