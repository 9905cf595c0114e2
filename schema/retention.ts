/**
 * How long what is kept stays, decided for every table of every domain. A test fails for a table without a row here;
 * `docs/retention.md` is generated from it.
 */
export type Kept = KeptForGood | KeptFor;

export interface KeptForGood {
  readonly kept: 'for good';
  /** Why, or what ends it besides time. */
  readonly because: string;
}

export interface KeptFor {
  readonly kept: 'for a time';
  /** Days; parts of one are allowed. */
  readonly days: number;
  readonly because: string;
  /** How it goes: by the platform each hour, or by a job of the domain's own. */
  readonly by: ForgetOld | { readonly job: string };
}

/** What the platform does each hour with rows whose time is past. */
export interface ForgetOld {
  /** Column with the time from which the days count. Rows where it is null stay. */
  readonly since: string;
  /** Columns that are emptied; without any, the rows are deleted. */
  readonly empties?: readonly string[];
}

const good = (because: string): KeptForGood => ({ kept: 'for good', because });
const days = (count: number, because: string, by: KeptFor['by']): KeptFor => ({
  kept: 'for a time',
  days: count,
  because,
  by,
});

const books = 'books: what was ordered, paid and owed, under ids that name nobody once their keys are destroyed';
const untilErased = 'the customer’s own, until they change it, remove it or are erased';
const catalogue = 'what the chain sells and where; it says nothing about guests';
const proof = 'proof, which the law asks for, of who decided what and when';

