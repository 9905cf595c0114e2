import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type Client } from 'graphql-ws';
import { Agent, request, setGlobalDispatcher } from 'undici';
import WebSocket from 'ws';
import { issueToken } from '#platform/identity/developmentIssuer.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { clientKeyName } from '../../scripts/system/secrets.ts';

/** What is noted of an order while it is on its way. */
export interface Notes {
  placed(): void;
  firstStatus(): void;
}

export interface Guests {
  /** Takes an order from its placing to COMPLETED. Resolves with 'completed', or with what the placing said instead. */
  order(n: number, notes: Notes): Promise<string>;
  close(): Promise<void>;
}

interface GuestOptions {
  readonly base: number;
  readonly dataDir: string;
  readonly stores: number;
  /** How often a guest reads. */
  readonly reads: number;
}

/** One store with what its guests and its kitchen call by. */
export interface Store {
  readonly id: string;
  readonly kiosk: (name: keyof typeof documents, variables: object) => Promise<Data>;
  /** Asks for another document through the kiosk. */
  readonly ask: (document: string, variables: object) => Promise<Data>;
  readonly kitchen: (mutation: string, orderId: string) => Promise<Data>;
  readonly stream: Client;
}

type Data = Record<string, Record<string, unknown>>;
type Token = (role: string, storeId: string) => Promise<string>;

const kioskFile = (name: string) =>
  readFileSync(new URL(`../../bffs/kiosk/operations/${name}.graphql`, import.meta.url), 'utf8');
const documents = {
  tileScreen: kioskFile('tileScreen'),
  placeOrder: kioskFile('placeOrder'),
  orderScreen: kioskFile('orderScreen'),
  orderBoard: kioskFile('orderBoard'),
};
const statusStream = kioskFile('orderStatusChanged');
const kitchenMutation = (name: string) =>
  `mutation Kitchen($orderId: ID!) { result: ${name}(orderId: $orderId) { __typename ... on OrderStepRefused { message } } }`;

/** Opens stores at all hours, and makes the guests that order there. */
export async function openGuests({ reads, ...options }: GuestOptions): Promise<Guests> {
  const stores = await openStores(options);
  return {
    order: (n, notes) => takeOrder(stores[n % stores.length]!, reads, notes),
    close: () => closeStores(stores),
  };
}

export async function openStores({ base, dataDir, stores: count }: Omit<GuestOptions, 'reads'>): Promise<Store[]> {
  setGlobalDispatcher(new Agent({ connections: 64, pipelining: 1 }));
  const key = JSON.parse(readFileSync(join(dataDir, 'secrets', clientKeyName), 'utf8')) as Parameters<
    typeof issueToken
  >[0];
  const token: Token = (role, store) =>
    issueToken(key, { subject: `${role}-${store}`, roles: [role], bindings: { [role]: { store } } });
  const ids = Array.from({ length: count }, (_, index) => seedId('store', index + 1));
  const stores: Store[] = [];
  for (const id of ids) {
    await openAllDay(base, id, await token('manager', id));
    stores.push(await storeOf(base, id, token));
  }
  return stores;
}

export async function closeStores(stores: readonly Store[]): Promise<void> {
  for (const { stream } of stores) await stream.dispose();
}

async function storeOf(base: number, id: string, token: Token): Promise<Store> {
  const [device, kitchen] = await Promise.all([token('kiosk', id), token('kitchen', id)]);
  return {
    id,
    kiosk: (name, variables) => post(base + 3, device, documents[name], variables),
    ask: (document, variables) => post(base + 3, device, document, variables),
    kitchen: (mutation, orderId) => post(base, kitchen, kitchenMutation(mutation), { orderId }),
    stream: createClient({
      url: `ws://127.0.0.1:${base + 3}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${device}` },
    }),
  };
}

async function openAllDay(base: number, storeId: string, manager: string): Promise<void> {
  const mutation =
    'mutation Open($input: SetOpeningExceptionInput!) { result: setOpeningException(input: $input) { __typename } }';
  for (const days of [-1, 0, 1]) {
    const date = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const intervals = [{ opens: '00:00', closes: '00:00' }];
    await post(base, manager, mutation, { input: { storeId, date, intervals } });
  }
}

async function takeOrder(store: Store, reads: number, notes: Notes): Promise<string> {
  const tiles = Math.min(reads, 3);
  for (let n = 0; n < tiles; n += 1) await store.kiosk('tileScreen', { pageSize: 9 });
  const { orderId, said } = await place(store);
  notes.placed();
  if (orderId === undefined) return said;
  let isFirst = true;
  const seen = followOrder(store, orderId, () => {
    if (isFirst) notes.firstStatus();
    isFirst = false;
  });
  await Promise.all([seen, readOn(store, orderId, reads - tiles)]);
  return 'completed';
}

/** Places an order; without an id, `said` is what came instead. */
export async function place(store: Store): Promise<{ readonly orderId: string | undefined; readonly said: string }> {
  const { placeOrder } = (await store.kiosk('placeOrder', { input: orderInput(store.id) })) as {
    placeOrder: { __typename: string; order?: { id: string } };
  };
  return { orderId: placeOrder.order?.id, said: placeOrder.__typename };
}

/**
 * Lets the kitchen work on the order as its stream tells how far it is, until it is COMPLETED.
 * @param told hears of each message, before the kitchen does anything
 */
export async function followOrder(
  store: Store,
  orderId: string,
  told: (order: { readonly status: string; readonly version: number }) => void,
  worked: (status: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const next: Readonly<Record<string, string>> = {
    CONFIRMED: 'startPreparation',
    PREPARING: 'markReady',
    READY: 'handOver',
  };
  for await (const message of store.stream.iterate({ query: statusStream, variables: { orderId } })) {
    if (message.errors) throw new Error(`the stream said ${JSON.stringify(message.errors)}`);
    const order = (message.data as Data)['orderStatusChanged'] as { status: string; version: number };
    told(order);
    const { status } = order;
    if (status === 'COMPLETED') return;
    if (status === 'CANCELLED' || status === 'REJECTED') throw new Error(`the order was ${status}`);
    const mutation = next[status];
    if (!mutation) continue;
    await store.kitchen(mutation, orderId);
    await worked(status);
  }
  throw new Error('the stream ended before the order did');
}

/** Reads the order and the board in turns. */
async function readOn(store: Store, orderId: string, reads: number): Promise<void> {
  for (let n = 0; n < reads; n += 1) {
    if (n % 2 === 0) await store.kiosk('orderScreen', { orderId });
    else await store.kiosk('orderBoard', { storeId: store.id });
  }
}

const orderInput = (storeId: string) => ({
  storeId,
  service: 'KIOSK',
  lines: [
    { menuItemId: seedId('menuItem', 'cheeseburger'), quantity: 1 },
    { menuItemId: seedId('menuItem', 'still-water'), quantity: 1 },
  ],
  payment: { methodToken: 'tok_visa' },
  idempotencyKey: randomUUID(),
});

async function post(port: number, token: string, query: string, variables: object): Promise<Data> {
  // Not fetch, which takes several times the CPU: the load runs on the cores of the system that it measures.
  const { body } = await request(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    body: JSON.stringify({ query, variables }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  });
  const { data, errors } = (await body.json()) as { data?: Data; errors?: unknown };
  if (errors || !data) throw new Error(`answered with ${JSON.stringify(errors)}`);
  return data;
}
