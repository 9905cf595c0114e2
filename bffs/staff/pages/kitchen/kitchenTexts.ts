import { staffTexts } from '../staffTexts.ts';
import type { RejectionReason, Step, Ticket } from './tickets.ts';

/** The texts of the kitchen display in one language. */
export interface KitchenTexts {
  readonly title: string;
  readonly toMake: string;
  readonly ready: string;
  readonly nothing: string;
  readonly nothingReady: string;
  readonly allStations: string;
  readonly stations: string;
  readonly sound: string;
  readonly steps: Readonly<Record<Step, string>>;
  readonly services: Readonly<Record<Ticket['service'], string>>;
  readonly due: (time: string) => string;
  readonly late: string;
  readonly contains: string;
  readonly courier: string;
  readonly unsent: (count: number) => string;
  readonly pending: string;
  readonly rejectTitle: (number: number) => string;
  readonly reasons: Readonly<Record<RejectionReason, string>>;
  readonly keep: string;
  readonly newTickets: (numbers: readonly number[]) => string;
  readonly refused: (number: number | undefined) => string;
  readonly keys: string;
  readonly allergens: Readonly<Record<string, string>>;
}

const english: KitchenTexts = {
  title: 'Kitchen',
  toMake: 'To make',
  ready: 'Ready',
  nothing: 'Nothing to make.',
  nothingReady: 'Nothing waits at the counter.',
  allStations: 'All',
  stations: 'Station',
  sound: 'Sound',
  steps: { start: 'Start', ready: 'Ready', recall: 'Recall', handOver: 'Hand over', reject: 'Reject' },
  services: { DINE_IN: 'Eat in', KIOSK: 'Kiosk', TAKEAWAY: 'Takeaway', DELIVERY: 'Delivery' },
  due: (time) => `due ${time}`,
  late: 'late',
  contains: 'Contains',
  courier: 'Waits for the courier',
  unsent: (count) => (count === 1 ? '1 tap not sent yet' : `${count} taps not sent yet`),
  pending: 'not sent yet',
  rejectTitle: (number) => `Reject number ${number}: why?`,
  reasons: {
    KITCHEN_ITEM_UNAVAILABLE: 'We cannot make an item',
    KITCHEN_TOO_BUSY: 'Too much to do',
    KITCHEN_CLOSING: 'We are closing',
  },
  keep: 'Keep it',
  newTickets: (numbers) => `New: ${numbers.join(', ')}.`,
  refused: (number) => `Number ${number ?? '?'} has gone on without this tap.`,
  keys: 'Keys 1 to 9 bump a ticket, R recalls the last one',
  allergens: {
    GLUTEN: 'gluten',
    CRUSTACEANS: 'crustaceans',
    EGGS: 'eggs',
    FISH: 'fish',
    PEANUTS: 'peanuts',
    SOYA: 'soya',
    MILK: 'milk',
    NUTS: 'nuts',
    CELERY: 'celery',
    MUSTARD: 'mustard',
    SESAME: 'sesame',
    SULPHITES: 'sulphites',
    LUPIN: 'lupin',
    MOLLUSCS: 'molluscs',
  },
};

const german: KitchenTexts = {
  title: 'Küche',
  toMake: 'Zu machen',
  ready: 'Fertig',
  nothing: 'Nichts zu tun.',
  nothingReady: 'Nichts wartet am Tresen.',
  allStations: 'Alle',
  stations: 'Station',
  sound: 'Ton',
  steps: { start: 'Anfangen', ready: 'Fertig', recall: 'Zurückholen', handOver: 'Ausgeben', reject: 'Ablehnen' },
  services: { DINE_IN: 'Hier', KIOSK: 'Kiosk', TAKEAWAY: 'Mitnehmen', DELIVERY: 'Lieferung' },
  due: (time) => `bis ${time}`,
  late: 'zu spät',
  contains: 'Enthält',
  courier: 'Wartet auf den Kurier',
  unsent: (count) => `${count} Eingabe${count === 1 ? '' : 'n'} noch nicht gesendet`,
  pending: 'noch nicht gesendet',
  rejectTitle: (number) => `Nummer ${number} ablehnen: warum?`,
  reasons: {
    KITCHEN_ITEM_UNAVAILABLE: 'Ein Gericht geht nicht',
    KITCHEN_TOO_BUSY: 'Zu viel zu tun',
    KITCHEN_CLOSING: 'Wir schließen',
  },
  keep: 'Behalten',
  newTickets: (numbers) => `Neu: ${numbers.join(', ')}.`,
  refused: (number) => `Nummer ${number ?? '?'} ist ohne diese Eingabe weitergegangen.`,
  keys: 'Tasten 1 bis 9 schalten weiter, R holt die letzte zurück',
  allergens: {
    GLUTEN: 'Gluten',
    CRUSTACEANS: 'Krebstiere',
    EGGS: 'Eier',
    FISH: 'Fisch',
    PEANUTS: 'Erdnüsse',
    SOYA: 'Soja',
    MILK: 'Milch',
    NUTS: 'Nüsse',
    CELERY: 'Sellerie',
    MUSTARD: 'Senf',
    SESAME: 'Sesam',
    SULPHITES: 'Sulfite',
    LUPIN: 'Lupine',
    MOLLUSCS: 'Weichtiere',
  },
};

export const kitchenTexts: KitchenTexts = staffTexts.language === 'de' ? german : english;
