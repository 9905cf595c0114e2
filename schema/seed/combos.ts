import { cupSizes, type SeedSize } from './menuItems.ts';
import type { Texts } from './texts.ts';

interface SeedSlot {
  readonly slug: string;
  readonly name: Texts;
  readonly required: boolean;
  /**
   * Slugs of the items that may fill the slot, with their surcharges in euro cents. A slot with one choice fills
   * itself.
   */
  readonly choices: Readonly<Record<string, number>>;
}

/** Several items sold as one, at a price below their sum. */
export interface SeedCombo {
  readonly slug: string;
  readonly name: Texts;
  readonly description: Texts;
  /** Price in euro cents. */
  readonly price: number;
  readonly slots: readonly SeedSlot[];
  readonly sizes: readonly SeedSize[];
}

const slot = (
  slug: string,
  en: string,
  de: string,
  choices: Readonly<Record<string, number>>,
  required = true,
): SeedSlot => ({
  slug,
  name: { en, de },
  required,
  choices,
});

const main = (item: string): SeedSlot => slot('main', 'Main', 'Hauptgericht', { [item]: 0 });
const side = slot('side', 'Side', 'Beilage', {
  fries: 0,
  'side-salad': 0,
  'onion-rings': 50,
  'sweet-potato-fries': 90,
  'cheese-fries': 110,
});
const drink = slot('drink', 'Drink', 'Getränk', {
  cola: 0,
  'cola-zero': 0,
  'orange-soda': 0,
  'lemon-soda': 0,
  'iced-tea': 0,
  'still-water': 0,
  'sparkling-water': 0,
  'vanilla-shake': 120,
});
const dip = slot(
  'dip',
  'Dip',
  'Dip',
  { ketchup: 0, mayonnaise: 0, 'barbecue-dip': 0, 'sweet-chili-dip': 0, 'truffle-dip': 50 },
  false,
);
const hotDrink = slot('hot-drink', 'Hot drink', 'Heißgetränk', {
  coffee: 0,
  espresso: 0,
  'black-tea': 0,
  'green-tea': 0,
});

const meal = (slug: string, en: string, de: string, price: number, item: string): SeedCombo => ({
  slug,
  name: { en, de },
  description: { en: 'With a side and a drink of your choice.', de: 'Mit Beilage und Getränk nach Wahl.' },
  price,
  slots: [main(item), side, drink, dip],
  sizes: cupSizes,
});

export const seedCombos: readonly SeedCombo[] = [
  meal('classic-meal', 'Classic Meal', 'Klassisches Menü', 990, 'classic-burger'),
  meal('cheeseburger-meal', 'Cheeseburger Meal', 'Cheeseburger-Menü', 1_040, 'cheeseburger'),
  meal('dr-burger-meal', 'The Doctor Meal', 'Doktor-Menü', 1_390, 'dr-burger'),
  meal('bacon-meal', 'Bacon Burger Meal', 'Baconburger-Menü', 1_190, 'bacon-burger'),
  meal('chicken-meal', 'Crispy Chicken Meal', 'Hähnchenburger-Menü', 1_090, 'crispy-chicken-burger'),
  meal('nuggets-meal', 'Nuggets Meal', 'Nuggets-Menü', 920, 'chicken-nuggets'),
  meal('fish-meal', 'Fish Burger Meal', 'Fischburger-Menü', 1_090, 'fish-burger'),
  meal('veggie-meal', 'Veggie Meal', 'Gemüseburger-Menü', 1_050, 'veggie-burger'),
  meal('plant-meal', 'Plant Meal', 'Pflanzenburger-Menü', 1_120, 'plant-burger'),
  {
    slug: 'kids-meal',
    name: { en: 'Kids Meal', de: 'Kindermenü' },
    description: {
      en: 'Something small, a side, a drink and an ice cream.',
      de: 'Etwas Kleines, Beilage, Getränk und ein Eis.',
    },
    price: 690,
    slots: [
      slot('main', 'Main', 'Hauptgericht', { 'junior-burger': 0, 'chicken-nuggets': 0, 'veggie-burger': 80 }),
      slot('side', 'Side', 'Beilage', { fries: 0, 'side-salad': 0, 'corn-on-the-cob': 0 }),
      slot('drink', 'Drink', 'Getränk', { 'apple-juice': 0, 'still-water': 0, 'lemon-soda': 0 }),
      slot('dessert', 'Dessert', 'Nachtisch', { 'ice-cream-cone': 0 }),
    ],
    sizes: [],
  },
  {
    slug: 'sharing-box',
    name: { en: 'Sharing Box', de: 'Box zum Teilen' },
    description: { en: 'Two burgers, nuggets and two sides.', de: 'Zwei Burger, Nuggets und zwei Beilagen.' },
    price: 2_190,
    slots: [
      slot('first-burger', 'First burger', 'Erster Burger', {
        cheeseburger: 0,
        'classic-burger': 0,
        'plant-burger': 0,
        'dr-burger': 250,
      }),
      slot('second-burger', 'Second burger', 'Zweiter Burger', {
        cheeseburger: 0,
        'classic-burger': 0,
        'plant-burger': 0,
        'dr-burger': 250,
      }),
      slot('nuggets', 'Nuggets', 'Nuggets', { 'chicken-nuggets': 0 }),
      slot('first-side', 'First side', 'Erste Beilage', { fries: 0, 'onion-rings': 0, 'sweet-potato-fries': 60 }),
      slot('second-side', 'Second side', 'Zweite Beilage', { fries: 0, 'onion-rings': 0, 'sweet-potato-fries': 60 }),
    ],
    sizes: [],
  },
  {
    slug: 'breakfast-deal',
    name: { en: 'Breakfast Deal', de: 'Frühstücksangebot' },
    description: {
      en: 'A warm bun, hash browns and a hot drink.',
      de: 'Ein warmes Brötchen, Rösti und ein Heißgetränk.',
    },
    price: 690,
    slots: [
      slot('main', 'Main', 'Hauptgericht', { 'egg-bun': 0, 'bacon-egg-bun': 50, 'breakfast-wrap': 90 }),
      slot('side', 'Side', 'Beilage', { 'hash-browns': 0 }),
      hotDrink,
    ],
    sizes: [],
  },
];
