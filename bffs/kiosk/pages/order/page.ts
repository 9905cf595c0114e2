import type {
  CancelOrderMutation,
  OrderScreenQuery,
  OrderStatusChangedSubscription,
  PlaceOrderInput,
  PlaceOrderMutation,
} from '#generated/bffs/kiosk/operations.ts';
import type { ResumingStream } from '#clients/stream-client/src/streamClient.ts';
import { newKey } from '#bffs/pages/newKey.ts';
import cancelOrderDocument from '../../operations/cancelOrder.graphql';
import orderScreen from '../../operations/orderScreen.graphql';
import orderStatusChanged from '../../operations/orderStatusChanged.graphql';
import placeOrder from '../../operations/placeOrder.graphql';
import { orderLines } from './basket.ts';
import { betweenTaps } from './betweenTaps.ts';
import { KioskDevice, type SetupReason } from './device.ts';
import { draw, drawSetup, onToken } from './drawing.ts';
import { IdleWatch } from './idleWatch.ts';
import { textsIn } from './languages.ts';
import { OrderOutbox, type Outcome, type Placed } from './orderOutbox.ts';
import { paymentMethods, type PaymentMethod } from './paymentTerminal.ts';
import { inCurrency, newGuest, priceOf, sumOf, type Guest, type PlacedOrder, type Screen } from './screen.ts';

const address = new URLSearchParams(location.search);
/** `?lang=` and `?idle=` (seconds) in the address set a device up for its place. */
const firstLanguage = (address.get('lang') ?? navigator.language).toLowerCase().startsWith('de') ? 'de' : 'en';
const idleMs = (Number(address.get('idle')) || 90) * 1_000;
const graceMs = Math.min(15_000, idleMs);
const guestName = 'order-guest';
/** How often an answer that says neither yes nor no is asked for again before the guest is sent to the counter. */
const strangeAnswers = 5;

let guest = guestKept();
let setup: { readonly reason: SetupReason; readonly code?: string | undefined } | undefined;
let isAsking = false;
let isUnanswered = false;
let strange = 0;
let followed: { readonly id: string; readonly stream: ResumingStream<OrderStatusChangedSubscription> } | undefined;

const render = betweenTaps(() => {
  draw(screen());
  drawSetup(screen(), setup);
});
const device = new KioskDevice({
  onChange: render,
  onSetup: (reason, code) => {
    setup = reason && { reason, code };
    drawSetup(screen(), setup);
  },
  onLive: () => outbox.hurry(),
  isFree: () => guest.view === 'start',
});
const outbox = new OrderOutbox({ storage: localStorage, place, cancel, onAnswer: answered });

function guestKept(): Guest {
  try {
    const kept = JSON.parse(sessionStorage.getItem(guestName) ?? 'null') as Guest | null;
    if (!kept) return newGuest(firstLanguage);
    // The terminal's answer is lost with the page that asked it.
    return { ...newGuest(firstLanguage), ...kept, view: kept.view === 'terminal' ? 'pay' : kept.view };
  } catch {
    return newGuest(firstLanguage);
  }
}

const screen = (): Screen => ({
  guest,
  device: {
    store: device.store,
    menu: device.menu,
    isCutOff: device.isCutOff,
    isUnanswered,
    isAsking: isAsking && guest.view !== 'placed',
  },
  texts: textsIn(guest.language),
  methods: paymentMethods(),
  change,
  goToPay: () => void goToPay(),
  pay: (method) => void pay(method),
  giveUp: startOver,
  cancelOrder: () => void cancelPlaced(),
  startOver,
});

function change(changed: Partial<Guest>): void {
  guest = { ...guest, ...changed };
  sessionStorage.setItem(guestName, JSON.stringify(guest));
  followOrder();
  render();
}

/** The screen for the next guest. What the one before sent and nobody has answered yet is called off. */
function startOver(): void {
  outbox.abandon();
  change(newGuest(firstLanguage));
}

const inputOf = (expectedTotal: number, methodToken: string): PlaceOrderInput => ({
  storeId: device.store?.id ?? '',
  service: guest.service ?? 'KIOSK',
  lines: orderLines(guest.lines),
  payment: { methodToken },
  expectedTotal,
  idempotencyKey: newKey(),
});

/**
 * Asks what the order costs, tax included, and whether it can be placed: an order that is expected to cost nothing is
 * never placed, and its refusal tells the total.
 */
