import type { Texts } from './texts.ts';

interface SeedModifier {
  readonly slug: string;
  readonly name: Texts;
  /** Surcharge of one in euro cents; surcharges in other currencies are computed from it. */
  readonly surcharge: number;
  /** How often it may be chosen for one item. */
  readonly maxQuantity: number;
  /** How much one of it uses up, by ingredient slug. */
  readonly recipe: Readonly<Record<string, number>>;
}

export interface SeedModifierGroup {
  readonly slug: string;
  readonly name: Texts;
  /** How many choices the guest must make, quantities included. */
  readonly min: number;
  readonly max: number;
  readonly modifiers: readonly SeedModifier[];
}

type Row = readonly [
  slug: string,
  en: string,
  de: string,
  surcharge?: number,
  recipe?: Readonly<Record<string, number>>,
  maxQuantity?: number,
];

const group = (
  slug: string,
  en: string,
  de: string,
  [min, max]: readonly [number, number],
  rows: readonly Row[],
): SeedModifierGroup => ({
  slug,
  name: { en, de },
  min,
  max,
  modifiers: rows.map(([modifier, nameEn, nameDe, surcharge = 0, recipe = {}, maxQuantity = 1]) => ({
    slug: modifier,
    name: { en: nameEn, de: nameDe },
    surcharge,
    maxQuantity,
    recipe,
  })),
});

export const seedModifierGroups: readonly SeedModifierGroup[] = [
  group(
    'burger-extras',
    'Extras',
    'Extras',
    [0, 5],
    [
      ['extra-patty', 'Extra beef patty', 'Extra Rindfleischpatty', 220, { 'beef-patty': 1 }, 2],
      ['extra-cheese', 'Extra cheddar', 'Extra Cheddar', 70, { cheddar: 1 }, 3],
      ['extra-bacon', 'Extra bacon', 'Extra Bacon', 110, { bacon: 2 }, 2],
      ['fried-egg', 'Fried egg', 'Spiegelei', 90, { egg: 1 }],
      ['extra-jalapenos', 'Jalapeños', 'Jalapeños', 50, { jalapeno: 15 }],
      ['extra-mushrooms', 'Mushrooms', 'Champignons', 60, { mushroom: 30 }],
    ],
  ),
  group(
    'burger-without',
    'Leave out',
    'Weglassen',
    [0, 5],
    [
      ['no-onion', 'No onion', 'Ohne Zwiebel'],
      ['no-pickle', 'No gherkin', 'Ohne Gewürzgurke'],
      ['no-tomato', 'No tomato', 'Ohne Tomate'],
      ['no-lettuce', 'No lettuce', 'Ohne Salat'],
      ['no-sauce', 'No sauce', 'Ohne Sauce'],
    ],
  ),
  group(
    'dip-choice',
    'Dips',
    'Dips',
    [0, 3],
    [
      ['with-ketchup', 'Ketchup', 'Ketchup', 0, { ketchup: 25 }, 2],
      ['with-mayonnaise', 'Mayonnaise', 'Mayonnaise', 0, { mayonnaise: 25 }, 2],
      ['with-barbecue', 'Barbecue sauce', 'Barbecuesauce', 0, { 'barbecue-sauce': 25 }, 2],
      ['with-sweet-chili', 'Sweet chili sauce', 'Süße Chilisauce', 0, { 'chili-sauce': 25 }, 2],
      ['with-truffle', 'Truffle mayonnaise', 'Trüffelmayonnaise', 60, { 'truffle-mayonnaise': 25 }, 2],
    ],
  ),
  group(
    'wing-glaze',
    'Glaze',
    'Glasur',
    [1, 1],
    [
      ['glaze-barbecue', 'Barbecue', 'Barbecue', 0, { 'barbecue-sauce': 40 }],
      ['glaze-hot', 'Hot chili', 'Scharfe Chili', 0, { 'chili-sauce': 40 }],
      ['glaze-teriyaki', 'Teriyaki', 'Teriyaki', 30, { 'teriyaki-sauce': 40 }],
    ],
  ),
  group(
    'dressing-choice',
    'Dressing',
    'Dressing',
    [1, 2],
    [
      ['dressing-caesar', 'Caesar', 'Caesar', 0, { 'caesar-dressing': 40 }, 2],
      ['dressing-vinaigrette', 'Balsamic vinaigrette', 'Balsamicovinaigrette', 0, { vinaigrette: 40 }, 2],
    ],
  ),
  group(
    'salad-topping',
    'Toppings',
    'Toppings',
    [0, 3],
    [
      ['topping-egg', 'Boiled egg', 'Gekochtes Ei', 80, { egg: 1 }],
      ['topping-chicken', 'Grilled chicken', 'Gegrilltes Hähnchen', 190, { 'grilled-chicken': 1 }],
      ['topping-halloumi', 'Halloumi', 'Halloumi', 180, { halloumi: 60 }],
    ],
  ),
  group(
    'milk-choice',
    'Milk',
    'Milch',
    [1, 1],
    [
      ['whole-milk', 'Milk', 'Milch', 0, { milk: 150 }],
      ['oat-milk', 'Oat drink', 'Haferdrink', 40, { 'oat-drink': 150 }],
    ],
  ),
  group(
    'coffee-extras',
    'Extras',
    'Extras',
    [0, 3],
    [
      ['extra-shot', 'Extra shot', 'Extra Espresso', 70, { 'coffee-beans': 9 }, 2],
      ['caramel-shot', 'Caramel', 'Karamell', 50, { 'caramel-sauce': 15 }],
    ],
  ),
  group(
    'ice-choice',
    'Ice',
    'Eis',
    [0, 1],
    [
      ['no-ice', 'No ice', 'Ohne Eis'],
      ['extra-ice', 'Extra ice', 'Extra Eis'],
    ],
  ),
  group(
    'dessert-topping',
    'Toppings',
    'Toppings',
    [0, 3],
    [
      ['topping-chocolate', 'Chocolate sauce', 'Schokoladensauce', 40, { 'chocolate-sauce': 20 }, 2],
      ['topping-strawberry', 'Strawberry sauce', 'Erdbeersauce', 40, { 'strawberry-sauce': 20 }, 2],
      ['topping-cookie', 'Cookie crumble', 'Kekskrümel', 60, { cookie: 1 }],
    ],
  ),
];
