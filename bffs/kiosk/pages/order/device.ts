import type { MenuAvailabilityChangedSubscription, OrderStartQuery } from '#generated/bffs/kiosk/operations.ts';
import {
  StreamClient,
  StreamError,
  type ResumingStream,
  type StreamState,
} from '#clients/stream-client/src/streamClient.ts';
import { askGraph, endpoint, type Answer } from '#bffs/pages/askGraph.ts';
import menuAvailabilityChanged from '../../operations/menuAvailabilityChanged.graphql';
import orderStart from '../../operations/orderStart.graphql';
import { KioskAccess } from '../kioskAccess.ts';
import { keepMenu, menuKept, withAvailability, type KeptMenu, type Store } from './keptMenu.ts';
import { readMenu } from './readMenu.ts';

/** After how long anything that failed is tried again. */
const againMs = 5_000;
/** How often the store's hours and the menu's prices are read anew. */
const refreshMs = 5 * 60_000;
const forbidden = 4403;
/** Codes that mean that the graph has changed, so that the page has to be loaded again in its newer version. */
const outdated: readonly unknown[] = ['DOCUMENT_OUTDATED', 'GRAPHQL_VALIDATION_FAILED', 'DOCUMENT_NOT_TRUSTED'];

export type SetupReason = 'notEnrolled' | 'noToken' | 'badToken' | 'noStore';

export interface DeviceOptions {
  /** Called whenever the store, the menu or the connection changes. */
  readonly onChange: () => void;
  /**
   * Called with the reason why the device cannot work, and with the code by which a manager can enrol it; without a
   * reason once it can.
   */
  readonly onSetup: (reason?: SetupReason, code?: string) => void;
  /** Called when the connection is back. */
  readonly onLive: () => void;
  /** Whether the page may be loaded again now: not while a guest is busy with it. */
  readonly isFree: () => boolean;
}

/** The kiosk without its guest: its access, its store, the menu that it keeps, and its connection. */
export class KioskDevice {
  readonly #options: DeviceOptions;
  readonly #client: StreamClient;
  readonly #access: KioskAccess;
  #code: string | undefined;
  #awaken: () => void = () => undefined;
  #menu: KeptMenu | undefined = menuKept(localStorage);
  #isCutOff = false;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.#client = new StreamClient({
      url: endpoint,
      token: async (occasion) => (await this.#access.token(occasion !== 'connect')) ?? '',
      retry: { minMs: 500, maxMs: againMs },
    });
    this.#access = new KioskAccess({ onCode: (code) => this.#showCode(code) });
  }

  get menu(): KeptMenu | undefined {
    return this.#menu;
  }

  get store(): Store | undefined {
    return this.#menu?.store;
  }

  get isCutOff(): boolean {
    return this.#isCutOff;
  }

  use(token: string): void {
    this.#access.use(token);
    this.#options.onSetup();
    this.#awaken();
  }

  ask = async <Data>(document: string, variables?: object): Promise<Answer<Data>> => {
    const answer = await this.#askOnce<Data>(false, document, variables);
    if (answer.kind !== 'refused') return answer;
    // Its own token may have ended with a key of the channel: it gets another one, if it is still enrolled.
    if (this.#access.isDevice) return this.#askOnce<Data>(true, document, variables);
    this.#access.forgetGiven();
    this.#options.onSetup('badToken', this.#code);
    return answer;
  };

  async #askOnce<Data>(anew: boolean, document: string, variables?: object): Promise<Answer<Data>> {
    const token = await this.#access.tokenSoon(anew);
    return token === undefined ? { kind: 'unreached' } : askGraph<Data>(token, document, variables);
  }

  #showCode(code: string | undefined): void {
    const wasAsking = this.#code !== undefined;
    this.#code = code;
    this.#options.onSetup(code === undefined ? undefined : 'notEnrolled', code);
    // It may be another store's now: nothing of the one before may stay on the screen.
    if (code === undefined && wasAsking && this.store) location.reload();
  }

  stream<Data>(document: string, variables: Record<string, unknown>): ResumingStream<Data> {
    return this.#client.stream<Data>(document, variables);
  }

  /** Runs for ever: finds the store, reads the menu, and follows what can be ordered. */
  async run(): Promise<never> {
    setInterval(() => void this.refresh(), refreshMs);
    for (;;) {
      if ((await this.#access.token()) === undefined) this.#options.onSetup('noToken');
      else if (await this.refresh()) await this.#follow();
      await this.#pause();
    }
  }

  /** Reads store and menu anew. Returns false if that was not possible; what was kept stays. */
  async refresh(): Promise<boolean> {
    const answer = await this.ask<OrderStartQuery>(orderStart);
    if (answer.kind === 'unreached') this.#cutOff(true);
    if (answer.kind !== 'answer' || !answer.data) return false;
    const { kiosk, menuCategories } = answer.data;
    if (kiosk === null) this.#options.onSetup('noStore', this.#code);
    if (!kiosk?.store) return false;
    const menu = await readMenu(this.ask, kiosk.store, menuCategories);
    if (menu) this.#keep(menu);
    return menu !== undefined;
  }

  async #follow(): Promise<void> {
    const stream = this.#client.stream<MenuAvailabilityChangedSubscription>(
      menuAvailabilityChanged,
      { storeId: this.store?.id },
      { onState: (state) => this.#showState(state) },
    );
    try {
      for await (const { data } of stream)
        if (data?.menuAvailabilityChanged && this.#menu)
          this.#keep(withAvailability(this.#menu, data.menuAvailabilityChanged));
    } catch (error) {
      if (error instanceof StreamError && outdated.includes(error.code)) this.#reloadWhenFree();
    }
    this.#cutOff(true);
  }

  #showState({ status, cause }: StreamState): void {
    if (status === 'live') {
      this.#options.onSetup();
      this.#cutOff(false);
      this.#options.onLive();
    } else if (status === 'reconnecting') {
      if (cause?.code === forbidden && !this.#access.isDevice) this.#options.onSetup('badToken', this.#code);
      this.#cutOff(true);
    }
  }

  #reloadWhenFree(): void {
    const timer = setInterval(() => {
      if (!this.#options.isFree()) return;
      clearInterval(timer);
      location.reload();
    }, againMs);
  }

  #keep(menu: KeptMenu): void {
    this.#menu = menu;
    keepMenu(localStorage, menu);
    this.#options.onChange();
  }

  #cutOff(isCutOff: boolean): void {
    if (isCutOff === this.#isCutOff) return;
    this.#isCutOff = isCutOff;
    this.#options.onChange();
  }

  /** Waits for a while, or until there is another token. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, againMs);
      this.#awaken = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
