import type { ChainStoresQuery, StaffScreenQuery, StoreScreenQuery } from '#generated/bffs/staff/operations.ts';
import { StreamClient, StreamError, type StreamState } from '#clients/stream-client/src/streamClient.ts';
import chainStores from '../operations/chainStores.graphql';
import staffScreen from '../operations/staffScreen.graphql';
import storeScreen from '../operations/storeScreen.graphql';
import { askGraph, endpoint, type Answer } from '#bffs/pages/askGraph.ts';
import { PageFrame } from './pageFrame.ts';
import { StaffAccess } from './staffAccess.ts';
import { staffTexts } from './staffTexts.ts';

/** After how long anything that failed is tried again: often nobody stands by the screen. */
const againMs = 10_000;
const forbidden = 4403;
/** Codes that mean that the graph has changed, so that the page has to be loaded again in its newer version. */
const outdated: readonly unknown[] = ['DOCUMENT_OUTDATED', 'GRAPHQL_VALIDATION_FAILED', 'DOCUMENT_NOT_TRUSTED'];

type Store = NonNullable<NonNullable<StaffScreenQuery['staffMember']>['store']>;

/** Who works with the page, and for which store. */
export interface StaffMember {
  readonly id: string;
  readonly roles: readonly string[];
  readonly store: Store;
  /** Whether the member of staff has this scope. Do not show what the graph would refuse. */
  may(scope: string): boolean;
}

/** What the page can use as long as somebody is signed in. */
export interface StaffSession {
  readonly member: StaffMember;
  readonly frame: PageFrame;
  /** Sends one request. If the token is not accepted, the page asks for another one. */
  ask<Data>(document: string, variables?: object): Promise<Answer<Data>>;
  /**
   * Follows a stream until it ends, which it does only when nothing helps. With `main`, the page's status is that of
   * the stream.
   */
  follow<Data>(
    document: string,
    variables: Record<string, unknown>,
    onData: (data: Data) => void,
    options?: { readonly main?: boolean; readonly onLive?: () => void },
  ): Promise<void>;
}

export interface StaffPageOptions {
  readonly title: string;
  /** One of these scopes is needed to use the page at all. */
  readonly scopes: readonly string[];
  /** Whether the screen itself may be enrolled, so that nobody has to sign in on it. */
  readonly device?: boolean;
  /** Fills the page for an admin of a chain that has no store yet; without it the page says that there is none. */
  begin?(session: Pick<StaffSession, 'ask'>): void;
  /**
   * Fills the page for somebody who works for no store and has this scope, such as support; without it they are told
   * that they may not use it.
   */
  readonly ofChain?: { readonly scope: string; begin(session: Pick<StaffSession, 'ask'>): void };
  /** Fills the page for a member of staff. When it ends, everything begins anew after a while. */
  work(session: StaffSession): Promise<void>;
}

type Found = StaffMember | 'ofChain' | 'unknown' | 'badToken' | 'noStore' | 'chooseStore' | 'noStores' | 'notAllowed';

/**
 * Runs a page of staff for ever: it signs somebody in, finds out who they are and for which store they work, connects,
 * and then starts the page's own work.
 */
