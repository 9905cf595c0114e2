import { describe, expect, it } from 'vitest';
import { loadSettings } from '#platform/config/loadSettings.ts';
import { originsOf, originsSettings } from './channelOrigins.ts';

const told = (text: string | undefined): readonly string[] =>
  originsOf(
    loadSettings(originsSettings(['web', 'drive-in']), { environment: { DRIVE_IN_ORIGINS: text } }),
    'drive-in',
  );

describe('the origins of a channel', () => {
  it('are those that are named, and none unless told', () => {
    expect(told('https://www.example.com, http://localhost:5173,')).toEqual([
      'https://www.example.com',
      'http://localhost:5173',
    ]);
    expect([told(undefined), told('')]).toEqual([[], []]);
  });

  it.each([
    'https://www.example.com/',
    'https://www.example.com/app',
    'https://*.example.com',
    '*',
    'www.example.com',
    'null',
    'https://www.example.com:443',
    'https://WWW.example.com',
    'https://user@www.example.com',
    'https://www.example.com?x',
    'ftp://www.example.com',
    'https://www.example.com https://other.example.com',
  ])('may not be %s: no browser would ever send it', (wrong) => {
    expect(() => told(`https://good.example.com,${wrong}`)).toThrow(
      /^DRIVE_IN_ORIGINS=[^\n]+ is wrong: "[^\n]+" is no origin as browsers send it, [^\n]+$/,
    );
  });
});
