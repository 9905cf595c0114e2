import { describe, expect, it } from 'vitest';
import { changeProfile, checkProfile, normaliseEmail, type Profile } from './profile.ts';

const today = '2026-03-01';
const ada: Profile = {
  givenName: 'Ada',
  familyName: 'Löwe',
  email: 'ada@example.com',
  phone: '+4930123456',
  birthday: '1990-12-10',
  locale: 'DE',
};

const problemsOf = (input: Parameters<typeof checkProfile>[0]) => {
  const checked = checkProfile({ ...ada, ...input }, today);
  return checked.kind === 'valid' ? [] : checked.problems.map(({ field, code }) => `${field} ${code}`);
};

describe('checkProfile', () => {
  it('accepts a profile, and removes the blanks and signs that people type', () => {
    const checked = checkProfile({ ...ada, givenName: '  Ada ', phone: '+49 (30) 12-34.56', birthday: ' ' }, today);
    expect(checked).toEqual({ kind: 'valid', value: { ...ada, birthday: null } });
  });

  it.each([
    [{ givenName: ' ' }, 'givenName REQUIRED'],
    [{ familyName: 'x'.repeat(101) }, 'familyName TOO_LONG'],
    [{ givenName: 'A\u0000da' }, 'givenName MALFORMED'],
    [{ email: 'ada' }, 'email MALFORMED'],
    [{ email: 'ada@localhost' }, 'email MALFORMED'],
    [{ email: '' }, 'email REQUIRED'],
    [{ phone: '030 123456' }, 'phone MALFORMED'],
    [{ phone: '+0123456789' }, 'phone MALFORMED'],
    [{ phone: '+12345678901234567' }, 'phone MALFORMED'],
    [{ birthday: '1990-02-30' }, 'birthday MALFORMED'],
    [{ birthday: '2026-03-02' }, 'birthday OUT_OF_RANGE'],
    [{ birthday: '1899-12-31' }, 'birthday OUT_OF_RANGE'],
    [{ locale: null }, 'locale REQUIRED'],
  ] as const)('refuses %j', (input, problem) => {
    expect(problemsOf(input)).toEqual([problem]);
  });

  it('names everything that is wrong at once, and repeats no value', () => {
    const checked = checkProfile({ ...ada, givenName: '', email: 'secret-value' }, today);
    expect(checked.kind).toBe('invalid');
    expect(JSON.stringify(checked)).not.toContain('secret-value');
    expect(problemsOf({ givenName: '', email: 'secret-value' })).toHaveLength(2);
  });
});

describe('changeProfile', () => {
  it('keeps what is left out, clears what is null, and names what changed', () => {
    expect(changeProfile(ada, { givenName: undefined, phone: null, locale: 'EN' }, today)).toEqual({
      kind: 'valid',
      value: { profile: { ...ada, phone: null, locale: 'EN' }, changed: ['phone', 'locale'] },
    });
  });

  it('changes nothing when the values are the same', () => {
    expect(changeProfile(ada, { ...ada }, today)).toMatchObject({ kind: 'valid', value: { changed: [] } });
  });

  it('refuses to clear required fields', () => {
    expect(changeProfile(ada, { email: null }, today)).toMatchObject({
      kind: 'invalid',
      problems: [{ field: 'email', code: 'REQUIRED' }],
    });
  });
});

describe('normaliseEmail', () => {
  it('makes spellings of one address equal', () => {
    expect(normaliseEmail(' ADA@Example.com ')).toBe(normaliseEmail('ada@example.COM'));
  });
});
