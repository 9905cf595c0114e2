/**
 * Every edge of the system: each way by which a domain, a channel or an outside system calls another or publishes to
 * it. `docs/edges.md` is generated from this list, and lint compares it with the code in both directions: a call, a
 * consumer, a stream or a saga step without an edge fails, and so does an edge without code.
 *
 * The patterns, and the reasons for each, are those of the company's decision matrix; `docs/choosing-a-pattern.md`
 * leads through the choice.
 */
export type Pattern = 'API-First' | 'Event-Driven' | 'Saga' | 'CQRS';

/** Stands for all channels together. */
export const channelsParty = 'channels';

/** The receiver of an event that is published but has no consumer in this repository yet. */
export const nobodyYet = 'nobody yet';

export interface Edge {
  /** The side that starts: the caller, or the domain that publishes. A subgraph's name, `channels` or `webhooks`. */
  readonly from: string;
  /** The side that is called or consumes: a subgraph's name, `channels`, `nobody yet`, or an outside system. */
  readonly to: string;
  readonly pattern: Pattern;
  /** `gRPC <service>`, `event <name>`, `HTTP` or `SMTP`. */
  readonly contract: string;
  /** How often it happens, in terms of its cause. */
  readonly volume: string;
  /** How soon the answer or the effect is needed. */
  readonly latency: string;
  /** Why this pattern was chosen, by the criteria of the decision matrix. */
  readonly because: string;
  /** Of an edge from the channels: only those whose manifest lets in devices, or apps of partners, have it. */
  readonly ofChannelsWith?: 'devices' | 'apps';
}

type Said = Pick<Edge, 'volume' | 'latency' | 'because' | 'ofChannelsWith'>;

const grpc = (from: string, to: string, service: string, said: Said): Edge => ({
  from,
  to,
  pattern: 'API-First',
  contract: `gRPC ${service}`,
  ...said,
});
const sagaStep = (from: string, to: string, service: string, said: Said): Edge => ({
  from,
  to,
  pattern: 'Saga',
  contract: `gRPC ${service}`,
  ...said,
});
const event = (from: string, to: string, name: string, said: Said): Edge => ({
  from,
  to,
  pattern: 'Event-Driven',
  contract: `event ${name}`,
  ...said,
});
const projection = (domain: string, name: string, said: Said): Edge => ({
  from: domain,
  to: domain,
  pattern: 'CQRS',
  contract: `event ${name}`,
  ...said,
});

const asked = { latency: 'while a guest waits: 5 s at most' } as const;
const atCheckout = { volume: 'once for each order that is tried', ...asked } as const;
const soon = { latency: 'a second' } as const;
const shown = { latency: '250 ms to the last subscriber, p99' } as const;
const perOrder = { volume: 'a few for each order' } as const;
const unheard = (because: string): Said => ({ volume: 'rare', latency: 'none', because });

