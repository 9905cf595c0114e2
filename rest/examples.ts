import { seedId } from '#schema/seed/seedId.ts';

/** A request that is shown in OpenAPI and is in the Postman collection: they work on the seeded data, in this order. */
export interface RestExample {
  /** The operation of the route. */
  readonly operation: string;
  /** Whose token is sent; without it none is. */
  readonly as?: 'customer' | 'courier' | 'manager' | 'kitchen' | 'support';
  /** What stands for the names in braces; `{{name}}` is what an earlier example kept. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** The field of the answer that later examples use, by the name under which they do. */
  readonly keeps?: Readonly<Record<string, string>>;
}

const store = seedId('store', 1);
const menuItem = seedId('menuItem', 'cheeseburger');
const order = { orderId: '{{orderId}}' };

export const examples: readonly RestExample[] = [
  { operation: 'ListStores', query: { 'page[size]': '2' }, status: 200 },
  { operation: 'GetStore', path: { storeId: store }, status: 200 },
  { operation: 'ListNearestStores', query: { latitude: '52.52', longitude: '13.4' }, status: 200 },
  {
    operation: 'GetDeliveryQuote',
    as: 'customer',
    path: { storeId: store },
    query: { latitude: '52.52', longitude: '13.4' },
    status: 200,
  },
  { operation: 'ListCategories', query: { locale: 'DE' }, status: 200 },
  { operation: 'ListMenuEntries', query: { storeId: store, 'page[size]': '3' }, status: 200 },
  { operation: 'GetAvailability', path: { storeId: store }, status: 200 },
  {
    operation: 'PlaceOrder',
    as: 'customer',
    body: {
      storeId: store,
      service: 'TAKEAWAY',
      lines: [{ menuItemId: menuItem, quantity: 1 }],
      payment: { methodToken: 'tok_visa' },
    },
    status: 201,
    keeps: { orderId: 'id' },
  },
  { operation: 'GetOrder', as: 'customer', path: order, status: 200 },
  { operation: 'ListItems', as: 'customer', path: order, status: 200 },
  { operation: 'ListEvents', as: 'customer', path: order, query: { wait: '5' }, status: 200 },
  { operation: 'CancelOrder', as: 'customer', path: order, status: 201 },
  { operation: 'GetMe', as: 'customer', status: 200 },
  { operation: 'UpdateMe', as: 'customer', body: { phone: '+4930123456' }, status: 200 },
  { operation: 'ListAddresses', as: 'customer', status: 200 },
  { operation: 'ListConsents', as: 'customer', status: 200 },
  {
    operation: 'SetConsent',
    as: 'customer',
    path: { purpose: 'MARKETING' },
    body: { granted: false },
    status: 200,
  },
  { operation: 'ListOrders', as: 'customer', query: { 'page[size]': '2' }, status: 200 },
  { operation: 'GetAccount', as: 'customer', status: 200 },
  { operation: 'GetLoyaltyAccount', as: 'customer', status: 200 },
  { operation: 'ListLoyaltyEntries', as: 'customer', query: { 'page[size]': '5' }, status: 200 },
  { operation: 'ListPlans', query: { storeId: store }, status: 200 },
  { operation: 'GetMyCourier', as: 'courier', status: 200 },
  { operation: 'ListJobs', as: 'courier', status: 200 },
  { operation: 'ListTickets', as: 'manager', path: { storeId: store }, status: 200 },
  {
    operation: 'SetAvailability',
    as: 'manager',
    path: { storeId: store, menuItemId: menuItem },
    body: { available: true },
    status: 200,
  },
  // What is refused, in the body of the company's document.
  { operation: 'GetOrder', as: 'customer', path: { orderId: seedId('order', 'none') }, status: 404 },
  { operation: 'GetMe', status: 401 },
  { operation: 'ListStores', query: { colour: 'red' }, status: 400 },
];
