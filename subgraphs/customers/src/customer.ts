import type { AddressVersion, ConsentChange, Customer } from '#generated/customers/prisma/client.ts';
import type { Allergen, Diet, MarketingChannel } from '#generated/customers/resolvers.ts';
import type { DataKey } from '#platform/pii/keyring.ts';
import { open, seal, type Sealed } from '#platform/pii/sealedField.ts';
import type { AddressContent } from './address.ts';
import type { Locale, Profile } from './profile.ts';

export interface Preferences {
  readonly diets: readonly Diet[];
  readonly avoidAllergens: readonly Allergen[];
  readonly marketingChannel: MarketingChannel;
}

/** A customer with decrypted fields. It is kept only for the length of a request. */
export interface CustomerView extends Profile {
  readonly id: string;
  readonly preferences: Preferences;
  readonly defaultAddressId: string | null;
  readonly registeredAt: Date;
}

/** An address of a customer; its content is that of its present version. */
export interface AddressView {
  readonly id: string;
  readonly customerId: string;
  readonly currentVersionId: string;
  readonly isDefault: boolean;
}

/** A version of an address with decrypted fields. It is kept only for the length of a request. */
export interface AddressVersionView extends AddressContent {
  readonly id: string;
  readonly addressId: string;
  readonly customerId: string;
  readonly version: number;
  readonly createdAt: Date;
}

export type ConsentChangeRow = ConsentChange;

export interface FavouriteEdge {
  readonly cursor: string;
  readonly node: { readonly storeId: string; readonly addedAt: Date };
}

const sealOptional = (key: DataKey, field: string, text: string | null): Sealed | null =>
  text === null ? null : seal(key, field, text);
const openOptional = (key: DataKey, field: string, sealed: Uint8Array | null): string | null =>
  sealed === null ? null : open(key, field, sealed);

/**
 * The encrypted columns of a profile. The blind index of the e-mail address is not among them: it comes from the
 * keyring.
 */
export const sealProfile = (key: DataKey, profile: Profile) => ({
  givenName: seal(key, 'customer.givenName', profile.givenName),
  familyName: seal(key, 'customer.familyName', profile.familyName),
  email: seal(key, 'customer.email', profile.email),
  phone: sealOptional(key, 'customer.phone', profile.phone),
  birthday: sealOptional(key, 'customer.birthday', profile.birthday),
  locale: profile.locale,
});

export const openProfile = (key: DataKey, row: Customer): Profile => ({
  givenName: open(key, 'customer.givenName', row.givenName),
  familyName: open(key, 'customer.familyName', row.familyName),
  email: open(key, 'customer.email', row.email),
  phone: openOptional(key, 'customer.phone', row.phone),
  birthday: openOptional(key, 'customer.birthday', row.birthday),
  locale: row.locale as Locale,
});

/**
 * The encrypted columns of preferences: what somebody eats tells something about health and faith. Lists keep their
 * order, without repetitions.
 */
export const sealPreferences = (key: DataKey, preferences: Preferences) => ({
  diets: seal(key, 'customer.diets', JSON.stringify([...new Set(preferences.diets)])),
  avoidAllergens: seal(key, 'customer.avoidAllergens', JSON.stringify([...new Set(preferences.avoidAllergens)])),
  marketingChannel: preferences.marketingChannel,
});

const openPreferences = (key: DataKey, row: Customer): Preferences => ({
  diets: JSON.parse(open(key, 'customer.diets', row.diets)) as Diet[],
  avoidAllergens: JSON.parse(open(key, 'customer.avoidAllergens', row.avoidAllergens)) as Allergen[],
  marketingChannel: row.marketingChannel as MarketingChannel,
});

export const openCustomer = (key: DataKey, row: Customer): CustomerView => ({
  ...openProfile(key, row),
  id: row.id,
  preferences: openPreferences(key, row),
  defaultAddressId: row.defaultAddressId,
  registeredAt: row.registeredAt,
});

export const sealAddress = (key: DataKey, content: AddressContent) => ({
  label: sealOptional(key, 'addressVersion.label', content.label),
  line1: seal(key, 'addressVersion.line1', content.line1),
  line2: sealOptional(key, 'addressVersion.line2', content.line2),
  postalCode: seal(key, 'addressVersion.postalCode', content.postalCode),
  city: seal(key, 'addressVersion.city', content.city),
  region: sealOptional(key, 'addressVersion.region', content.region),
  country: content.country,
  position: seal(
    key,
    'addressVersion.position',
    JSON.stringify([content.position.latitude, content.position.longitude]),
  ),
  instructions: sealOptional(key, 'addressVersion.instructions', content.instructions),
});

export function openAddress(key: DataKey, row: AddressVersion): AddressContent {
  const [latitude, longitude] = JSON.parse(open(key, 'addressVersion.position', row.position)) as [number, number];
  return {
    label: openOptional(key, 'addressVersion.label', row.label),
    line1: open(key, 'addressVersion.line1', row.line1),
    line2: openOptional(key, 'addressVersion.line2', row.line2),
    postalCode: open(key, 'addressVersion.postalCode', row.postalCode),
    city: open(key, 'addressVersion.city', row.city),
    region: openOptional(key, 'addressVersion.region', row.region),
    country: row.country,
    position: { latitude, longitude },
    instructions: openOptional(key, 'addressVersion.instructions', row.instructions),
  };
}

export const openVersion = (key: DataKey, row: AddressVersion): AddressVersionView => ({
  ...openAddress(key, row),
  id: row.id,
  addressId: row.addressId,
  customerId: row.customerId,
  version: row.version,
  createdAt: row.createdAt,
});

/** A customer as support sees them. */
export interface SupportedCustomerView {
  readonly customerId: string;
  readonly registeredAt: string;
}
