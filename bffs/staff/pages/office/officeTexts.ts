import type { OrderService, OrderStatus, StockUnit } from '#generated/bffs/staff/operations.ts';
import { staffTexts } from '../staffTexts.ts';
import type { PaneId } from './pane.ts';

/** The texts of the back office in one language. */
export interface OfficeTexts {
  readonly language: 'en-GB' | 'de-DE';
  readonly locale: 'EN' | 'DE';
  readonly title: string;
  readonly panes: Readonly<Record<PaneId, string>>;
  readonly statuses: Readonly<Record<OrderStatus, string>>;
  readonly services: Readonly<Record<OrderService, string>>;
  readonly units: Readonly<Record<StockUnit, string>>;
  readonly sales: string;
  readonly underWay: string;
  readonly late: string;
  readonly nothingLate: string;
  readonly due: (time: string) => string;
  readonly runningOut: string;
  readonly nothingLow: string;
  readonly left: (onHand: number, reorderLevel: number, unit: StockUnit) => string;
  readonly out: string;
  readonly unread: string;
  readonly unsent: string;
  readonly forbidden: string;
  readonly changedMeanwhile: (fields: readonly string[]) => string;
}

const english: OfficeTexts = {
  language: 'en-GB',
  locale: 'EN',
  title: 'Office',
  panes: {
    today: 'Today',
    orders: 'Orders',
    menu: 'Menu',
    stock: 'Stock',
    hours: 'Hours',
    couriers: 'Couriers',
  },
  statuses: {
    PLACED: 'Placed',
    CONFIRMED: 'Confirmed',
    PREPARING: 'Preparing',
    READY: 'Ready',
    OUT_FOR_DELIVERY: 'On the way',
    COMPLETED: 'Completed',
    CANCELLED: 'Cancelled',
    REJECTED: 'Rejected',
  },
  services: { DINE_IN: 'Eat in', KIOSK: 'Kiosk', TAKEAWAY: 'Takeaway', DELIVERY: 'Delivery' },
  units: { PIECE: 'pcs', GRAM: 'g', MILLILITRE: 'ml' },
  sales: 'Sold',
  underWay: 'Under way',
  late: 'Late',
  nothingLate: 'No order is late.',
  due: (time) => `was due ${time}`,
  runningOut: 'Running out',
  nothingLow: 'There is enough of everything.',
  left: (onHand, reorderLevel, unit) => `${onHand} ${english.units[unit]} left, reorder below ${reorderLevel}`,
  out: 'out',
  unread: 'The server could not be reached. Try again.',
  unsent: 'Nobody answered, and it is not known whether it was done. Press again: it is done once in any case.',
  forbidden: 'Your role may not do this.',
  changedMeanwhile: (fields) =>
    `Somebody else changed this meanwhile (${fields.join(', ')}), so nothing was done. You see it as it is now: try again.`,
};

const german: OfficeTexts = {
  language: 'de-DE',
  locale: 'DE',
  title: 'Büro',
  panes: {
    today: 'Heute',
    orders: 'Bestellungen',
    menu: 'Karte',
    stock: 'Lager',
    hours: 'Zeiten',
    couriers: 'Kuriere',
  },
  statuses: {
    PLACED: 'Eingegangen',
    CONFIRMED: 'Bestätigt',
    PREPARING: 'In Arbeit',
    READY: 'Fertig',
    OUT_FOR_DELIVERY: 'Unterwegs',
    COMPLETED: 'Abgeschlossen',
    CANCELLED: 'Storniert',
    REJECTED: 'Abgelehnt',
  },
  services: { DINE_IN: 'Hier', KIOSK: 'Kiosk', TAKEAWAY: 'Mitnehmen', DELIVERY: 'Lieferung' },
  units: { PIECE: 'St.', GRAM: 'g', MILLILITRE: 'ml' },
  sales: 'Verkauft',
  underWay: 'Offen',
  late: 'Verspätet',
  nothingLate: 'Keine Bestellung ist verspätet.',
  due: (time) => `war um ${time} fällig`,
  runningOut: 'Geht aus',
  nothingLow: 'Es ist genug von allem da.',
  left: (onHand, reorderLevel, unit) => `noch ${onHand} ${german.units[unit]}, nachbestellen unter ${reorderLevel}`,
  out: 'nichts mehr da',
  unread: 'Der Server war nicht zu erreichen. Versuchen Sie es noch einmal.',
  unsent: 'Niemand hat geantwortet; vielleicht ist es geschehen. Drücken Sie noch einmal: Es geschieht nur einmal.',
  forbidden: 'Ihre Rolle darf das nicht.',
  changedMeanwhile: (fields) =>
    `Jemand anderes hat inzwischen etwas geändert (${fields.join(', ')}); es ist nichts geschehen. Sie sehen den neuen Stand: Versuchen Sie es noch einmal.`,
};

export const officeTexts: OfficeTexts = staffTexts.language === 'de' ? german : english;
