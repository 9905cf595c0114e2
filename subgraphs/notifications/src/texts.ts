/** What a message may tell. Of one order, what comes later here is later news. */
export const subjects = [
  'ORDER_CONFIRMED',
  'ORDER_READY',
  'ORDER_OUT_FOR_DELIVERY',
  'ORDER_DELIVERED',
  'ORDER_CANCELLED',
  'ORDER_RECEIPT',
  'PAYMENT_TO_CONFIRM',
  'PAYMENT_REFUNDED',
  'POINTS_EARNED',
  'POINTS_GIVEN',
  'VENDOR_ACCEPTED',
  'VENDOR_ORDER_ENDED',
  'MEMBERSHIP_STARTED',
  'MEMBERSHIP_FAILED',
  'MEMBERSHIP_PAYMENT_FAILED',
  'MEMBERSHIP_ENDED',
  'MEMBERSHIP_PRICE',
] as const;
export type Subject = (typeof subjects)[number];

/**
 * Whether a message is no news but belongs to what the customer has asked for or agreed to: it goes by e-mail, whatever
 * they consented to, and does not wait to be out of date.
 */
export const isOwed = (about: Subject): boolean => about === 'ORDER_RECEIPT' || about.startsWith('MEMBERSHIP_');

/** What a text needs to know of the event. Each kind of news has some of it. */
export interface Facts {
  readonly orderNumber: number;
  readonly service: string;
  /** What the order cost, in minor units of the currency, of which 10 to the power of `exponent` make a unit. */
  readonly total: number;
  readonly currency: string;
  readonly exponent: number;
  /** Why an order was called off. */
  readonly reason?: string | null;
  /** What was paid back now and, for one payment, in all; or what is to be confirmed. In minor units as well. */
  readonly amount: number;
  readonly refunded?: number;
  /** The instant from which on this is no news any more. */
  readonly until?: string;
  readonly points: number;
  readonly balance: number;
  /** Of a membership: the day on which the new price holds for the first time, YYYY-MM-DD. */
  readonly day?: string;
}

/** Whether what a message tells has ended meanwhile, so that it is told to nobody. */
export const isOver = (facts: unknown, now: Date): boolean => {
  const { until } = facts as Partial<Facts>;
  return until !== undefined && Date.parse(until) <= now.getTime();
};

const amountIn = (language: string, { currency, exponent }: Facts, amount: number): string =>
  new Intl.NumberFormat(language, { style: 'currency', currency, minimumFractionDigits: exponent }).format(
    amount / 10 ** exponent,
  );

interface Text {
  readonly subject: string;
  readonly body: string;
}
/** Orders from vendors have no number that people know; their texts, and some of memberships, need no facts. */
type Texts = Readonly<Record<Subject, (facts: Facts) => Text>>;

/** Why an order was called off, where its reason says something to the guest. */
const englishReasons: Readonly<Record<string, string>> = {
  PAYMENT_DECLINED: ', because your payment was declined',
  PAYMENT_NOT_CONFIRMED: ', because your payment was not confirmed in time',
  OUT_OF_STOCK: ', because something in it is sold out',
  DELIVERY_FAILED: ', because nobody could bring it to you',
  DELIVERY_TIMED_OUT: ', because nobody could bring it to you',
  NOT_COLLECTED: ', because nobody collected it',
};
const germanReasons: Readonly<Record<string, string>> = {
  PAYMENT_DECLINED: ', weil deine Zahlung abgelehnt wurde',
  PAYMENT_NOT_CONFIRMED: ', weil deine Zahlung nicht rechtzeitig bestätigt wurde',
  OUT_OF_STOCK: ', weil etwas davon ausverkauft ist',
  DELIVERY_FAILED: ', weil niemand sie dir bringen konnte',
  DELIVERY_TIMED_OUT: ', weil niemand sie dir bringen konnte',
  NOT_COLLECTED: ', weil niemand sie abgeholt hat',
};

