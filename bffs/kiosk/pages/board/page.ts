import { DeviceCredential } from '#clients/device-credential/src/deviceCredential.ts';
import { StreamClient, StreamError, type StreamState } from '#clients/stream-client/src/streamClient.ts';
import boardScreen from '../../operations/boardScreen.graphql';
import orderBoardChanged from '../../operations/orderBoardChanged.graphql';
import { deviceStore } from '#bffs/pages/deviceStore.ts';
import { BoardView, type Board } from './boardView.ts';
import { deviceToken } from '../deviceToken.ts';
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

/** A token that somebody gave this screen for the time being; without one, it gets its own. */
let given = deviceToken.take();
let awaken: () => void = () => undefined;
/** The code by which a manager can enrol this screen, while there is one. */
let code: string | undefined;
/** Whether the screen asks to be enrolled, or shows the orders of a store. */
let asks = false;
let follows = false;
const view = new BoardView(textsFor(new URLSearchParams(location.search).get('lang'), navigator.language), (token) => {
  given = token;
  asks = false;
  deviceToken.keep(token);
  view.askForToken();
  awaken();
});
/** Undefined where browsers have no keys: on pages that come neither by TLS nor from this machine. */
const credential = isSecureContext
  ? new DeviceCredential({ url: location.href, store: deviceStore, onCode: showCode })
  : undefined;
const tokenOf = (anew: boolean): string | Promise<string> => given ?? credential?.token(anew) ?? '';
const client = new StreamClient({
  url: endpoint,
  token: (occasion) => tokenOf(occasion !== 'connect'),
  retry: { minMs: 500, maxMs: againMs },
});

function showCode(next: string | undefined): void {
  code = next;
  // Somebody gave it a token meanwhile.
  if (given !== undefined) return;
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
  else if (isRefused && given !== undefined) view.askForToken('badToken');
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

/** A token, as soon as there is one: given by somebody, or this screen's own. Undefined if there will be none. */
async function currentToken(anew: boolean): Promise<string | undefined> {
  if (given !== undefined || !credential) return given;
  const isGiven = new Promise<void>((resolve) => {
    awaken = resolve;
  });
  return Promise.race([credential.token(anew), isGiven.then(() => given)]);
}

async function run(): Promise<void> {
  let wasRefused = false;
  for (;;) {
    const token = await currentToken(wasRefused);
    const found = token === undefined ? 'noToken' : await findStore(token);
    wasRefused = found === 'badToken' && given === undefined;
    // A token that was given and is over must not keep the screen from getting its own.
    if (found === 'badToken' && credential && given !== undefined) {
      given = undefined;
      deviceToken.forget();
      asks = code !== undefined;
    }
    if (typeof found === 'object') await follow(found);
    else if (found !== 'unknown') {
      view.askForToken(found, code);
      view.status('unset');
    }
    await pause();
  }
}

void run();
