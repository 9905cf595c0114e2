import { InputChecks, type InputProblem } from './inputChecks.ts';

export type Locale = 'EN' | 'DE';

/** A person in clear. It lives as long as a request; what is stored is sealed (see sealedCustomer.ts). */
export interface Profile {
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  /** E.164. */
  readonly phone: string | null;
  /** ISO date. */
  readonly birthday: string | null;
  readonly locale: Locale;
}

export type ProfileInput = { [Field in keyof Profile]?: Profile[Field] | null };

export type Checked<Value> =
  | { readonly kind: 'valid'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] };

/** What two spellings of an address have in common: the form that is looked up, and unique. */
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
 * Lays changes over a profile: what is undefined stays, what is null is cleared. `changed` names the fields whose value
 * is another one now, which is all that an event may say.
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