const english: Texts = {
  ORDER_CONFIRMED: ({ orderNumber }) => ({
    subject: `Your order ${orderNumber} is confirmed`,
    body: `We have your order ${orderNumber}, and the kitchen will begin soon.`,
  }),
  ORDER_READY: ({ orderNumber, service }) => ({
    subject: `Your order ${orderNumber} is ready`,
    body:
      service === 'DELIVERY'
        ? `Your order ${orderNumber} is ready, and a courier will collect it.`
        : `Your order ${orderNumber} is ready at the counter.`,
  }),
  ORDER_OUT_FOR_DELIVERY: ({ orderNumber }) => ({
    subject: `Your order ${orderNumber} is on its way`,
    body: `A courier is on the way to you with your order ${orderNumber}.`,
  }),
  ORDER_DELIVERED: () => ({
    subject: 'Your order was delivered',
    body: 'Your order was delivered. Enjoy your meal!',
  }),
  ORDER_CANCELLED: ({ orderNumber, reason }) => ({
    subject: `Your order ${orderNumber} was called off`,
    body: `Your order ${orderNumber} was called off${englishReasons[reason ?? ''] ?? ''}. What you paid for it is given back.`,
  }),
  ORDER_RECEIPT: (facts) => ({
    subject: `Your receipt for order ${facts.orderNumber}`,
    body: `You asked for your receipt again: order ${facts.orderNumber} cost ${amountIn('en', facts, facts.total)}, taxes included.`,
  }),
  PAYMENT_TO_CONFIRM: (facts) => ({
    subject: 'Please confirm your payment',
    body: `Your bank wants you to confirm your payment of ${amountIn('en', facts, facts.amount)}. Open your order in the app to do so; otherwise it is called off.`,
  }),
  PAYMENT_REFUNDED: (facts) => ({
    subject: 'You get money back',
    body: `We have paid back ${amountIn('en', facts, facts.amount)} to the card or wallet with which you paid${
      facts.refunded === undefined || facts.refunded === facts.amount
        ? ''
        : `, ${amountIn('en', facts, facts.refunded)} in all`
    }. It takes your bank a few days to book it.`,
  }),
  POINTS_EARNED: ({ points, balance }) => ({
    subject: `You have earned ${points} points`,
    body: `Your order has earned you ${points} points. You have ${balance} now.`,
  }),
  POINTS_GIVEN: ({ points, balance }) => ({
    subject: `We have given you ${points} points`,
    body: `We have given you ${points} points. You have ${balance} now.`,
  }),
  VENDOR_ACCEPTED: () => ({
    subject: 'Your order from a vendor is accepted',
    body: 'The vendor has accepted your order, and is making it.',
  }),
  VENDOR_ORDER_ENDED: () => ({
    subject: 'Your order from a vendor was called off',
    body: 'Your order from a vendor was called off, or could not be made. It costs you nothing: what was taken is given back.',
  }),
  MEMBERSHIP_STARTED: () => ({
    subject: 'Your membership has begun',
    body: 'Your membership has begun. Its benefits hold from now on.',
  }),
  MEMBERSHIP_FAILED: () => ({
    subject: 'Your membership did not begin',
    body: 'Your membership could not begin. It costs you nothing: what was taken is given back.',
  }),
  MEMBERSHIP_PAYMENT_FAILED: () => ({
    subject: 'Your membership could not be renewed yet',
    body: 'Your card was declined when your membership was to be renewed. We try again; you can give another card in the app.',
  }),
  MEMBERSHIP_ENDED: () => ({
    subject: 'Your membership has ended',
    body: 'Your membership has ended, and so have its benefits. Nothing is charged any more.',
  }),
  MEMBERSHIP_PRICE: (facts) => ({
    subject: 'The price of your membership changes',
    body: `Your membership will cost ${amountIn('en', facts, facts.total)} from your first renewal at or after ${facts.day} on. You can cancel it before.`,
  }),
};

