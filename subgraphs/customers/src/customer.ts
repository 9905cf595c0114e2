import type { AddressVersion, ConsentChange, Customer } from '#generated/customers/prisma/client.ts';
import type { Allergen, Diet, MarketingChannel } from '#generated/customers/resolvers.ts';
import type { DataKey } from '#platform/pii/keyring.ts';
import { open, seal, type Sealed, type SealedPlace } from '#platform/pii/sealedField.ts';
import type { AddressContent } from './address.ts';
import type { Locale, Profile } from './profile.ts';

export interface Preferences {
  readonly diets: readonly Diet[];
  readonly avoidAllergens: readonly Allergen[];
  readonly marketingChannel: MarketingChannel;
  readonly quietHours: QuietHours | null;
}

/** Hours of each day, as HH:MM by the clock of an IANA time zone, in which nothing is to ring. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
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

const sealOptional = (key: DataKey, place: SealedPlace, text: string | null): Sealed | null =>
  text === null ? null : seal(key, place, text);
const openOptional = (key: DataKey, place: SealedPlace, sealed: Uint8Array | null): string | null =>
  sealed === null ? null : open(key, place, sealed);

const ofCustomer = (column: string, row: string): SealedPlace => ({ field: `customer.${column}`, row });
const ofVersion = (column: string, row: string): SealedPlace => ({ field: `addressVersion.${column}`, row });

/**
 * The encrypted columns of a profile. The blind index of the e-mail address is not among them: it comes from the
 * keyring.
 */
export const sealProfile = (key: DataKey, id: string, profile: Profile) => ({
  givenName: seal(key, ofCustomer('givenName', id), profile.givenName),
  familyName: seal(key, ofCustomer('familyName', id), profile.familyName),
  email: seal(key, ofCustomer('email', id), profile.email),
  phone: sealOptional(key, ofCustomer('phone', id), profile.phone),
  birthday: sealOptional(key, ofCustomer('birthday', id), profile.birthday),
  locale: profile.locale,
});

export const openProfile = (key: DataKey, row: Customer): Profile => ({
  givenName: open(key, ofCustomer('givenName', row.id), row.givenName),
  familyName: open(key, ofCustomer('familyName', row.id), row.familyName),
  email: open(key, ofCustomer('email', row.id), row.email),
  phone: openOptional(key, ofCustomer('phone', row.id), row.phone),
  birthday: openOptional(key, ofCustomer('birthday', row.id), row.birthday),
  locale: row.locale as Locale,
});

/**
 * The encrypted columns of preferences: what somebody eats tells something about health and faith. Lists keep their
 * order, without repetitions.
 */
export const sealPreferences = (key: DataKey, id: string, preferences: Preferences) => ({
  diets: seal(key, ofCustomer('diets', id), JSON.stringify([...new Set(preferences.diets)])),
  avoidAllergens: seal(key, ofCustomer('avoidAllergens', id), JSON.stringify([...new Set(preferences.avoidAllergens)])),
  marketingChannel: preferences.marketingChannel,
  quietHours: sealOptional(
    key,
    ofCustomer('quietHours', id),
    preferences.quietHours && JSON.stringify(preferences.quietHours),
  ),
});

const openPreferences = (key: DataKey, row: Customer): Preferences => ({
  diets: JSON.parse(open(key, ofCustomer('diets', row.id), row.diets)) as Diet[],
  avoidAllergens: JSON.parse(open(key, ofCustomer('avoidAllergens', row.id), row.avoidAllergens)) as Allergen[],
  marketingChannel: row.marketingChannel as MarketingChannel,
  quietHours: row.quietHours && (JSON.parse(open(key, ofCustomer('quietHours', row.id), row.quietHours)) as QuietHours),
});

export const openCustomer = (key: DataKey, row: Customer): CustomerView => ({
  ...openProfile(key, row),
  id: row.id,
  preferences: openPreferences(key, row),
  defaultAddressId: row.defaultAddressId,
  registeredAt: row.registeredAt,
});

export const sealAddress = (key: DataKey, versionId: string, content: AddressContent) => ({
  label: sealOptional(key, ofVersion('label', versionId), content.label),
  line1: seal(key, ofVersion('line1', versionId), content.line1),
  line2: sealOptional(key, ofVersion('line2', versionId), content.line2),
  postalCode: seal(key, ofVersion('postalCode', versionId), content.postalCode),
  city: seal(key, ofVersion('city', versionId), content.city),
  region: sealOptional(key, ofVersion('region', versionId), content.region),
  country: content.country,
  position: seal(
    key,
    ofVersion('position', versionId),
    JSON.stringify([content.position.latitude, content.position.longitude]),
  ),
  instructions: sealOptional(key, ofVersion('instructions', versionId), content.instructions),
});

export function openAddress(key: DataKey, row: AddressVersion): AddressContent {
  const [latitude, longitude] = JSON.parse(open(key, ofVersion('position', row.id), row.position)) as [number, number];
  return {
    label: openOptional(key, ofVersion('label', row.id), row.label),
    line1: open(key, ofVersion('line1', row.id), row.line1),
    line2: openOptional(key, ofVersion('line2', row.id), row.line2),
    postalCode: open(key, ofVersion('postalCode', row.id), row.postalCode),
    city: open(key, ofVersion('city', row.id), row.city),
    region: openOptional(key, ofVersion('region', row.id), row.region),
    country: row.country,
    position: { latitude, longitude },
    instructions: openOptional(key, ofVersion('instructions', row.id), row.instructions),
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
