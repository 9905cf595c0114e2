import { seedId } from './seedId.ts';

/** Ids of what is made while the system runs. One that is not there is left empty, to be filled in. */
export interface ExampleIds {
  /** An order of the user. */
  readonly orderId?: string;
  readonly deliveryId?: string;
  /** A courier whose position the user may see; by default the first of the seed. */
  readonly courierId?: string;
  readonly marketplaceOrderId?: string;
}

type ExampleValue = (ids: ExampleIds) => unknown;

const daysOn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const vendorItem: ExampleValue = () => seedId('vendorItem', 'brownie');
const order: ExampleValue = ({ orderId }) => orderId;
const marketplaceOrder: ExampleValue = ({ marketplaceOrderId }) => marketplaceOrderId;
const stock: ExampleValue = () => seedId('ingredient', 'bun');
/** What was never edited has this version. */
const unedited: ExampleValue = () => 0;
const partnerDocument: ExampleValue = () =>
  '# The names of the stores.\nquery StoreNames { stores(first: 3) { edges { node { name } } } }';

/**
 * Values of the seed for the explorers: by a coordinate, for a variable that goes there and for a field of an input,
 * also an optional one; otherwise by the name of the variable or the field.
 */
export const exampleValues: Readonly<Record<string, ExampleValue>> = {
  storeId: () => seedId('store', 1),
  storeIds: () => [seedId('store', 1)],
  menuItemId: () => seedId('menuItem', 'cheeseburger'),
  categoryId: () => seedId('category', 'burgers'),
  modifierGroupId: () => seedId('modifierGroup', 'burger-extras'),
  ingredientId: stock,
  customerId: () => seedId('customer', 1),
  addressVersionId: () => seedId('addressVersion', '1/1'),
  courierId: ({ courierId }) => courierId ?? seedId('courier', 1),
  vendorId: () => seedId('vendor', 1),
  planId: () => 'plus-monthly',
  appId: () => seedId('partner-app', 1),
  orderId: order,
  deliveryId: ({ deliveryId }) => deliveryId,
  email: () => 'ada@example.com',
  locale: () => 'DE',
  service: () => 'TAKEAWAY',
  methodToken: () => 'tok_visa',
  idempotencyKey: () => crypto.randomUUID(),
  latitude: () => 52.52,
  longitude: () => 13.4,
  quantity: () => 1,
  date: () => daysOn(1).slice(0, 10),
  phone: () => '+4930123456',
  query: () => 'burger',
  pageSize: () => 6,
  city: () => 'Berlin',
  postalCode: () => '11488',
  country: () => 'DE',
  currency: () => 'EUR',
  timeZone: () => 'Europe/Berlin',
  taxClass: () => 'FOOD',
  opens: () => '10:00',
  closes: () => '22:00',
  holiday: () => 'Christmas Day',

  'AddressInput.line1': () => 'Lindenallee 1',
  'RegisterInput.givenName': () => 'Mia',
  'RegisterInput.familyName': () => 'Schneider',
  'RegisterInput.email': () => `mia.${Date.now()}@example.com`,
  'ReportDeliveryStatusInput.status': () => 'DELIVERED',
  'SubscribeToMembershipInput.agreedPrice': () => 999,
  'AnnounceMembershipPriceInput.amount': () => 1_099,
  'AnnounceMembershipPriceInput.holdsFrom': () => daysOn(60),

  'Query.menuItem(id:)': () => seedId('menuItem', 'cheeseburger'),
  'Query.marketplaceOrder(id:)': marketplaceOrder,
  'Query.timeline(id:)': order,
  'Query.vendor(id:)': () => seedId('vendor', 1),
  'PlaceMarketplaceOrderInput.agreedTotal': () => 320,
  'MarketplaceLineInput.itemId': vendorItem,
  'CancelMarketplaceOrderInput.orderId': marketplaceOrder,
  'AcceptMarketplaceOrderInput.orderId': marketplaceOrder,
  'DeclineMarketplaceOrderInput.orderId': marketplaceOrder,
  'FulfilMarketplaceOrderInput.orderId': marketplaceOrder,
  'RefundMarketplaceOrderInput.orderId': marketplaceOrder,
  'SetVendorItemInput.itemId': vendorItem,
  'SetVendorItemInput.price': () => 320,
  'SetVendorItemInput.taxBasisPoints': () => 700,
  'MarketplaceNameInput.en': () => 'Brownie',
  'ChangeVendorInput.id': () => seedId('vendor', 1),
  'OpenVendorInput.name': () => 'Ice cream van',
  'OpenVendorInput.payoutAccount': () => 'acct_ice_cream_van',

  'RegisterDocumentInput.text': partnerDocument,
  'RegisterWebhookEndpointInput.url': () => 'http://localhost:9000/',
  'RegisterWebhookEndpointInput.eventTypes': () => ['STORE_ORDERING_CHANGED'],
  'RetirePartnerDocumentInput.sunset': () => daysOn(60),

  'MenuTextInput.locale': () => 'EN',
  'MenuTextInput.text': () => 'House special',
  'IngredientTextInput.locale': () => 'EN',
  'IngredientTextInput.text': () => 'Kimchi',
  'CreateMenuItemInput.kind': () => 'SINGLE',
  'CreateMenuItemInput.taxClass': () => 'FOOD',
  'CreateMenuDraftInput.name': () => 'Winter menu',
  'CreateCourierInput.displayName': () => 'Robin',
  'CreateCourierInput.courierId': () => seedId('courier', 1_000),
  'EnrolDeviceInput.name': () => 'Kiosk by the door',
  'OpenStoreInput.name': () => 'Dr. Burger Pankow',
  'OpenStoreInput.street': () => 'Breite Straße 1',
  'OpenStoreInput.maxOpenOrders': () => 40,
  'OpenStoreInput.services': () => ['TAKEAWAY'],
  'TaxRegimeInput.rates': () =>
    ['FOOD', 'BEVERAGE', 'ALCOHOL'].map((taxClass) => ({ taxClass, service: 'TAKEAWAY', basisPoints: 1_900 })),
  'PauseOrderingInput.reason': () => 'The grill is cleaned.',
  'SetCarrierRuleInput.expectedVersion': unedited,
  'SetDeliveryTermsInput.expectedVersion': unedited,
  'SetRecipeInput.expectedVersion': unedited,
  'SetHolidayHoursInput.plan': () => 'CLOSED',
  'DeliveryTierInput.upToMetres': () => 3_000,
  'DeliveryTierInput.fee': () => 290,
  'RecipeOfInput.menuItemId': () => seedId('menuItem', 'cheeseburger'),
  'ChangeMenuItemPriceInput.country': () => 'DE',
  'ChangeMenuItemPriceInput.amount': () => 650,
};
