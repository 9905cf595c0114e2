import { InputChecks } from './inputChecks.ts';
import type { Checked } from './profile.ts';

/** How many addresses a customer may keep at once. */
export const maxAddresses = 20;

/** The content of one version of an address, unencrypted. */
export interface AddressContent {
  readonly label: string | null;
  readonly line1: string;
  readonly line2: string | null;
  readonly postalCode: string;
  readonly city: string;
  readonly region: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly position: { readonly latitude: number; readonly longitude: number };
  readonly instructions: string | null;
}

export interface AddressInput {
  readonly label?: string | null;
  readonly line1: string;
  readonly line2?: string | null;
  readonly postalCode: string;
  readonly city: string;
  readonly region?: string | null;
  readonly country: string;
  readonly position: { readonly latitude: number; readonly longitude: number };
  readonly instructions?: string | null;
}

/** Checks the content of an address; the fields of problems begin with `address.`. */
export function checkAddress(input: AddressInput): Checked<AddressContent> {
  const checks = new InputChecks();
  const value: AddressContent = {
    label: checks.optionalText('address.label', input.label, 50),
    line1: checks.text('address.line1', input.line1, 200),
    line2: checks.optionalText('address.line2', input.line2, 200),
    postalCode: checks.text('address.postalCode', input.postalCode, 20),
    city: checks.text('address.city', input.city, 100),
    region: checks.optionalText('address.region', input.region, 100),
    country: checks.country('address.country', input.country),
    position: checks.position('address.position', input.position),
    instructions: checks.optionalText('address.instructions', input.instructions, 500),
  };
  return checks.problems.length > 0 ? { kind: 'invalid', problems: checks.problems } : { kind: 'valid', value };
}
