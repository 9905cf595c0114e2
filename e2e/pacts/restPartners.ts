import { MatchersV3, PactV4 } from '@pact-foundation/pact';
import createClient from 'openapi-fetch';
import type { paths } from '#generated/rest/openapi.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { upToThrice } from './upToThrice.ts';
import { signRequest } from '../../clients/request-signing/src/signRequest.ts';

const { boolean, eachLike, integer, regex, string } = MatchersV3;

type Client = ReturnType<typeof createClient<paths>>;

/** What a partner's program asks for, and what of the answer it reads: a field that is not here may go. */
export interface Need {
  readonly description: string;
  /** The state that the request needs; the seed has it. */
  readonly given: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body: MatchersV3.Matcher<unknown> | Readonly<Record<string, unknown>>;
  /** Asks as the program does, and returns what it makes of the answer. */
  ask(client: Client): Promise<unknown>;
}

export interface Partner {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly needs: readonly Need[];
}

const storeId = seedId('store', 1);
const seeded = 'the seeded chain';
const money = { amount: integer(190), currency: regex('[A-Z]{3}', 'EUR'), exponent: integer(2) };

/** The partners on REST whose programs we know, each with what its program reads. */
export const partners: readonly Partner[] = [
  {
    name: 'lunchbox',
    scopes: ['catalog:read'],
    needs: [
      {
        description: 'the stores of Germany, to be listed',
        given: seeded,
        path: '/v1/stores',
        query: { country: 'DE', 'page[size]': '2' },
        body: {
          data: eachLike({
            id: string(storeId),
            name: string('Dr. Burger Berlin'),
            openNow: boolean(true),
            address: { street: string('Torstraße 1'), city: string('Berlin'), postalCode: string('10119') },
          }),
          page: { after: string('WyJ4Il0') },
        },
        async ask(client) {
          const { data } = await client.GET('/v1/stores', { params: { query: { country: 'DE', 'page[size]': 2 } } });
          return data?.data.map(({ name, address }) => `${name}, ${address.city}`);
        },
      },
      {
        description: 'what a store sells, with prices',
        given: seeded,
        path: '/v1/menu/entries',
        query: { storeId, 'page[size]': '3' },
        body: {
          data: eachLike({
            item: { id: string(seedId('menuItem', 'cheeseburger')), name: string('Cheeseburger') },
            price: money,
          }),
        },
        async ask(client) {
          const { data } = await client.GET('/v1/menu/entries', { params: { query: { storeId, 'page[size]': 3 } } });
          return data?.data.map(({ item, price }) => `${item.name} ${price.amount}`);
        },
      },
    ],
  },
  {
    name: 'quickcourier',
    scopes: ['catalog:read', 'delivery:quote'],
    needs: [
      {
        description: 'the stores around a position',
        given: seeded,
        path: '/v1/stores/nearest',
        query: { latitude: '52.52', longitude: '13.4' },
        body: {
          data: eachLike({
            distanceMetres: integer(100),
            store: { id: string(storeId), acceptingOrders: boolean(true) },
          }),
        },
        async ask(client) {
          const query = { latitude: 52.52, longitude: 13.4 };
          const { data } = await client.GET('/v1/stores/nearest', { params: { query } });
          return data?.data.map(({ distanceMetres, store }) => [store.id, distanceMetres]);
        },
      },
      {
        description: 'what a delivery costs, and when it arrives',
        given: seeded,
        path: `/v1/stores/${storeId}/delivery-quote`,
        query: { latitude: '52.52', longitude: '13.4' },
        body: { fee: money, distanceMetres: integer(1_031), promisedAt: string('2026-01-01T12:00:00.000Z') },
        async ask(client) {
          const query = { latitude: 52.52, longitude: 13.4 };
          const params = { path: { storeId }, query };
          const { data } = await client.GET('/v1/stores/{storeId}/delivery-quote', { params });
          return data && `${data.fee.amount} until ${data.promisedAt}`;
        },
      },
    ],
  },
];

const signatureHeaders = {
  'content-digest': regex('sha-256=:.+:', 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'),
  'signature-input': regex('sig=\\(.+', 'sig=("@method" "@target-uri" "content-digest")'),
  signature: regex('sig=:.+:', 'sig=:AAAA:'),
};

/** Has a partner's program, with its real client, ask a mock for what it needs, which writes its pact into `dir`. */
export async function askMock({ name, needs }: Partner, dir: string, apiKey: string): Promise<readonly unknown[]> {
  const pact = new PactV4({ consumer: name, provider: 'rest', dir, logLevel: 'error' });
  const made: unknown[] = [];
  const askFor = ({ description, given, path, query = {}, body, ask }: Need): Promise<unknown> =>
    pact
      .addInteraction()
      .given(given)
      .uponReceiving(description)
      .withRequest('GET', path, (request) => void request.query(query).headers(signatureHeaders))
      .willRespondWith(200, (response) => void response.jsonBody(body as never))
      .executeTest(async ({ url }) => {
        const client = createClient<paths>({ baseUrl: url });
        client.use({
          onRequest({ request }) {
            for (const [header, value] of Object.entries(signRequest({ url: request.url }, apiKey)))
              request.headers.set(header, value);
          },
        });
        return ask(client);
      });
  for (const need of needs) made.push(await upToThrice(() => askFor(need)));
  return made;
}