const german: Texts = {
  ORDER_CONFIRMED: ({ orderNumber }) => ({
    subject: `Bestellung ${orderNumber} ist bestätigt`,
    body: `Wir haben deine Bestellung ${orderNumber}, und die Küche fängt bald an.`,
  }),
  ORDER_READY: ({ orderNumber, service }) => ({
    subject: `Bestellung ${orderNumber} ist fertig`,
    body:
      service === 'DELIVERY'
        ? `Deine Bestellung ${orderNumber} ist fertig und wird gleich abgeholt.`
        : `Deine Bestellung ${orderNumber} steht an der Theke bereit.`,
  }),
  ORDER_OUT_FOR_DELIVERY: ({ orderNumber }) => ({
    subject: `Bestellung ${orderNumber} ist unterwegs`,
    body: `Deine Bestellung ${orderNumber} ist auf dem Weg zu dir.`,
  }),
  ORDER_DELIVERED: () => ({
    subject: 'Deine Bestellung ist angekommen',
    body: 'Deine Bestellung wurde geliefert. Guten Appetit!',
  }),
  ORDER_CANCELLED: ({ orderNumber, reason }) => ({
    subject: `Bestellung ${orderNumber} wurde storniert`,
    body: `Deine Bestellung ${orderNumber} wurde storniert${germanReasons[reason ?? ''] ?? ''}. Was du dafür bezahlt hast, bekommst du zurück.`,
  }),
  ORDER_RECEIPT: (facts) => ({
    subject: `Dein Beleg für Bestellung ${facts.orderNumber}`,
    body: `Du wolltest deinen Beleg noch einmal: Bestellung ${facts.orderNumber} hat ${amountIn('de', facts, facts.total)} gekostet, mit allen Steuern.`,
  }),
  PAYMENT_TO_CONFIRM: (facts) => ({
    subject: 'Bitte bestätige deine Zahlung',
    body: `Deine Bank möchte, dass du deine Zahlung von ${amountIn('de', facts, facts.amount)} bestätigst. Öffne dazu deine Bestellung in der App; sonst wird sie storniert.`,
  }),
  PAYMENT_REFUNDED: (facts) => ({
    subject: 'Du bekommst Geld zurück',
    body: `Wir haben ${amountIn('de', facts, facts.amount)} auf die Karte oder das Konto zurückgezahlt, womit du bezahlt hast${
      facts.refunded === undefined || facts.refunded === facts.amount
        ? ''
        : `, zusammen ${amountIn('de', facts, facts.refunded)}`
    }. Deine Bank bucht es in den nächsten Tagen.`,
  }),
  POINTS_EARNED: ({ points, balance }) => ({
    subject: `Du hast ${points} Punkte bekommen`,
    body: `Für deine Bestellung hast du ${points} Punkte bekommen. Du hast jetzt ${balance}.`,
  }),
  POINTS_GIVEN: ({ points, balance }) => ({
    subject: `Wir haben dir ${points} Punkte geschenkt`,
    body: `Wir haben dir ${points} Punkte geschenkt. Du hast jetzt ${balance}.`,
  }),
  VENDOR_ACCEPTED: () => ({
    subject: 'Deine Bestellung bei einem Händler ist angenommen',
    body: 'Der Händler hat deine Bestellung angenommen und bereitet sie vor.',
  }),
  VENDOR_ORDER_ENDED: () => ({
    subject: 'Deine Bestellung bei einem Händler entfällt',
    body: 'Deine Bestellung bei einem Händler wurde storniert oder konnte nicht gemacht werden. Sie kostet dich nichts.',
  }),
  MEMBERSHIP_STARTED: () => ({
    subject: 'Deine Mitgliedschaft hat begonnen',
    body: 'Deine Mitgliedschaft hat begonnen. Ihre Vorteile gelten ab jetzt.',
  }),
  MEMBERSHIP_FAILED: () => ({
    subject: 'Deine Mitgliedschaft hat nicht begonnen',
    body: 'Deine Mitgliedschaft konnte nicht beginnen. Sie kostet dich nichts: Was abgebucht war, bekommst du zurück.',
  }),
  MEMBERSHIP_PAYMENT_FAILED: () => ({
    subject: 'Deine Mitgliedschaft konnte noch nicht verlängert werden',
    body: 'Deine Karte wurde bei der Verlängerung abgelehnt. Wir versuchen es wieder; in der App kannst du eine andere angeben.',
  }),
  MEMBERSHIP_ENDED: () => ({
    subject: 'Deine Mitgliedschaft ist beendet',
    body: 'Deine Mitgliedschaft und ihre Vorteile sind beendet. Es wird nichts mehr abgebucht.',
  }),
  MEMBERSHIP_PRICE: (facts) => ({
    subject: 'Der Preis deiner Mitgliedschaft ändert sich',
    body: `Deine Mitgliedschaft kostet ab der ersten Verlängerung am oder nach dem ${facts.day} ${amountIn('de', facts, facts.total)}. Vorher kannst du sie kündigen.`,
  }),
};

/** The languages of the enum `Locale`; a language without texts of its own is told in English. */
const languages: Readonly<Record<string, { greeting: (name: string) => string; several: string; texts: Texts }>> = {
  EN: { greeting: (name) => `Hello ${name},`, several: 'News of your orders', texts: english },
  DE: { greeting: (name) => `Hallo ${name},`, several: 'Neues von deinen Bestellungen', texts: german },
};

/** Something that a message tells. */
export interface News {
  readonly about: Subject;
  readonly facts: Facts;
  readonly orderId: string;
  /** The id of the message that was called for; ids grow with the time. */
  readonly messageId: string;
}

/** News with the same topic replace each other: how an order gets on, its payment, its points. */
const topicOf = ({ about, orderId }: News): string => `${orderId} ${about.split('_')[0]}`;

/**
 * The words of a message in the reader's language. Of several news about one topic it tells the one that comes last in
 * `subjects`, in whichever order they were heard, and of equal ones the latest; of several topics it tells each in a
 * line.
 */
export function wordsOf(news: readonly News[], reader: { readonly givenName: string; readonly locale: string }) {
  const { greeting, several, texts } = languages[reader.locale] ?? languages['EN']!;
  const last = new Map<string, News>();
  for (const each of news) {
    const before = last.get(topicOf(each));
    if (!before || subjects.indexOf(each.about) >= subjects.indexOf(before.about)) last.set(topicOf(each), each);
  }
  const told = [...last.values()].map(({ about, facts }) => texts[about](facts));
  const text = told.length === 1 ? told[0]! : { subject: several, body: told.map(({ body }) => body).join('\n') };
  return { ...text, greeting: greeting(reader.givenName) };
}
