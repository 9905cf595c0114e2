import type { IncomingMessage } from 'node:http';
import type { Principal } from '#platform/identity/principal.ts';
import { AppsUnavailable, type App, type AppAccess } from '../../access/apps/appAccess.ts';
import { appPrincipal } from '../../access/apps/appPrincipal.ts';
import type { Answered, UseCounts } from '../../access/apps/useCounts.ts';
import type { LoadGate } from '../../access/loadGate.ts';
import { Refusal } from '../../errors/refusal.ts';
import { credentialOf, isOfApp } from './appRequest.ts';
import type { AddressOf } from './clientAddress.ts';

export interface AppDoorOptions {
  readonly channel: string;
  readonly access: AppAccess;
  readonly counts: UseCounts;
  /** Where requests of apps are counted against their rates and wait for their turn. */
  readonly load: LoadGate;
  readonly addressOf: AddressOf;
  /** The address by which apps call; by default the one of the request's `Host`. */
  readonly baseUrl?: string;
}

/** An app whose request was let in. */
export interface AdmittedApp extends Pick<App, 'appId'> {
  readonly principal: Principal;
  readonly load: LoadGate;
  /** Counts the request, once it is known how it was answered; its time is that since the app was let in. */
  count(answered: Omit<Answered, 'appId' | 'keyId' | 'ms'>): void;
}

/** Where the programs of partners come in, whatever they ask for: documents by id, or routes of REST. */
export class AppDoor {
  readonly #options: AppDoorOptions;

  constructor(options: AppDoorOptions) {
    this.#options = options;
  }

  takes = isOfApp;

  /**
   * Finds out which app sends a request: a question to the domain, for which callers take turns by their address before
   * they are known. @throws Refusal 401, or 503 while the domain does not answer
   */
  async admit(request: IncomingMessage): Promise<AdmittedApp> {
    const { access, addressOf, baseUrl, load, counts, channel } = this.#options;
    const address = addressOf(request);
    const credential = credentialOf(request, baseUrl, address);
    const leave = await load.enterUnknown(address);
    let app: App | string;
    try {
      app = await available(access.authenticate(credential));
    } finally {
      leave();
    }
    if (typeof app === 'string') throw Refusal.of(401, 'UNAUTHENTICATED', app);
    const { appId, keyId = '' } = app;
    const began = performance.now();
    return {
      appId,
      principal: appPrincipal(channel, app),
      load,
      count: (answered) => counts.count({ appId, keyId, ...answered, ms: performance.now() - began }),
    };
  }

  /** Sends what was counted and not yet sent. */
  close = (): Promise<void> => this.#options.counts.close();
}

/** @throws Refusal 503 while the domain that knows apps does not answer */
export async function available<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AppsUnavailable)
      throw Refusal.of(503, 'SUBGRAPH_UNAVAILABLE', 'It cannot be said now who you are. Try again soon.');
    throw error;
  }
}