export const edges: readonly Edge[] = [
  grpc('orders', 'stores', 'StoreQueryService', {
    ...atCheckout,
    because: 'Whether the store takes orders must hold at that moment.',
  }),
  grpc('orders', 'menu', 'MenuQueryService', {
    ...atCheckout,
    because: 'The price that is charged is the one of that moment.',
  }),
  grpc('orders', 'customers', 'CustomerQueryService', {
    ...atCheckout,
    because: 'The address must be the guest’s own, and be kept nowhere else.',
  }),
  grpc('orders', 'delivery', 'DeliveryQueryService', {
    ...atCheckout,
    because: 'The fee is part of the total that the guest agrees to.',
  }),
  grpc('orders', 'inventory', 'InventoryQueryService', {
    ...atCheckout,
    because:
      'What cannot be made in this size, with these extras, this many times is refused before any card is asked; while inventory is down the saga refuses it afterwards.',
  }),
  grpc('orders', 'delivery', 'DeliveryCommandService', {
    volume: 'once for each cancellation of a ready delivery',
    ...asked,
    because:
      'Only delivery knows whether the courier has the food already: it takes the job back, or the cancellation is refused.',
  }),
  grpc('customers', 'stores', 'StoreQueryService', {
    volume: 'once for each new favourite',
    ...asked,
    because: 'A store that does not exist is refused at once.',
  }),
  grpc('memberships', 'stores', 'StoreQueryService', {
    volume: 'once for each page of plans, and for each new membership',
    ...asked,
    because: 'The country of the store decides the price, its time zone when a day begins.',
  }),
  grpc('marketplace', 'stores', 'StoreQueryService', {
    volume: 'once for each restaurant of a new vendor',
    ...asked,
    because: 'The restaurants beside which a vendor sells decide its country, currency and time zone.',
  }),
  grpc('payments', 'stores', 'StoreQueryService', {
    volume: 'once for each store and process, where a country has a payment provider of its own',
    ...asked,
    because: 'The country of the store decides who moves the money, and a store’s country never changes.',
  }),
  grpc('delivery', 'stores', 'StoreQueryService', {
    volume: 'once for each quote, and for each change of a store’s terms or rule',
    ...asked,
    because:
      'The distance and the hours of the store decide the quote; what is said of a store that is not there is refused.',
  }),
  grpc('inventory', 'stores', 'StoreQueryService', {
    volume: 'once for the first delivery to a store',
    ...asked,
    because: 'Stock of a store that does not exist is refused at once.',
  }),
  grpc('delivery', 'customers', 'CustomerQueryService', {
    volume: 'once for each quote, and for each page of jobs',
    ...asked,
    because: 'Where a person lives is asked for, never copied.',
  }),
  grpc('notifications', 'customers', 'ContactQueryService', {
    volume: 'once for each message',
    latency: 'seconds; tried until answered',
    because: 'Consent, address and language must hold at that moment, and are kept nowhere else.',
  }),
  grpc('notifications', 'marketplace', 'VendorContactService', {
    volume: 'once for each order that a vendor’s system did not take',
    latency: 'seconds; tried until answered',
    because: 'Address and deadline must hold at that moment, and are kept nowhere else.',
  }),
  grpc('loyalty', 'customers', 'CustomerExistenceService', {
    volume: 'once for each gift of goodwill',
    latency: 'while support waits: 5 s at most',
    because: 'An account of nobody could never be used, so an unknown customer is refused at once.',
  }),
  grpc('channels', 'customers', 'SupportSessionService', {
    volume: 'once for each session of support',
    latency: 'while support waits: 5 s at most',
    because: 'It is recorded, and shown to the customer, before support can act for them.',
  }),
  grpc('channels', 'customers', 'AccessQueryService', {
    volume: 'once for each start of a process',
    ...soon,
    because: 'What was revoked before the process began to listen must be known too.',
  }),
  grpc('channels', 'stores', 'DeviceAccessService', {
    volume: 'every 5 minutes for each screen, every 5 seconds for one that waits to be enrolled',
    latency: 'while a screen waits: 5 s at most',
    because: 'A device that was revoked, or moved to another store, gets no token from that moment on.',
    ofChannelsWith: 'devices',
  }),
  grpc('channels', 'partners', 'PartnerAccessService', {
    volume: 'twice for each request of a program; its use is counted in batches',
    latency: 'while a program waits: 5 s at most',
    because: 'A key that was revoked, or a document that is retired, ends with the next request; a nonce is good once.',
    ofChannelsWith: 'apps',
  }),
  grpc('channels', 'partners', 'PartnerDocumentService', {
    volume: 'once for each document that a partner registers',
    latency: 'while a developer waits: 5 s at most',
    because: 'Only the channel can say whether it would run the document; only partners keeps it.',
    ofChannelsWith: 'apps',
  }),
  grpc('channels', 'every domain', 'FeedQueryService', {
    volume: 'once for each gap or resumed stream, batched',
    ...soon,
    because: 'Only the owner’s event log knows what was missed.',
  }),
  grpc('channels', 'every domain', 'PersonalDataService', {
    volume: 'a few times a day, when a customer asks what is kept about them',
    latency: 'while a person waits: 5 s at most',
    because: 'Each domain knows what it keeps about a customer, and only it can open what is sealed.',
  }),
  grpc('channels', 'every domain', 'TimelineService', {
    volume: 'when staff look for what became of an order',
    latency: 'while a person waits: 5 s at most',
    because: 'Each domain knows what it did for an order; none keeps what another did.',
  }),
  grpc('channels', 'every domain', 'AuditService', {
    volume: 'when an auditor reads what staff and partners did',
    latency: 'while a person waits: 5 s at most',
    because: 'Each domain records what was asked of it before it does it, so its trail lies in its own database.',
  }),
  grpc('channels', 'every domain', 'ParkedEventService', {
    volume: 'when an admin looks for what went wrong',
    latency: 'while a person waits: 5 s at most',
    because:
      'What a consumer has set aside lies in the database of its domain, and only that domain can handle it again.',
  }),

  grpc('webhooks', 'inventory', 'InventorySupplyService', {
    volume: 'a few for each store and day',
    latency: 'seconds; tried until answered, for a day',
    because: 'What the supplier says of deliveries, prices and recalls holds by the rules of inventory.',
  }),
  grpc('webhooks', 'loyalty', 'LoyaltyNoticeService', {
    volume: 'one for each entry of a ledger, and a few that the partner books by itself',
    latency: 'a second; tried until answered, for a day',
    because: 'Only loyalty may say what the news of its partner means for the ledger of points.',
  }),
  grpc('webhooks', 'delivery', 'DeliveryNoticeService', {
    volume: 'a few for each delivery by a partner',
    latency: 'a second; tried until answered, for a day',
    because: 'Only delivery may say what the news of a partner means for an order.',
  }),
  grpc('webhooks', 'payments', 'PaymentNoticeService', {
    volume: 'a few for each order',
    latency: 'a second; tried until answered, for a day',
    because: 'Only payments may say what a notice of the provider means for a payment.',
  }),

  sagaStep('orders', 'payments', 'PaymentCommandService', {
    ...perOrder,
    latency: 'seconds; tried until answered',
    because: 'Money is authorised, captured, voided and refunded in step with the rest.',
  }),
  sagaStep('orders', 'inventory', 'InventoryCommandService', {
    ...perOrder,
    latency: 'seconds; tried until answered',
    because: 'Stock is reserved, consumed or released in step with the rest.',
  }),
  sagaStep('orders', 'delivery', 'DeliveryCommandService', {
    ...perOrder,
    latency: 'seconds; tried until answered',
    because: 'A courier is sent or called off in step with the rest.',
  }),
  sagaStep('orders', 'stores', 'StoreQueryService', {
    volume: 'once for each delivery',
    latency: 'seconds; tried until answered',
    because: 'The courier must know where to collect.',
  }),
  sagaStep('orders', 'customers', 'CustomerQueryService', {
    volume: 'once for each delivery',
    latency: 'seconds; tried until answered',
    because: 'The courier must know where the door is.',
  }),

  sagaStep('memberships', 'payments', 'PaymentCommandService', {
    volume: 'a few for each period of a membership',
    latency: 'seconds; tried until answered',
    because: 'A period is paid before it begins; what is not used is paid back.',
  }),

  sagaStep('marketplace', 'payments', 'PaymentCommandService', {
    ...perOrder,
    latency: 'seconds; tried until answered',
    because: 'The money is held before the vendor is told, and taken when the vendor accepts; undo gives it back.',
  }),
  sagaStep('marketplace', 'payments', 'PayoutCommandService', {
    volume: 'once a day for each vendor',
    latency: 'seconds; tried until answered',
    because: 'What vendors have earned is paid by the provider that holds the money; the key pays it once.',
  }),

  event('marketplace', 'marketplace', 'MarketplaceOrderPlaced', {
    volume: 'once for each order from a vendor',
    ...soon,
    because: 'The saga starts by the fact, so that none is taken without one.',
  }),
  event('marketplace', 'marketplace', 'MarketplaceOrderChanged', {
    volume: 'a few for each order from a vendor',
    ...soon,
    because: 'What vendor and customer do to an order reaches its saga, also after a crash.',
  }),
  event('memberships', 'memberships', 'MembershipRequested', {
    volume: 'once for each new membership',
    ...soon,
    because: 'The saga starts by the fact, so that none is asked for without one.',
  }),
  event('orders', 'orders', 'OrderCreated', {
    ...perOrder,
    ...soon,
    because: 'The saga starts by the fact, so that none is accepted without one.',
  }),
  event('orders', 'orders', 'OrderStatusChanged', {
    ...perOrder,
    ...soon,
    because: 'The saga hears what the kitchen and the guest did.',
  }),
  event('orders', 'orders', 'OrderHandedOver', {
    ...perOrder,
    ...soon,
    because: 'The saga hears that the order was collected.',
  }),
  event('delivery', 'orders', 'DeliveryStatusChanged', {
    ...perOrder,
    ...soon,
    because: 'The saga hears how the courier gets on.',
  }),
  event('payments', 'orders', 'PaymentProcessed', {
    ...perOrder,
    ...soon,
    because: 'Staff see what became of the money, and the saga hears that a guest has answered their bank.',
  }),
  event('orders', 'loyalty', 'OrderStatusChanged', {
    ...perOrder,
    ...soon,
    because: 'Points follow a completed order; ordering waits for none.',
  }),
  event('payments', 'loyalty', 'PaymentProcessed', {
    ...perOrder,
    ...soon,
    because: 'A refund takes its points back.',
  }),
  event('memberships', 'delivery', 'MembershipBenefitsChanged', {
    volume: 'a few for each membership',
    ...soon,
    because: 'A quote is free for a member, also while memberships is down.',
  }),
  event('memberships', 'loyalty', 'MembershipBenefitsChanged', {
    volume: 'a few for each membership',
    ...soon,
    because: 'A member earns more points, also while memberships is down.',
  }),
  event('orders', 'delivery', 'OrderStatusChanged', {
    ...perOrder,
    ...soon,
    because: 'Couriers see when food is ready.',
  }),
  event('payments', 'channels', 'PaymentChallenged', {
    ...perOrder,
    ...shown,
    because: 'Guests are sent to their bank while they look at the order.',
  }),
  event('payments', 'channels', 'PaymentProcessed', {
    ...perOrder,
    ...shown,
    because: 'Guests see what became of their payment.',
  }),
  event(
    'payments',
    nobodyYet,
    'PaymentDisputed',
    unheard('For whoever answers disputes. The guest hears of it from their bank.'),
  ),
  event('inventory', 'menu', 'InventoryItemMakeabilityChanged', {
    volume: 'a few for each item and day',
    ...soon,
    because: 'What cannot be made is sold out, also while inventory is down.',
  }),

  ...[
    ['stores', 'StoreOpened'],
    ['stores', 'StoreDetailsChanged'],
    ['stores', 'StoreHoursChanged'],
    ['stores', 'StoreOrderingChanged'],
    ['stores', 'StoreClosed'],
    ['menu', 'MenuItemChanged'],
    ['menu', 'MenuItemAvailabilityChanged'],
    ['delivery', 'DeliveryTermsChanged'],
    ['orders', 'OrderStatusChanged'],
  ].map(([from = '', name = '']) =>
    event(from, 'partners', name, {
      volume: 'each one',
      ...soon,
      because: 'Partners are told by webhook; nobody waits for their receivers.',
    }),
  ),

  event('orders', 'notifications', 'OrderStatusChanged', {
    ...perOrder,
    ...soon,
    because: 'Guests are told by e-mail how their order gets on; ordering waits for none.',
  }),
  event('payments', 'notifications', 'PaymentChallenged', {
    volume: 'few, for orders that a bank wants confirmed',
    ...soon,
    because: 'A guest who has left the app is asked to confirm before the time for it is over.',
  }),
  event('payments', 'notifications', 'PaymentProcessed', {
    ...perOrder,
    ...soon,
    because: 'Guests are told of money that comes back; no refund waits for the mail server.',
  }),
  event('delivery', 'notifications', 'DeliveryStatusChanged', {
    volume: 'a few for each delivery',
    ...soon,
    because: 'Guests are told that their order has arrived, also those who are not at home.',
  }),
  event('loyalty', 'notifications', 'LoyaltyPointsEarned', {
    ...perOrder,
    ...soon,
    because: 'Guests are told of their points; booking them waits for no mail server.',
  }),
  event('loyalty', 'notifications', 'LoyaltyGoodwillGiven', {
    volume: 'a few a day',
    ...soon,
    because: 'Guests are told of a gift, which they would not look for.',
  }),
  event('marketplace', 'notifications', 'MarketplaceOrderChanged', {
    volume: 'a few for each order from a vendor',
    ...soon,
    because: 'The customer is told that a vendor has accepted, or that nothing comes of it, also while mail is down.',
  }),
  event('marketplace', 'partners', 'MarketplaceOrderChanged', {
    volume: 'a few for each order from a vendor',
    ...soon,
    because: 'Vendors’ systems are told by webhook, and no order waits for one that hangs.',
  }),
  event('partners', 'notifications', 'PartnerVendorMissed', {
    volume: 'once for each order that a vendor’s system did not take in time',
    ...soon,
    because: 'The vendor is told by e-mail, also while mail is down.',
  }),
  event('customers', 'notifications', 'CustomerErased', {
    volume: 'rare',
    ...soon,
    because: 'What was sent to an erased person must be readable by nobody.',
  }),
  event('customers', 'notifications', 'CustomerReceiptRequested', {
    volume: 'a few a day',
    ...soon,
    because: 'Support is done once the wish is recorded; the e-mail may wait for the mail server.',
  }),

  projection('orders', 'OrderCreated', {
    ...perOrder,
    ...soon,
    because: 'Kitchen and board are read far more often than orders change.',
  }),
  projection('orders', 'OrderStatusChanged', {
    ...perOrder,
    ...soon,
    because: 'Kitchen and board are read far more often than orders change.',
  }),
  projection('orders', 'OrderHandedOver', {
    ...perOrder,
    ...soon,
    because: 'What was handed over leaves kitchen and board.',
  }),

  event('orders', 'channels', 'OrderCreated', {
    ...perOrder,
    ...shown,
    because: 'Guests and boards follow the order live.',
  }),
  event('orders', 'channels', 'OrderStatusChanged', {
    ...perOrder,
    ...shown,
    because: 'Guests and boards follow the order live.',
  }),
  event('orders', 'channels', 'OrderHandedOver', {
    ...perOrder,
    ...shown,
    because: 'The board drops the number at once.',
  }),
  event('menu', 'channels', 'MenuItemAvailabilityChanged', {
    volume: 'a few for each item and day',
    ...shown,
    because: 'Open menus drop what is sold out.',
  }),
  event('inventory', 'channels', 'InventoryUpdated', {
    volume: 'a few for each order',
    latency: 'seconds',
    because: 'Staff watch stock that runs low.',
  }),
  event('inventory', 'channels', 'InventoryReorderLevelChanged', {
    volume: 'rare',
    latency: 'seconds',
    because: 'What is low depends on the level.',
  }),
  event('delivery', 'channels', 'DeliveryCourierMoved', {
    volume: 'one a second for each courier',
    ...shown,
    because: 'Guests watch the courier come.',
  }),
  event('delivery', 'channels', 'DeliveryJobChanged', {
    ...perOrder,
    ...shown,
    because: 'Couriers see their jobs change.',
  }),
  event('loyalty', 'channels', 'LoyaltyPointsEarned', {
    ...perOrder,
    ...shown,
    because: 'Guests see their points grow.',
  }),
  event('loyalty', 'channels', 'LoyaltyPointsReversed', {
    volume: 'one for each refund',
    ...shown,
    because: 'Guests see what was taken back.',
  }),
  event('loyalty', 'channels', 'LoyaltyPointsAdjusted', {
    volume: 'a few for each customer and month',
    ...shown,
    because: 'Guests see what they spent and earned at other chains of the loyalty partner.',
  }),
  event('loyalty', 'channels', 'LoyaltyGoodwillGiven', {
    volume: 'rare',
    ...shown,
    because: 'Guests see their points grow.',
  }),
  event('customers', 'channels', 'CustomerAccessRevoked', {
    volume: 'rare',
    ...soon,
    because: 'Who lost access loses open streams, too.',
  }),

  event('menu', nobodyYet, 'MenuStoreAdded', unheard('Channels let go of kept answers by every event.')),
  event('customers', nobodyYet, 'CustomerRegistered', unheard('For notifications and analytics.')),
  event('customers', nobodyYet, 'CustomerProfileChanged', unheard('For notifications and analytics.')),
  event('customers', nobodyYet, 'CustomerAddressVersioned', unheard('For analytics.')),
  event('customers', nobodyYet, 'CustomerConsentChanged', unheard('For notifications.')),
  event('customers', 'memberships', 'CustomerErased', {
    volume: 'rare',
    ...soon,
    because: 'Whoever is gone is charged no more.',
  }),
  event(
    'inventory',
    nobodyYet,
    'InventoryReorderPointReached',
    unheard('For whoever is on duty. Orders to the supplier are made from the stock itself.'),
  ),
  event('inventory', nobodyYet, 'InventoryIngredientChanged', unheard('For analytics and suppliers’ catalogues.')),
  event('inventory', nobodyYet, 'InventoryRecipeChanged', unheard('For analytics and suppliers’ catalogues.')),
  event('delivery', nobodyYet, 'DeliveryCourierChanged', unheard('For rosters and analytics.')),
  event('marketplace', nobodyYet, 'MarketplaceMoneyMoved', unheard('For accounting and analytics.')),
  event('marketplace', nobodyYet, 'MarketplacePayoutSettled', unheard('For accounting and webhooks to vendors.')),
  event('memberships', 'notifications', 'MembershipChanged', {
    volume: 'a few for each membership',
    ...soon,
    because: 'Members are told that it begins, ends, or cannot be renewed, also while mail is down.',
  }),
  event('memberships', 'notifications', 'MembershipPriceAnnounced', {
    volume: 'once for each member and price',
    ...soon,
    because: 'A price holds for nobody who was not told.',
  }),
  event('memberships', nobodyYet, 'MembershipMoneyMoved', unheard('For notifications and accounting.')),
  event('stores', nobodyYet, 'StoreDeviceEnrolled', unheard('For analytics; the log tells who enrolled it.')),
  event('stores', 'channels', 'StoreDeviceRevoked', {
    volume: 'rare',
    ...soon,
    because: 'A screen that lost its access loses open streams, too.',
  }),
  event('stores', 'menu', 'StoreOpened', {
    volume: 'rare',
    ...soon,
    because: 'A new store sells by the price list of its country.',
  }),
  event('stores', 'inventory', 'StoreOpened', {
    volume: 'rare',
    ...soon,
    because: 'A new store has no stock, so what has a recipe is sold out there until a delivery comes.',
  }),

  {
    from: channelsParty,
    to: 'CDN',
    pattern: 'API-First',
    contract: 'HTTP',
    volume: 'one call for what happened in a tenth of a second, where there is a CDN',
    latency: 'a fifth of a second; tried again until it is taken',
    because: 'A CDN hears no events, and keeps answers for as long as it is not told to let them go.',
  },
  {
    from: 'payments',
    to: 'payment provider',
    pattern: 'API-First',
    contract: 'HTTP',
    volume: 'a few for each order',
    latency: 'seconds; an unknown outcome is asked for by reference',
    because: 'The provider offers nothing else. Each attempt has one idempotency key.',
  },
  {
    from: 'payments',
    to: 'payment provider Kassa',
    pattern: 'API-First',
    contract: 'HTTP',
    volume: 'a few for each order of the countries and stores that are given to it',
    latency: 'seconds; an unknown outcome is asked for by reference',
    because: 'The provider offers nothing else. Each attempt has one idempotency key.',
  },
  {
    from: 'loyalty',
    to: 'loyalty partner',
    pattern: 'API-First',
    contract: 'HTTP',
    volume: 'once for each entry of a ledger, and for a file a day',
    latency: 'a second; tried until answered',
    because: 'The partner keeps points for several chains, and offers nothing else. Nobody waits for its answer.',
  },
  {
    from: 'inventory',
    to: 'supplier',
    pattern: 'API-First',
    contract: 'HTTP',
    volume: 'a few for each order to the supplier: some a week for each store',
    latency: 'minutes; tried until answered',
    because: 'The supplier offers nothing else. An order has one reference, however often it is sent. Nobody waits.',
  },
  {
    from: 'delivery',
    to: 'delivery partner Velo',
    pattern: 'API-First',
    contract: 'HTTP',
    volume: 'a few for each delivery by a partner',
    latency: 'seconds; an unknown outcome is asked for by our reference',
    because: 'The partner offers nothing else. A reference makes one job, however often it is sent.',
  },
  {
    from: 'delivery',
    to: 'delivery partner Stadtbote',
    pattern: 'API-First',
    contract: 'HTTP',
    volume: 'a few for each delivery by a partner',
    latency: 'seconds; an unknown outcome is asked for by our reference',
    because: 'The partner offers nothing else. A reference makes one job, however often it is sent.',
  },
  {
    from: 'partners',
    to: 'partners’ receivers',
    pattern: 'API-First',
    contract: 'HTTP',
    volume: 'one for each event and endpoint that asks for it',
    latency: 'a second; tried 8 times over 28 hours',
    because: 'Every partner can receive it. Each message has one id, and is signed in two ways.',
  },
  {
    from: 'notifications',
    to: 'mail server',
    pattern: 'API-First',
    contract: 'SMTP',
    volume: 'a few for each order of a customer who wants it',
    latency: 'a minute; tried again with growing pauses',
    because: 'It is what every mail server speaks. A message whose outcome is unknown is not sent again.',
  },
  {
    from: 'notifications',
    to: 'texting gateway',
    pattern: 'API-First',
    contract: 'HTTP',
    volume: 'a few for each order of a customer who wants it',
    latency: 'a minute, or after quiet hours; tried again with growing pauses',
    because:
      'Gateways of text messages and notifications offer nothing else. Each message has one id, and is sent once.',
  },
];
