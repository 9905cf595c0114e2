import type { Texts } from './texts.ts';

/** The 14 allergens that the European Union asks to be declared (Regulation 1169/2011, annex II). */
export type SeedAllergen =
  | 'GLUTEN'
  | 'CRUSTACEANS'
  | 'EGGS'
  | 'FISH'
  | 'PEANUTS'
  | 'SOYA'
  | 'MILK'
  | 'NUTS'
  | 'CELERY'
  | 'MUSTARD'
  | 'SESAME'
  | 'SULPHITES'
  | 'LUPIN'
  | 'MOLLUSCS';

type SeedUnit = 'PIECE' | 'GRAM' | 'MILLILITRE';

/** An ingredient. The allergens of a menu item are those of its ingredients. */
export interface SeedIngredient {
  readonly slug: string;
  readonly name: Texts;
  readonly unit: SeedUnit;
  readonly allergens: readonly SeedAllergen[];
  /** The stock with which every store starts, in `unit`. */
  readonly initialStock: number;
  /** The stock is low below this quantity, in `unit`. */
  readonly reorderLevel: number;
}

const initialByUnit: Readonly<Record<SeedUnit, number>> = { PIECE: 20_000, GRAM: 1_000_000, MILLILITRE: 1_000_000 };

type Row = readonly [slug: string, en: string, de: string, unit: SeedUnit, allergens?: readonly SeedAllergen[]];