async function goToPay(): Promise<void> {
  const before = sumOf(screen());
  const asked = await device.ask<PlaceOrderMutation>(placeOrder, { input: inputOf(0, 'none') });
  const answer = asked.kind === 'answer' ? asked.data?.placeOrder : undefined;
  if (guest.view !== 'basket' || answer?.__typename === 'PlaceOrderSuccess') return;
  const { texts } = screen();
  if (answer?.__typename === 'OrderPriceChanged') {
    const { amount } = answer.total;
    const isChanged = device.store?.taxRegime.inclusive === true && amount !== before;
    change({
      view: 'pay',
      toldTotal: amount,
      problem: isChanged ? texts.priceChanged(priceOf(screen(), amount)) : undefined,
    });
    if (isChanged) void device.refresh();
  } else if (answer) refused(answer);
  else change({ problem: asked.kind === 'answer' ? texts.failed : texts.payCutOff });
}

async function pay(method: PaymentMethod): Promise<void> {
  const total = guest.toldTotal;
  const amount = total === undefined ? undefined : inCurrency(screen(), total);
  if (total === undefined || !amount) return;
  change({ view: 'terminal', problem: undefined });
  const token = await method.requestToken(amount).catch(() => null);
  if (guest.view !== 'terminal') return;
  if (token === null) {
    change({ view: 'pay', problem: screen().texts.payAgain });
    return;
  }
  outbox.place(inputOf(total, token));
  change({ view: 'sending' });
}

async function place(input: PlaceOrderInput): Promise<Outcome<Placed>> {
  const answer = await device.ask<PlaceOrderMutation>(placeOrder, { input });
  const placed = answer.kind === 'answer' ? answer.data?.placeOrder : undefined;
  isUnanswered = !placed;
  render();
  if (answer.kind !== 'answer') return undefined;
  strange = placed ? 0 : strange + 1;
  return placed ?? (strange > strangeAnswers ? 'failed' : undefined);
}

async function cancel(orderId: string): Promise<Outcome<'done'>> {
  const answer = await device.ask<CancelOrderMutation>(cancelOrderDocument, { orderId });
  if (answer.kind !== 'answer') return undefined;
  return answer.data?.cancelOrder ? 'done' : 'failed';
}

function answered(answer: Placed | 'failed'): void {
  if (answer === 'failed') change({ view: 'basket', problem: screen().texts.failed });
  else if (answer.__typename === 'PlaceOrderSuccess')
    change({ view: 'placed', problem: undefined, order: { ...answer.order, reason: null } });
  else if (answer.__typename === 'OrderPriceChanged') {
    const { amount } = answer.total;
    change({ view: 'pay', toldTotal: amount, problem: screen().texts.priceChanged(priceOf(screen(), amount)) });
    void device.refresh();
  } else refused(answer);
}

/** The order was refused. Whatever the reason, the basket stays, and the menu is read anew. */
function refused({ __typename }: Exclude<Placed, { __typename: 'PlaceOrderSuccess' | 'OrderPriceChanged' }>): void {
  change({ view: 'basket', problem: screen().texts.refusals[__typename] });
  void device.refresh();
}

async function cancelPlaced(): Promise<void> {
  const orderId = guest.order?.id;
  const answer = await device.ask<CancelOrderMutation>(cancelOrderDocument, { orderId });
  const outcome = answer.kind === 'answer' ? answer.data?.cancelOrder.__typename : undefined;
  if (outcome === 'OrderTooLateToCancel' && guest.order?.id === orderId) change({ problem: screen().texts.tooLate });
}

/** Follows the order on the screen, and nothing when there is none. */
function followOrder(): void {
  const id = guest.order?.id;
  if (followed?.id === id) return;
  void followed?.stream.return();
  followed = undefined;
  if (id === undefined) return;
  followed = { id, stream: device.stream<OrderStatusChangedSubscription>(orderStatusChanged, { orderId: id }) };
  void follow(id, followed.stream);
}

async function follow(id: string, stream: ResumingStream<OrderStatusChangedSubscription>): Promise<void> {
  try {
    for await (const { data } of stream) if (data?.orderStatusChanged) told(id, data.orderStatusChanged);
  } catch {
    // Nothing helps the stream, so the order is read once more.
    const answer = await device.ask<OrderScreenQuery>(orderScreen, { orderId: id });
    if (answer.kind === 'answer' && answer.data?.order) told(id, answer.data.order);
  }
}

function told(id: string, { number, status, reason, version }: Omit<PlacedOrder, 'id'>): void {
  if (guest.order?.id === id && version >= guest.order.version)
    change({ order: { id, number, status, reason, version } });
}

new IdleWatch({
  idleMs,
  graceMs,
  isNeeded: () => !['start', 'terminal', 'sending'].includes(guest.view),
  onAsk: (asking) => {
    isAsking = asking;
    render();
  },
  onIdle: startOver,
});
onToken((token) => device.use(token));
if (outbox.waiting) change({ view: 'sending' });
else if (guest.view === 'sending') change({ view: 'basket' });
else change({});
void device.run();