/** By domain and table. Tables of the platform, which every domain has, are under `platform`. */
export const retention = {
  customers: {
    customer: good(untilErased),
    customer_key: good('opens what is sealed; its deletion is the erasure'),
    address: good(untilErased),
    address_version: good(
      'orders name the version to which they went; sealed, and unreadable once the customer is erased',
    ),
    consent_change: good(proof),
    access_revocation: good('a token of before must stay refused; an opaque id and a time'),
    support_action: good('the customer is shown what was done for them; ids and codes'),
    favourite_store: good(untilErased),
  },
  delivery: {
    courier: good('who works for the chain; the position is emptied after 24 hours by `forgetTracks`'),
    delivery_terms: good(catalogue),
    delivery: good(`${books}; the place of the door and its key are deleted when the delivery ends`),
    order_note: good(books),
    free_delivery: good('benefits that run; deleted with the membership'),
    carrier_rule: good(catalogue),
    partner_job: good(`${books}; the position is deleted when the job ends`),
    'platform.event (DeliveryCourierMoved)': days(
      1,
      'guests watch a courier come, and support may ask on the next day',
      {
        job: 'subgraphs/delivery/src/forgetTracks.ts',
      },
    ),
  },
  inventory: {
    store: good('the stores that have opened, so that one without stock is seen'),
    ingredient: good(catalogue),
    recipe_line: good(catalogue),
    size_recipe_line: good(catalogue),
    modifier_recipe_line: good(catalogue),
    recipe_version: good(catalogue),
    stock: good(catalogue),
    reservation: good(books),
    reservation_line: good(books),
    shortage: good(catalogue),
    supplier_price: good('what the supplier asked for and when'),
    purchase_order: good(books),
    purchase_order_line: good(books),
    purchase_order_difference: good(books),
    shipping_notice: good(books),
    recall: good(proof),
    recall_at_store: good(proof),
  },
  loyalty: {
    account: good(books),
    ledger_entry: good(books),
    order_points: good(books),
    refunded_order: good(books),
    goodwill: good(books),
    multiplier: good('benefits that run; deleted with the membership'),
    partner_posting: good(books),
    partner_file: good(books),
    partner_finding: good(books),
  },
  marketplace: {
    vendor: good('whom the chain pays'),
    vendor_item: good(catalogue),
    marketplace_order: good(`${books}; the card token is deleted when the saga ends`),
    refund: good(books),
    payout: good(books),
    vendor_entry: good(books),
  },
  memberships: {
    plan: good(catalogue),
    plan_price: good(catalogue),
    membership: good(`${books}; the card token is deleted when the membership ends`),
    charge: good(books),
    refund: good(books),
  },
  menu: {
    category: good(catalogue),
    menu_item: good(catalogue),
    item_image: good(catalogue),
    item_size: good(catalogue),
    modifier_group: good(catalogue),
    modifier: good(catalogue),
    item_modifier_group: good(catalogue),
    combo_slot: good(catalogue),
    slot_choice: good(catalogue),
    price_list: good(catalogue),
    store_price_list: good(catalogue),
    price: good(catalogue),
    unavailability: good(catalogue),
    menu_version: good(catalogue),
    menu_change: good(catalogue),
    menu_draft: good(catalogue),
  },
  notifications: {
    message: days(
      90,
      'support helps with what did not arrive; afterwards only that something was sent is left: address, subject and text go',
      { since: 'settled_at', empties: ['content'] },
    ),
    recipient: good('opens what is sealed; emptied when the customer is erased'),
    vendor_mail: days(90, 'support helps with what did not arrive; ids alone', { since: 'settled_at' }),
    ended_address: good('an address that takes no mail must not be written to; a hash'),
  },
  orders: {
    orders: good(`${books}; the card token is deleted when the saga ends`),
    order_counter: good(books),
    kitchen_queue: good('orders that are being made; each goes when it is handed over'),
    order_board: good('orders that are being made; each goes when it is handed over'),
  },
  partners: {
    partner: good('with whom the chain has contracts'),
    app: good('with whom the chain has contracts'),
    api_key: good('a hash, for the audit trail to be understood'),
    document: good('what an app sends; retired ones are told apart by their sunset'),
    document_use: good('when a document was last used, so that it may be retired'),
    request_count: days(90, 'a partner sees a quarter’s use', { since: 'minute' }),
    use_batch: days(1, 'a batch whose answer got lost comes again at once', { since: 'at' }),
    request_nonce: days(0.007, 'a signature is good for ten minutes', {
      job: 'subgraphs/partners/src/commands/checkSignature.ts',
    }),
    webhook_endpoint: good('until the partner removes it'),
    webhook_event: days(30, 'a partner may ask for it again', { job: 'subgraphs/partners/src/relay/keptWebhooks.ts' }),
    webhook_delivery: days(30, 'goes with its event', { job: 'subgraphs/partners/src/relay/keptWebhooks.ts' }),
    vendor_watch: good('until its time is up, which is a minute'),
    webhook_lane: good('one for each object that waits'),
  },
  payments: {
    payment: good(books),
    payment_command: good(books),
    payment_dispute: good(books),
    settlement_file: good(books),
    settlement_entry: good(books),
    settlement_finding: good(books),
  },
  stores: {
    store: good(catalogue),
    opening_exception: good(catalogue),
    holiday_hours: good(catalogue),
    device: good('until a manager ends its access; those that were never enrolled go after a day'),
    device_assertion: days(0.001, 'an assertion is good for a minute; used ones go at the next', {
      job: 'subgraphs/stores/src/devices/proveDevice.ts',
    }),
  },
  platform: {
    event: good('the facts, from which read models are rebuilt; ids and no personal data'),
    outbox: good('until it is published'),
    audit: good('who did what; a chain of hashes from which nothing can be taken'),
    idempotency: days(30, 'a client may send a request again', { since: 'at' }),
    inbox: days(15, 'longer than the bus keeps a message, so that each is handled once', {
      job: 'platform/events/inbox.ts',
    }),
    parked: good('until it is replayed'),
    projected: good('how far each read model has heard each stream'),
    read_model: good('one row for each read model'),
    operation: good('what operators asked for, such as a replay, and what came of it'),
    head: good('the version of each stream and feed'),
    epoch: good('one row'),
    seeded: good('one row'),
    edit: good('by which version something was last edited, so that two people do not overwrite each other'),
  },
  webhooks: {
    webhook: days(30, 'a message may be worked off again; its body is sealed', { job: 'webhooks/src/inbox/inbox.ts' }),
  },
  bus: {
    'messages of each topic': days(7, 'a consumer may be down for so long', { job: 'platform/events/eventBus.ts' }),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Kept>>>>;
