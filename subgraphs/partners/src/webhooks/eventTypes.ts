import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { AppScope } from '#schema/scopes.ts';

/** What stands in the body of a webhook as `data`, in one version of the payload. */
type Payload = Readonly<Record<string, string | number | boolean | null>>;

/** A kind of event of which apps can be told. */
export interface EventType {
  /** As GraphQL calls it. */
  readonly name: string;
  /** As the body of a webhook calls it. */
  readonly type: string;
  /** The event of the chain that it stands for. */
  readonly event: string;
  /** The scope that an app needs to be told. */
  readonly scope: AppScope;
  /** Of orders an app is told only if an admin gave it the order's store. */
  readonly ofOrders?: true;
  /** Of orders from a vendor an app is told only if an admin gave it the vendor. */
  readonly ofVendors?: true;
  /** The names of the event's fields that are told, as they are. Whatever is not named here stays inside. */
  readonly fields: readonly string[];
}

/** Every kind, as the enum `WebhookEventType` of the schema lists them. */
export const eventTypes: readonly EventType[] = [
  {
    name: 'STORE_OPENED',
    type: 'store.opened',
    event: 'StoreOpened',
    scope: 'catalog:read',
    fields: ['storeId', 'country', 'currency'],
  },
  {
    name: 'STORE_DETAILS_CHANGED',
    type: 'store.details_changed',
    event: 'StoreDetailsChanged',
    scope: 'catalog:read',
    fields: ['storeId'],
  },
  {
    name: 'STORE_HOURS_CHANGED',
    type: 'store.hours_changed',
    event: 'StoreHoursChanged',
    scope: 'catalog:read',
    fields: ['storeId'],
  },
  {
    name: 'STORE_ORDERING_CHANGED',
    type: 'store.ordering_changed',
    event: 'StoreOrderingChanged',
    scope: 'catalog:read',
    fields: ['storeId', 'accepting'],
  },
  {
    name: 'STORE_CLOSED',
    type: 'store.closed',
    event: 'StoreClosed',
    scope: 'catalog:read',
    fields: ['storeId'],
  },
  {
    name: 'MENU_ITEM_CHANGED',
    type: 'menu_item.changed',
    event: 'MenuItemChanged',
    scope: 'catalog:read',
    fields: ['menuItemId', 'kind'],
  },
  {
    name: 'MENU_ITEM_AVAILABILITY_CHANGED',
    type: 'menu_item.availability_changed',
    event: 'MenuItemAvailabilityChanged',
    scope: 'catalog:read',
    fields: ['storeId', 'menuItemId', 'available'],
  },
  {
    name: 'DELIVERY_TERMS_CHANGED',
    type: 'delivery_terms.changed',
    event: 'DeliveryTermsChanged',
    scope: 'delivery:quote',
    fields: ['storeId'],
  },
  {
    name: 'ORDER_STATUS_CHANGED',
    type: 'order.status_changed',
    event: 'OrderStatusChanged',
    scope: 'orders:follow',
    ofOrders: true,
    // Neither the customer nor the amount: the app acts for neither.
    fields: ['orderId', 'orderNumber', 'storeId', 'service', 'from', 'to', 'reason'],
  },
  {
    name: 'VENDOR_ORDER_CHANGED',
    type: 'vendor_order.changed',
    event: 'MarketplaceOrderChanged',
    scope: 'vendor:follow',
    ofVendors: true,
    fields: ['marketplaceOrderId', 'vendorId', 'from', 'to', 'reason'],
  },
];

/** The test that a developer has sent. It belongs to one endpoint, and no filter asks for it. */
export const pingType = 'webhook.ping';

const byEvent = new Map(eventTypes.map((each) => [each.event, each]));
const byType = new Map(eventTypes.map((each) => [each.type, each]));
const byName = new Map(eventTypes.map((each) => [each.name, each]));

export const typeOfEvent = (event: string): EventType | undefined => byEvent.get(event);
export const typeNamed = (name: string): EventType | undefined => byName.get(name);

/** What is told of an event. */
export function payloadOf({ fields }: EventType, { data }: EventEnvelope): Payload {
  const all = data as Payload;
  return Object.fromEntries(fields.map((name) => [name, all[name] ?? null]));
}

/** The store that an event is about; null where it is about none. */
export const storeOf = ({ data }: EventEnvelope): string | null =>
  (data as { readonly storeId?: string }).storeId ?? null;

/** The vendor that an event is about; null where it is about none. */
export const vendorOf = ({ data }: EventEnvelope): string | null =>
  (data as { readonly vendorId?: string }).vendorId ?? null;

/** What an event is about, as far as that decides who may be told of it. */
export interface About {
  readonly storeId: string | null;
  readonly vendorId: string | null;
}

export interface Subscriber {
  readonly scopes: readonly string[];
  readonly orderStoreIds: readonly string[];
  readonly vendorIds: readonly string[];
}

/** Whether an app may be told of an event of this type, about this. It is asked again at each try. */
export function mayBeTold(
  { scopes, orderStoreIds, vendorIds }: Subscriber,
  type: string,
  { storeId, vendorId }: About,
): boolean {
  if (type === pingType) return true;
  const known = byType.get(type);
  if (!known || !scopes.includes(known.scope)) return false;
  if (known.ofVendors) return vendorId !== null && vendorIds.includes(vendorId);
  return !known.ofOrders || (storeId !== null && orderStoreIds.includes(storeId));
}
