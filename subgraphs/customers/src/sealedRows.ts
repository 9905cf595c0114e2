import type { SealedRows } from '#platform/pii/sealedRows.ts';

/** What is sealed by a customer's key: profile, preferences, and all versions of all addresses. */
export const sealedRows: SealedRows = {
  keys: { table: 'customer_key', owner: 'customer_id', wrapped: 'wrapped' },
  lock: { table: 'customer', owner: 'id' },
  tables: [
    {
      table: 'customer',
      place: 'customer',
      row: 'id',
      owner: 'id',
      columns: {
        givenName: 'given_name',
        familyName: 'family_name',
        email: 'email',
        phone: 'phone',
        birthday: 'birthday',
        diets: 'diets',
        avoidAllergens: 'avoid_allergens',
        quietHours: 'quiet_hours',
      },
    },
    {
      table: 'address_version',
      place: 'addressVersion',
      row: 'id',
      owner: 'customer_id',
      columns: {
        label: 'label',
        line1: 'line1',
        line2: 'line2',
        postalCode: 'postal_code',
        city: 'city',
        region: 'region',
        position: 'position',
        instructions: 'instructions',
      },
    },
  ],
};