export function runStaffPage({ title, scopes, device = false, begin, ofChain, work }: StaffPageOptions): void {
  let awaken: () => void = () => undefined;
  /** Whether the screen shows a code, and waits for a manager to enter it. */
  let isWaiting = false;
  let isWorking = false;
  const access = new StaffAccess({ device, onCode });
  const frame = new PageFrame(title, staffTexts, {
    signIn: access.signIn,
    signOut: () => void access.end(),
    use(given) {
      access.use(given);
      frame.askForToken();
      awaken();
    },
  });
  const client = new StreamClient({
    url: endpoint,
    token: async (occasion) => (await access.token(occasion !== 'connect')) ?? '',
    retry: { minMs: 500, maxMs: againMs },
  });

  function onCode(code: string | undefined): void {
    if (code !== undefined) {
      isWaiting = true;
      frame.askForToken('notEnrolled', code);
      frame.status('unset');
    } else if (isWaiting) {
      isWaiting = false;
      frame.askForToken();
      // It may be another store's now: nothing of the one before may stay on the screen.
      if (isWorking) location.reload();
    }
  }

  let isOutdated = false;
  /** Loads the page as the graph now needs it, which sends what waits; not on all screens at the same instant. */
  function loadNewer(): void {
    if (!isOutdated) setTimeout(() => location.reload(), againMs * Math.random());
    isOutdated = true;
  }

  const ask = async <Data>(document: string, variables?: object): Promise<Answer<Data>> => {
    const token = await access.token().catch(() => undefined);
    let answer = await askGraph<Data>(token ?? '', document, variables);
    if (answer.kind === 'refused') {
      const next = await access.token(true).catch(() => undefined);
      if (next !== undefined && next !== token) answer = await askGraph<Data>(next, document, variables);
    }
    if (answer.kind === 'refused') frame.askForToken('badToken');
    if (answer.kind === 'answer' && answer.errors.some(({ extensions }) => outdated.includes(extensions?.code))) {
      loadNewer();
      return { kind: 'unreached' };
    }
    if (answer.kind === 'answer') frame.serverTime(answer.at);
    return answer;
  };

  async function findMember(): Promise<Found> {
    const answer = await ask<StaffScreenQuery>(staffScreen);
    if (answer.kind !== 'answer') return answer.kind === 'refused' ? 'badToken' : 'unknown';
    const found = answer.data?.staffMember;
    if (!found) return 'unknown';
    const may = (scope: string): boolean => found.scopes.includes(scope);
    if (!scopes.some(may)) return ofChain && may(ofChain.scope) ? 'ofChain' : 'notAllowed';
    const asked = new URLSearchParams(location.search).get('store');
    const store = found.store ?? (asked === null ? 'none' : await storeOf(asked));
    if (store === 'none') return may('admin') ? offerStores() : 'noStore';
    return store === undefined ? 'unknown' : { id: found.id, roles: found.roles, store, may };
  }

  /** Whose account is bound to no store chooses among the first; from the office of one they turn to any other. */
  async function offerStores(): Promise<Found> {
    const answer = await ask<ChainStoresQuery>(chainStores, { after: null });
    const stores = answer.kind === 'answer' ? answer.data?.stores.edges.map(({ node }) => node) : undefined;
    if (!stores) return 'unknown';
    frame.offerStores(stores);
    return stores.length > 0 ? 'chooseStore' : 'noStores';
  }

  async function storeOf(storeId: string): Promise<Store | 'none' | undefined> {
    const answer = await ask<StoreScreenQuery>(storeScreen, { storeId });
    return answer.kind === 'answer' && answer.errors.length === 0 ? (answer.data?.store ?? 'none') : undefined;
  }

  function showState({ status, since, cause }: StreamState): void {
    const isRefused = cause?.code === forbidden;
    if (status === 'live') frame.askForToken();
    else if (isRefused) frame.askForToken('badToken');
    if (status !== 'ended') frame.status(isRefused ? 'refused' : status, since);
  }

  const follow: StaffSession['follow'] = async (document, variables, onData, { main = false, onLive } = {}) => {
    const stream = client.stream<Record<string, unknown>>(document, variables, {
      onState: (state) => {
        if (main) showState(state);
        if (state.status === 'live') onLive?.();
      },
    });
    try {
      for await (const { data } of stream) if (data) onData(data as never);
    } catch (error) {
      if (error instanceof StreamError && outdated.includes(error.code)) loadNewer();
    }
    if (main) frame.status('reconnecting');
  };

  /** Waits for a while, or until there is another token. */
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, againMs * (0.5 + Math.random() / 2));
      awaken = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function whoWorks(): Promise<Found | 'noToken'> {
    try {
      return (await access.token()) === undefined ? 'noToken' : await findMember();
    } catch {
      return 'unknown';
    }
  }

  void (async () => {
    for (;;) {
      const found = await whoWorks();
      frame.isPerson = await access.isPerson();
      if (found === 'badToken') access.forgetGiven();
      if (typeof found === 'object') {
        isWorking = true;
        frame.askForToken();
        frame.store(found.store);
        await work({ member: found, frame, ask, follow });
      } else if (found === 'noStores' && begin) {
        frame.askForToken();
        frame.status('live');
        begin({ ask });
      } else if (found === 'ofChain') {
        frame.askForToken();
        frame.status('live');
        ofChain?.begin({ ask });
      } else if (found !== 'unknown') {
        frame.askForToken(found);
        frame.status('unset');
      }
      await pause();
    }
  })();
}
