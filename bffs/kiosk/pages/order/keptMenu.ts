import type { MenuAvailabilityChangedSubscription, OrderStartQuery } from '#generated/bffs/kiosk/operations.ts';
import type { Entry } from './basket.ts';

export interface Section {
  readonly id: string;
  readonly en: string;
  readonly de: string;
  readonly entries: readonly Entry[];
}

export type Store = NonNullable<NonNullable<OrderStartQuery['kiosk']>['store']>;

/** The whole menu of a store, as it was at an instant. */
export interface KeptMenu {
  readonly store: Store;
  /** When it was read, as ISO 8601 text. */
  readonly at: string;
  readonly sections: readonly Section[];
}

type Availability = NonNullable<MenuAvailabilityChangedSubscription['menuAvailabilityChanged']>;
type KeptStorage = Pick<Storage, 'getItem' | 'setItem'>;

const name = 'order-menu';

/** Reads the menu that this device kept, so that there is one also before anybody answers. */
export function menuKept(storage: KeptStorage): KeptMenu | undefined {
  try {
    return (JSON.parse(storage.getItem(name) ?? 'null') as KeptMenu | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepMenu(storage: KeptStorage, menu: KeptMenu): void {
  try {
    storage.setItem(name, JSON.stringify(menu));
  } catch {
    // A full or forbidden storage only means that a reload while the line is cut finds no menu.
  }
}

/** The menu with what a message says about which items can be ordered. */
export function withAvailability(menu: KeptMenu, { changed }: Availability): KeptMenu {
  const available = new Map(changed.map((each) => [each.itemId, each.available]));
  return {
    ...menu,
    sections: menu.sections.map((section) => ({
      ...section,
      entries: section.entries.map((entry) => ({
        ...entry,
        available: available.get(entry.item.id) ?? entry.available,
        slots: entry.slots.map((slot) => ({
          ...slot,
          choices: slot.choices.map((choice) => ({
            ...choice,
            available: available.get(choice.item.id) ?? choice.available,
          })),
        })),
      })),
    })),
  };
}

export const entryOf = (menu: KeptMenu | undefined, itemId: string): Entry | undefined =>
  menu?.sections.flatMap(({ entries }) => entries).find(({ item }) => item.id === itemId);
