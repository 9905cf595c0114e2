import { startDeliveryPartners, type DeliveryPartnersOptions } from '#sandbox/deliveryPartners/deliveryPartners.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';

const authorization = {
  VELO: 'Bearer key-of-the-delivery-tests',
  STADTBOTE: `Basic ${Buffer.from('drburger:password-of-the-tests').toString('base64')}`,
} as const;
type Name = keyof typeof authorization;

export interface PartnersOfTests {
  readonly url: string;
  /** Settings of the delivery subgraph by which it reaches them. */
  readonly configuration: Readonly<Record<string, string>>;
  behave(name: Name, behaviour: object): Promise<void>;
  advance(name: Name, reference: string, to: string, reason?: string): Promise<void>;
  locate(name: Name, reference: string, position: { latitude: number; longitude: number }): Promise<void>;
  /** The kinds of a ledger's lines for a reference, in order; without positions. */
  ledger(name: Name, reference: string): Promise<string[]>;
  close(): Promise<void>;
  /** Starts them again on the same port and with the same ledgers. */
  reopen(): Promise<void>;
}

/** Both delivery partners of the sandbox for one test file, with what their own people do. */
export async function partnersOfTests(
  options: Pick<DeliveryPartnersOptions, 'callbacks'> = {},
): Promise<PartnersOfTests> {
  const secrets = { velo: 'key-of-the-delivery-tests', stadtbote: 'password-of-the-tests' };
  const fixed = { dataDir: temporaryFolder('delivery-partners'), secrets, ...options };
  let running = await startDeliveryPartners({ port: 0, ...fixed });
  const { url } = running;
  const staff = async (name: Name, method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/${name.toLowerCase()}${path}`, {
      method,
      headers: { authorization: authorization[name] },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    url,
    configuration: {
      DELIVERY_VELO_URL: `${url}/velo`,
      DELIVERY_VELO_API_KEY: secrets.velo,
      DELIVERY_STADTBOTE_URL: `${url}/stadtbote`,
      DELIVERY_STADTBOTE_PASSWORD: secrets.stadtbote,
    },
    behave: async (name, behaviour) => void (await staff(name, 'PUT', '/behaviour', behaviour)),
    advance: async (name, reference, to, reason) =>
      void (await staff(name, 'POST', '/advance', { reference, to, reason })),
    locate: async (name, reference, position) =>
      void (await staff(name, 'POST', '/locate', { reference, ...position })),
    async ledger(name, reference) {
      const { data } = (await staff(name, 'GET', `/ledger?reference=${reference}`)) as { data: { kind: string }[] };
      return data.map(({ kind }) => kind).filter((kind) => kind !== 'moved');
    },
    close: () => running.close(),
    reopen: async () => {
      running = await startDeliveryPartners({ port: Number(new URL(url).port), ...fixed });
    },
  };
}
