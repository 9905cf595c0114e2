import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { Agent, setGlobalDispatcher } from 'undici';
import WebSocket from 'ws';
import { issueToken } from '#platform/identity/developmentIssuer.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { clientKeyName } from '../../scripts/system/secrets.ts';

/** Items that the writer takes off the menu in turn, then puts back: so the menu tells how many writes it holds. */
const items = ['cheeseburger', 'still-water', 'fries', 'cola'].map((name) => seedId('menuItem', name));
/** After so many writes the menu is again as it was. */
export const cycle = 2 * items.length;

export interface KeptStore {
  /** Changes the menu; resolves when that is answered. */
  write(): Promise<void>;
  readonly written: number;
  /** How many writes a stream has told of. */
  readonly heard: number;
  /** Resolves to what the menu says: how many writes it holds, but for whole cycles; -1 for what no write makes. */
  read(channel: 'kiosk' | 'web'): Promise<number>;
  /** Reads what nobody has read before. */
  readOther(channel: 'kiosk' | 'web', n: number): Promise<void>;
  close(): Promise<void>;
}

const document = (file: string) => readFileSync(new URL(`../../bffs/${file}.graphql`, import.meta.url), 'utf8');
const documents = {
  kiosk: document('kiosk/operations/tileScreen'),
  web: document('web/operations/storeMenuPage'),
};
const stream = document('kiosk/operations/menuAvailabilityChanged');
const change = `mutation Change($input: SetMenuItemAvailabilityInput!) {
  result: setMenuItemAvailability(input: $input) { __typename }
}`;

/** The state of the items after so many writes. */
const stateAfter = (writes: number): boolean[] =>
  items.map((_, index) => {
    const inCycle = writes % cycle;
    return inCycle <= items.length ? index >= inCycle : index < inCycle - items.length;
  });

interface Given {
  readonly base: number;
  readonly dataDir: string;
  readonly stores: number;
}

export async function keptStores(given: Given): Promise<KeptStore[]> {
  setGlobalDispatcher(new Agent({ connections: 64, pipelining: 1 }));
  const key = JSON.parse(readFileSync(join(given.dataDir, 'secrets', clientKeyName), 'utf8')) as Parameters<
    typeof issueToken
  >[0];
  const token = (role: string, store: string) =>
    issueToken(key, { subject: `${role}-${store}`, roles: [role], bindings: { [role]: { store } } });
  return Promise.all(
    Array.from({ length: given.stores }, async (_, index) => {
      const id = seedId('store', index + 1);
      return storeOf(given, id, await token('manager', id), await token('kiosk', id));
    }),
  );
}

async function storeOf(given: Given, storeId: string, manager: string, device: string): Promise<KeptStore> {
  const { base } = given;
  let written = 0;
  let heard = 0;
  const client = createClient({
    url: `ws://127.0.0.1:${base + 3}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${device}` },
  });
  const ask = {
    kiosk: (variables: object) => post(base + 3, documents.kiosk, { pageSize: 48, ...variables }, device),
    web: (variables: object) => post(base + 2, documents.web, { storeId, ...variables }),
  };
  const read = async (channel: 'kiosk' | 'web'): Promise<number> => stateOf(await ask[channel]({}));
  if ((await read('kiosk')) !== 0) throw new Error(`store ${storeId} does not sell all of the items, or not now`);
  const told = new Map(items.map((item) => [item, true]));
  await follow(client, storeId, (available) => {
    for (const [item, is] of available) told.set(item, is);
    const state = items.map((item) => told.get(item));
    while (heard < written + 1 && !stateAfter(heard).every((each, index) => each === state[index])) heard += 1;
  });
  return {
    get written() {
      return written;
    },
    get heard() {
      return heard;
    },
    async write() {
      const [before, after] = [stateAfter(written), stateAfter(written + 1)];
      const index = after.findIndex((each, at) => each !== before[at]);
      await post(base, change, { input: { storeId, menuItemId: items[index], available: after[index] } }, manager);
      written += 1;
    },
    read,
    readOther: async (channel, n) =>
      void (await ask[channel](
        channel === 'kiosk'
          ? { pageSize: 1 + (n % 47), locale: n < 47 ? 'EN' : 'DE' }
          : { storeId: seedId('store', n + given.stores), locale: 'DE' },
      )),
    close: async () => client.dispose(),
  };
}

/** Resolves with the first message. */
function follow(
  client: ReturnType<typeof createClient>,
  storeId: string,
  changed: (available: [item: string, is: boolean][]) => void,
): Promise<void> {
  let begun!: () => void;
  const first = new Promise<void>((resolve) => (begun = resolve));
  let count = 0;
  client.subscribe(
    { query: stream, variables: { storeId } },
    {
      next: ({ data }) => {
        const { changed: all } = (data as { menuAvailabilityChanged: { changed: Available[] } })
          .menuAvailabilityChanged;
        begun();
        if ((count += 1) === 1) return;
        const own = all.flatMap(({ itemId, available }): [string, boolean][] =>
          items.includes(itemId) ? [[itemId, available]] : [],
        );
        if (own.length > 0) changed(own);
      },
      error: (error) => console.error(error),
      complete: () => undefined,
    },
  );
  return first;
}

interface Available {
  readonly itemId: string;
  readonly available: boolean;
}

/** Finds the items in an answer of either channel. */
function stateOf(answer: unknown): number {
  const found = new Map<string, boolean>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { item, available } = value as { item?: { id: string }; available?: boolean };
    if (item && available !== undefined) found.set(item.id, available);
    for (const each of Object.values(value)) look(each);
  };
  look(answer);
  const state = items.map((each) => found.get(each));
  return Array.from({ length: cycle }, (_, writes) => writes).findIndex((writes) =>
    stateAfter(writes).every((each, index) => each === state[index]),
  );
}

async function post(port: number, query: string, variables: object, token?: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    body: JSON.stringify({ query, variables }),
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  if (errors || !data) throw new Error(`answered with ${JSON.stringify(errors)}`);
  return data;
}
