import { StreamClient, StreamError, type StreamState } from '#clients/stream-client/src/streamClient.ts';
import boardScreen from '../../operations/boardScreen.graphql';
import orderBoardChanged from '../../operations/orderBoardChanged.graphql';
import { BoardView, type Board } from './boardView.ts';
import { KioskAccess } from '../kioskAccess.ts';
import { textsFor } from './texts.ts';

/** After how long anything that failed is tried again: nobody stands by a screen on a wall. */
const againMs = 10_000;
const forbidden = 4403;
/** Codes that mean that the graph has changed, so that the page has to be loaded again in its newer version. */
const outdated: readonly unknown[] = ['DOCUMENT_OUTDATED', 'GRAPHQL_VALIDATION_FAILED', 'DOCUMENT_NOT_TRUSTED'];
const endpoint = new URL('graphql', location.href).href;

interface Store {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
}
type Found = Store | 'unknown' | 'badToken' | 'noStore';

let awaken: () => void = () => undefined;
/** Whether the screen asks to be enrolled, or shows the orders of a store. */
let asks = false;
let follows = false;
const view = new BoardView(textsFor(new URLSearchParams(location.search).get('lang'), navigator.language), (token) => {
  access.use(token);
  asks = false;
  view.askForToken();
  awaken();
});
const access = new KioskAccess({ onCode: showCode });
const client = new StreamClient({
  url: endpoint,
  token: async (occasion) => (await access.token(occasion !== 'connect')) ?? '',
  retry: { minMs: 500, maxMs: againMs },
});

function showCode(code: string | undefined): void {
  if (code !== undefined) {
    asks = true;
    view.askForToken('notEnrolled', code);
    view.status('unset');
  } else if (asks) {
    asks = false;
    view.askForToken();
    // It may be another store's now: nothing of the one before may stay on the screen.
    if (follows) location.reload();
  }
}

/** Waits for a while, or until there is another token. */
const pause = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, againMs * (0.5 + Math.random() / 2));
    awaken = () => {
      clearTimeout(timer);
      resolve();
    };
  });

async function findStore(token: string): Promise<Found> {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      body: JSON.stringify({ query: boardScreen }),
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${token}`,
      },
    });
    if (response.status === 401 || response.status === 403) return 'badToken';
    const { data } = (await response.json()) as { data?: { kiosk?: { store?: Store | null } | null } };
    if (data?.kiosk === null) return 'noStore';
    return data?.kiosk?.store ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function showState({ status, since, cause }: StreamState): void {
  const isRefused = cause?.code === forbidden;
  if (status === 'live') view.askForToken();
  else if (isRefused && !access.isDevice) view.askForToken('badToken');
  if (status !== 'ended' && !asks) view.status(isRefused ? 'refused' : status, since);
}

async function follow(store: Store): Promise<void> {
  follows = true;
  view.store(store.name, store.timeZone);
  const stream = client.stream<{ orderBoardChanged: Board | null }>(
    orderBoardChanged,
    { storeId: store.id },
    { onState: showState },
  );
  try {
    for await (const { data } of stream) if (data?.orderBoardChanged) view.board(data.orderBoardChanged);
  } catch (error) {
    if (error instanceof StreamError && outdated.includes(error.code))
      setTimeout(() => location.reload(), againMs * Math.random());
  }
  view.status('reconnecting');
}

async function run(): Promise<void> {
  let wasRefused = false;
  for (;;) {
    const token = await access.token(wasRefused);
    const found = token === undefined ? 'noToken' : await findStore(token);
    wasRefused = found === 'badToken' && access.isDevice;
    // A token that was given and is over must not keep the screen from getting its own.
    if (found === 'badToken' && !wasRefused) access.forgetGiven();
    if (typeof found === 'object') await follow(found);
    else if (found !== 'unknown') {
      view.askForToken(found, access.code);
      view.status('unset');
    }
    await pause();
  }
}

void run();
