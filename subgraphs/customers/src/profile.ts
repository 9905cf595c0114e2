import { InputChecks, type InputProblem } from './inputChecks.ts';

export type Locale = 'EN' | 'DE';

/**
 * A customer's profile with decrypted fields. It is kept only for the length of a request; the stored columns are
 * encrypted (see customer.ts).
 */
export interface Profile {
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  /** Telephone number in E.164 format. */
  readonly phone: string | null;
  /** Date of birth as an ISO date. */
  readonly birthday: string | null;
  readonly locale: Locale;
}

export type ProfileInput = { [Field in keyof Profile]?: Profile[Field] | null };

export type Checked<Value> =
  | { readonly kind: 'valid'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] };

/**
 * The form of an e-mail address that is the same for all its spellings: it is the one that is looked up, and unique.
 */
export const normaliseEmail = (email: string): string => email.trim().normalize('NFKC').toLowerCase();

/** Checks a whole profile. `today` is an ISO date. */
export function checkProfile(input: ProfileInput, today: string): Checked<Profile> {
  const checks = new InputChecks();
  const value: Profile = {
    givenName: checks.text('givenName', input.givenName, 100),
    familyName: checks.text('familyName', input.familyName, 100),
    email: checks.email('email', input.email),
    phone: checks.phone('phone', input.phone),
    birthday: checks.birthday('birthday', input.birthday, today),
    locale: input.locale ?? 'EN',
  };
  if (input.locale === null) checks.refuse('locale', 'REQUIRED', 'The language cannot be cleared.');
  return checks.problems.length > 0 ? { kind: 'invalid', problems: checks.problems } : { kind: 'valid', value };
}

/**
 * Applies changes to a profile: a field that is undefined keeps its value, one that is null is cleared. `changed` has
 * the names of the fields that have another value afterwards; an event may contain no more than those.
 */
export function changeProfile(
  profile: Profile,
  changes: ProfileInput,
  today: string,
): Checked<{ profile: Profile; changed: (keyof Profile)[] }> {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const checked = checkProfile({ ...profile, ...given }, today);
  if (checked.kind === 'invalid') return checked;
  const changed = (Object.keys(profile) as (keyof Profile)[]).filter(
    (field) => checked.value[field] !== profile[field],
  );
  return { kind: 'valid', value: { profile: checked.value, changed } };
}