const rows: readonly Row[] = [
  ['bun', 'Sesame bun', 'Sesambrötchen', 'PIECE', ['GLUTEN', 'SESAME']],
  ['brioche-bun', 'Brioche bun', 'Briochebrötchen', 'PIECE', ['GLUTEN', 'MILK', 'EGGS']],
  ['tortilla', 'Wheat tortilla', 'Weizentortilla', 'PIECE', ['GLUTEN']],
  ['beef-patty', 'Beef patty', 'Rindfleischpatty', 'PIECE'],
  ['crispy-chicken', 'Crispy chicken fillet', 'Knuspriges Hähnchenfilet', 'PIECE', ['GLUTEN', 'EGGS']],
  ['grilled-chicken', 'Grilled chicken fillet', 'Gegrilltes Hähnchenfilet', 'PIECE'],
  ['chicken-nugget', 'Chicken nugget', 'Hähnchennugget', 'PIECE', ['GLUTEN']],
  ['chicken-wing', 'Chicken wing', 'Hähnchenflügel', 'PIECE'],
  ['fish-fillet', 'Breaded fish fillet', 'Paniertes Fischfilet', 'PIECE', ['FISH', 'GLUTEN']],
  ['shrimp-patty', 'Shrimp patty', 'Garnelenpatty', 'PIECE', ['CRUSTACEANS', 'GLUTEN', 'EGGS']],
  ['veggie-patty', 'Vegetable patty', 'Gemüsepatty', 'PIECE', ['CELERY', 'GLUTEN', 'EGGS']],
  ['plant-patty', 'Plant-based patty', 'Pflanzliches Patty', 'PIECE', ['SOYA']],
  ['falafel', 'Falafel', 'Falafel', 'PIECE', ['SESAME']],
  ['halloumi', 'Halloumi', 'Halloumi', 'GRAM', ['MILK']],
  ['sausage', 'Bratwurst', 'Bratwurst', 'PIECE', ['CELERY', 'MUSTARD']],
  ['bacon', 'Bacon slice', 'Baconscheibe', 'PIECE'],
  ['egg', 'Egg', 'Ei', 'PIECE', ['EGGS']],
  ['cheddar', 'Cheddar slice', 'Cheddarscheibe', 'PIECE', ['MILK']],
  ['swiss-cheese', 'Swiss cheese slice', 'Emmentalerscheibe', 'PIECE', ['MILK']],
  ['mozzarella-stick', 'Mozzarella stick', 'Mozzarellastick', 'PIECE', ['MILK', 'GLUTEN']],
  ['lettuce', 'Lettuce', 'Salat', 'GRAM'],
  ['tomato', 'Tomato', 'Tomate', 'GRAM'],
  ['onion', 'Onion', 'Zwiebel', 'GRAM'],
  ['pickle', 'Pickled gherkin', 'Gewürzgurke', 'GRAM', ['MUSTARD']],
  ['jalapeno', 'Jalapeño', 'Jalapeño', 'GRAM'],
  ['mushroom', 'Mushroom', 'Champignon', 'GRAM'],
  ['corn-cob', 'Corn cob', 'Maiskolben', 'PIECE'],
  ['fries', 'Potato fries', 'Pommes frites', 'GRAM'],
  ['sweet-potato', 'Sweet potato fries', 'Süßkartoffelpommes', 'GRAM'],
  ['onion-ring', 'Onion ring', 'Zwiebelring', 'PIECE', ['GLUTEN', 'MILK']],
  ['hash-brown', 'Hash brown', 'Rösti', 'PIECE'],
  ['ketchup', 'Ketchup', 'Ketchup', 'MILLILITRE'],
  ['mayonnaise', 'Mayonnaise', 'Mayonnaise', 'MILLILITRE', ['EGGS', 'MUSTARD']],
  ['mustard', 'Mustard', 'Senf', 'MILLILITRE', ['MUSTARD']],
  ['barbecue-sauce', 'Barbecue sauce', 'Barbecuesauce', 'MILLILITRE', ['CELERY']],
  ['chili-sauce', 'Sweet chili sauce', 'Süße Chilisauce', 'MILLILITRE'],
  ['truffle-mayonnaise', 'Truffle mayonnaise', 'Trüffelmayonnaise', 'MILLILITRE', ['EGGS', 'MUSTARD']],
  ['teriyaki-sauce', 'Teriyaki sauce', 'Teriyakisauce', 'MILLILITRE', ['SOYA', 'GLUTEN']],
  ['caesar-dressing', 'Caesar dressing', 'Caesardressing', 'MILLILITRE', ['EGGS', 'FISH', 'MILK']],
  ['vinaigrette', 'Balsamic vinaigrette', 'Balsamicovinaigrette', 'MILLILITRE', ['SULPHITES']],
  ['cheese-sauce', 'Cheese sauce', 'Käsesauce', 'MILLILITRE', ['MILK']],
  ['soft-ice', 'Soft ice cream', 'Softeis', 'MILLILITRE', ['MILK']],
  ['milk', 'Milk', 'Milch', 'MILLILITRE', ['MILK']],
  ['oat-drink', 'Oat drink', 'Haferdrink', 'MILLILITRE', ['GLUTEN']],
  ['chocolate-sauce', 'Chocolate sauce', 'Schokoladensauce', 'MILLILITRE', ['MILK', 'SOYA']],
  ['strawberry-sauce', 'Strawberry sauce', 'Erdbeersauce', 'MILLILITRE'],
  ['caramel-sauce', 'Caramel sauce', 'Karamellsauce', 'MILLILITRE', ['MILK']],
  ['cookie', 'Chocolate cookie', 'Schokoladenkeks', 'PIECE', ['GLUTEN', 'MILK', 'EGGS', 'NUTS']],
  ['cake', 'Slice of cake', 'Stück Kuchen', 'PIECE', ['GLUTEN', 'MILK', 'EGGS', 'NUTS']],
  ['apple-pie', 'Apple pie', 'Apfeltasche', 'PIECE', ['GLUTEN']],
  ['pancake', 'Pancake', 'Pfannkuchen', 'PIECE', ['GLUTEN', 'MILK', 'EGGS']],
  ['coffee-beans', 'Coffee beans', 'Kaffeebohnen', 'GRAM'],
  ['tea-bag', 'Tea bag', 'Teebeutel', 'PIECE'],
  ['soda-syrup', 'Soda syrup', 'Limonadensirup', 'MILLILITRE'],
  ['bottled-drink', 'Bottled drink', 'Flaschengetränk', 'PIECE'],
  ['beer', 'Bottle of beer', 'Flasche Bier', 'PIECE', ['GLUTEN']],
];

export const seedIngredients: readonly SeedIngredient[] = rows.map(([slug, en, de, unit, allergens = []]) => ({
  slug,
  name: { en, de },
  unit,
  allergens,
  initialStock: initialByUnit[unit],
  reorderLevel: initialByUnit[unit] / 20,
}));
