import type { SeedCountry } from './stores.ts';
import type { Texts } from './texts.ts';

type SeedTaxClass = 'FOOD' | 'BEVERAGE' | 'ALCOHOL';

export interface SeedSize {
  readonly slug: string;
  readonly name: Texts;
  /** Against the item's price, in euro cents; the default size has none. */
  readonly surcharge: number;
  readonly isDefault: boolean;
  /** What it uses of each ingredient against the default size: 3/2 is [3, 2]. */
  readonly portion: Portion;
}

type Portion = readonly [numerator: number, denominator: number];

/** What one unit in a size uses up; what does not divide is rounded up. */
export const portionOf = (recipe: Readonly<Record<string, number>>, { portion: [numerator, denominator] }: SeedSize): Record<string, number> =>
  Object.fromEntries(Object.entries(recipe).map(([slug, quantity]) => [slug, Math.ceil((quantity * numerator) / denominator)]));

/** A thing the kitchen makes and a guest may order alone. */
export interface SeedItem {
  readonly slug: string;
  readonly category: string;
  readonly name: Texts;
  readonly description: Texts;
  /** Euro cents, of the default size; other currencies follow from it. */
  readonly price: number;
  readonly kilocalories: number;
  readonly taxClass: SeedTaxClass;
  /** What one unit uses up, by ingredient slug. */
  readonly recipe: Readonly<Record<string, number>>;
  readonly sizes: readonly SeedSize[];
  /** Slugs of modifier groups. */
  readonly groups: readonly string[];
  /** Undefined: sold everywhere. */
  readonly countries?: readonly SeedCountry[] | undefined;
}

interface Options {
  readonly sizes?: readonly SeedSize[];
  readonly groups?: readonly string[];
  readonly countries?: readonly SeedCountry[];
}

type Row = readonly [
  slug: string, en: string, de: string, descriptionEn: string, descriptionDe: string, price: number, kilocalories: number,
  recipe: Readonly<Record<string, number>>, options?: Options,
];

const size = (slug: string, en: string, de: string, surcharge: number, portion: Portion = [1, 1]): SeedSize => ({
  slug, name: { en, de }, surcharge, isDefault: surcharge === 0, portion,
});

export const cupSizes = [size('small', 'Small', 'Klein', -40, [3, 4]), size('medium', 'Medium', 'Mittel', 0), size('large', 'Large', 'Groß', 60, [5, 4])];
const portionSizes = [size('small', 'Small', 'Klein', -60, [2, 3]), size('medium', 'Medium', 'Mittel', 0), size('large', 'Large', 'Groß', 80, [3, 2])];
const nuggetSizes = [size('6', '6 pieces', '6 Stück', 0), size('9', '9 pieces', '9 Stück', 190, [9, 6]), size('20', '20 pieces', '20 Stück', 640, [20, 6])];
const wingSizes = [size('6', '6 pieces', '6 Stück', 0), size('12', '12 pieces', '12 Stück', 480, [12, 6])];

/** Items of one category; `usual` holds where a row says nothing else. */
const items = (category: string, taxClass: SeedTaxClass, usual: Options, rows: readonly Row[]): SeedItem[] =>
  rows.map(([slug, en, de, descriptionEn, descriptionDe, price, kilocalories, recipe, options = {}]) => ({
    slug, category, taxClass, price, kilocalories, recipe,
    name: { en, de },
    description: { en: descriptionEn, de: descriptionDe },
    sizes: options.sizes ?? usual.sizes ?? [],
    groups: options.groups ?? usual.groups ?? [],
    countries: options.countries ?? usual.countries,
  }));

const burger = { groups: ['burger-extras', 'burger-without'] };
const garnish = { lettuce: 15, tomato: 20, onion: 10 };

export const seedItems: readonly SeedItem[] = [
  ...items('burgers', 'FOOD', burger, [
    ['classic-burger', 'Classic Burger', 'Klassischer Burger', 'Beef, gherkin, onion and our house sauce.', 'Rindfleisch, Gewürzgurke, Zwiebel und unsere Haussauce.', 590, 490, { bun: 1, 'beef-patty': 1, ...garnish, pickle: 10, mayonnaise: 15, ketchup: 10 }],
    ['cheeseburger', 'Cheeseburger', 'Cheeseburger', 'The classic with melted cheddar.', 'Der Klassiker mit geschmolzenem Cheddar.', 640, 550, { bun: 1, 'beef-patty': 1, cheddar: 1, onion: 10, pickle: 10, ketchup: 15, mustard: 5 }],
    ['double-cheeseburger', 'Double Cheeseburger', 'Doppelter Cheeseburger', 'Twice the beef, twice the cheddar.', 'Doppelt Rindfleisch, doppelt Cheddar.', 840, 820, { bun: 1, 'beef-patty': 2, cheddar: 2, onion: 10, pickle: 10, ketchup: 15, mustard: 5 }],
    ['dr-burger', 'The Doctor', 'Der Doktor', 'Two patties, bacon, cheddar and barbecue sauce in brioche.', 'Zwei Patties, Bacon, Cheddar und Barbecuesauce im Briochebrötchen.', 990, 940, { 'brioche-bun': 1, 'beef-patty': 2, bacon: 2, cheddar: 2, ...garnish, 'barbecue-sauce': 20 }],
    ['bacon-burger', 'Bacon Burger', 'Baconburger', 'Crisp bacon, cheddar and mayonnaise.', 'Knuspriger Bacon, Cheddar und Mayonnaise.', 790, 690, { bun: 1, 'beef-patty': 1, bacon: 3, cheddar: 1, ...garnish, mayonnaise: 15 }],
    ['smokehouse-burger', 'Smokehouse Burger', 'Smokehouse-Burger', 'Barbecue sauce, onion rings and bacon.', 'Barbecuesauce, Zwiebelringe und Bacon.', 890, 810, { 'brioche-bun': 1, 'beef-patty': 1, bacon: 2, 'onion-ring': 2, cheddar: 1, 'barbecue-sauce': 25 }],
    ['mushroom-swiss-burger', 'Mushroom Swiss Burger', 'Champignon-Käse-Burger', 'Fried mushrooms and Swiss cheese.', 'Gebratene Champignons und Emmentaler.', 820, 640, { 'brioche-bun': 1, 'beef-patty': 1, mushroom: 50, 'swiss-cheese': 2, mayonnaise: 15 }],
    ['truffle-burger', 'Truffle Burger', 'Trüffelburger', 'Truffle mayonnaise and Swiss cheese in brioche.', 'Trüffelmayonnaise und Emmentaler im Briochebrötchen.', 960, 720, { 'brioche-bun': 1, 'beef-patty': 1, 'swiss-cheese': 2, 'truffle-mayonnaise': 25, lettuce: 15 }],
    ['jalapeno-burger', 'Jalapeño Burger', 'Jalapeñoburger', 'Hot: jalapeños, chili sauce and cheese sauce.', 'Scharf: Jalapeños, Chilisauce und Käsesauce.', 790, 630, { bun: 1, 'beef-patty': 1, jalapeno: 25, 'chili-sauce': 15, 'cheese-sauce': 25 }],
    ['brunch-burger', 'Brunch Burger', 'Brunchburger', 'Fried egg, bacon and a hash brown on top.', 'Mit Spiegelei, Bacon und Rösti.', 870, 780, { 'brioche-bun': 1, 'beef-patty': 1, egg: 1, bacon: 2, 'hash-brown': 1, ketchup: 10 }],
    ['triple-stack', 'Triple Stack', 'Dreifachburger', 'Three patties, three slices of cheddar. Bring friends.', 'Drei Patties, drei Scheiben Cheddar. Bring Freunde mit.', 1_150, 1_180, { bun: 1, 'beef-patty': 3, cheddar: 3, onion: 15, pickle: 15, ketchup: 20, mustard: 10 }],
    ['junior-burger', 'Junior Burger', 'Juniorburger', 'Small and plain: beef and ketchup.', 'Klein und schlicht: Rindfleisch und Ketchup.', 390, 330, { bun: 1, 'beef-patty': 1, ketchup: 10 }],
    ['teriyaki-burger', 'Teriyaki Burger', 'Teriyakiburger', 'Beef glazed with teriyaki, lettuce and mayonnaise.', 'Rindfleisch in Teriyaki, Salat und Mayonnaise.', 760, 610, { bun: 1, 'beef-patty': 1, 'teriyaki-sauce': 25, lettuce: 20, mayonnaise: 15 }, { ...burger, countries: ['JP', 'US'] }],
    ['sunday-roast-burger', 'Sunday Roast Burger', 'Sonntagsbraten-Burger', 'Beef with mustard, onion and Swiss cheese.', 'Rindfleisch mit Senf, Zwiebel und Emmentaler.', 850, 650, { 'brioche-bun': 1, 'beef-patty': 1, 'swiss-cheese': 1, onion: 30, mustard: 10 }, { ...burger, countries: ['GB'] }],
  ]),
  ...items('chicken', 'FOOD', burger, [
    ['crispy-chicken-burger', 'Crispy Chicken Burger', 'Knuspriger Hähnchenburger', 'Crispy fillet, lettuce and mayonnaise.', 'Knuspriges Filet, Salat und Mayonnaise.', 690, 560, { bun: 1, 'crispy-chicken': 1, lettuce: 20, mayonnaise: 20 }],
    ['grilled-chicken-burger', 'Grilled Chicken Burger', 'Gegrillter Hähnchenburger', 'Grilled fillet, tomato and lettuce.', 'Gegrilltes Filet, Tomate und Salat.', 720, 450, { bun: 1, 'grilled-chicken': 1, lettuce: 20, tomato: 25, mayonnaise: 15 }],
    ['spicy-chicken-burger', 'Spicy Chicken Burger', 'Scharfer Hähnchenburger', 'Crispy fillet with jalapeños and chili sauce.', 'Knuspriges Filet mit Jalapeños und Chilisauce.', 740, 600, { bun: 1, 'crispy-chicken': 1, jalapeno: 20, 'chili-sauce': 20, lettuce: 15 }],
    ['chicken-bacon-burger', 'Chicken Bacon Burger', 'Hähnchen-Bacon-Burger', 'Crispy fillet, bacon and cheddar.', 'Knuspriges Filet, Bacon und Cheddar.', 820, 710, { 'brioche-bun': 1, 'crispy-chicken': 1, bacon: 2, cheddar: 1, mayonnaise: 15 }],
    ['katsu-burger', 'Katsu Burger', 'Katsuburger', 'Crispy fillet with teriyaki and lettuce.', 'Knuspriges Filet mit Teriyaki und Salat.', 740, 590, { bun: 1, 'crispy-chicken': 1, 'teriyaki-sauce': 20, lettuce: 25 }, { ...burger, countries: ['JP'] }],
    ['chicken-nuggets', 'Chicken Nuggets', 'Hähnchennuggets', 'Golden nuggets with the dips you like.', 'Goldene Nuggets mit Dips nach Wahl.', 490, 280, { 'chicken-nugget': 6 }, { sizes: nuggetSizes, groups: ['dip-choice'] }],
    ['chicken-wings', 'Chicken Wings', 'Hähnchenflügel', 'Oven-roasted wings in a glaze of your choice.', 'Ofengeröstete Flügel mit Glasur nach Wahl.', 590, 430, { 'chicken-wing': 6 }, { sizes: wingSizes, groups: ['wing-glaze', 'dip-choice'] }],
    ['chicken-strips', 'Chicken Strips', 'Hähnchenstreifen', 'Three crispy strips of fillet.', 'Drei knusprige Filetstreifen.', 560, 390, { 'crispy-chicken': 2 }, { groups: ['dip-choice'] }],
  ]),
  ...items('fish', 'FOOD', burger, [
    ['fish-burger', 'Fish Burger', 'Fischburger', 'Breaded fish with lettuce and mayonnaise.', 'Paniertes Fischfilet mit Salat und Mayonnaise.', 690, 480, { bun: 1, 'fish-fillet': 1, lettuce: 15, mayonnaise: 25 }],
    ['shrimp-burger', 'Shrimp Burger', 'Garnelenburger', 'Shrimp patty, lettuce and a squeeze of lemon.', 'Garnelenpatty, Salat und ein Spritzer Zitrone.', 780, 470, { bun: 1, 'shrimp-patty': 1, lettuce: 20, mayonnaise: 20 }, { ...burger, countries: ['JP', 'US'] }],
    ['fish-and-chips', 'Fish & Chips', 'Fish & Chips', 'Two fillets and a heap of fries.', 'Zwei Filets und ein Berg Pommes.', 990, 870, { 'fish-fillet': 2, fries: 200 }, { groups: ['dip-choice'], countries: ['GB', 'US', 'DE'] }],
  ]),
  ...items('veggie', 'FOOD', burger, [
    ['veggie-burger', 'Veggie Burger', 'Gemüseburger', 'Vegetable patty with tomato and lettuce.', 'Gemüsepatty mit Tomate und Salat.', 650, 430, { bun: 1, 'veggie-patty': 1, ...garnish, ketchup: 15 }],
    ['plant-burger', 'Plant Burger', 'Pflanzenburger', 'Plant-based patty, gherkin and ketchup. Vegan.', 'Pflanzliches Patty, Gewürzgurke und Ketchup. Vegan.', 720, 460, { bun: 1, 'plant-patty': 1, ...garnish, pickle: 10, ketchup: 15 }],
    ['plant-barbecue-burger', 'Plant BBQ Burger', 'Pflanzlicher BBQ-Burger', 'Plant-based patty with barbecue sauce. Vegan.', 'Pflanzliches Patty mit Barbecuesauce. Vegan.', 760, 500, { bun: 1, 'plant-patty': 1, onion: 20, lettuce: 15, 'barbecue-sauce': 25 }],
    ['halloumi-burger', 'Halloumi Burger', 'Halloumiburger', 'Grilled halloumi and sweet chili sauce.', 'Gegrillter Halloumi und süße Chilisauce.', 750, 570, { bun: 1, halloumi: 90, tomato: 25, lettuce: 15, 'chili-sauce': 20 }],
    ['mushroom-burger', 'Mushroom Burger', 'Champignonburger', 'A heap of fried mushrooms and Swiss cheese.', 'Gebratene Champignons und Emmentaler.', 700, 420, { 'brioche-bun': 1, mushroom: 120, 'swiss-cheese': 2, mayonnaise: 10 }],
    ['falafel-burger', 'Falafel Burger', 'Falafelburger', 'Three falafel, tomato and vinaigrette. Vegan.', 'Drei Falafel, Tomate und Vinaigrette. Vegan.', 670, 440, { bun: 1, falafel: 3, tomato: 25, lettuce: 20, vinaigrette: 15 }],
  ]),
  ...items('wraps', 'FOOD', { groups: ['burger-without'] }, [
    ['chicken-caesar-wrap', 'Chicken Caesar Wrap', 'Hähnchen-Caesar-Wrap', 'Grilled chicken, lettuce and caesar dressing.', 'Gegrilltes Hähnchen, Salat und Caesardressing.', 690, 480, { tortilla: 1, 'grilled-chicken': 1, lettuce: 30, 'caesar-dressing': 25 }],
    ['crispy-chicken-wrap', 'Crispy Chicken Wrap', 'Knuspriger Hähnchenwrap', 'Crispy chicken and sweet chili sauce.', 'Knuspriges Hähnchen und süße Chilisauce.', 690, 540, { tortilla: 1, 'crispy-chicken': 1, lettuce: 30, 'chili-sauce': 25 }],
    ['falafel-wrap', 'Falafel Wrap', 'Falafelwrap', 'Falafel, tomato and onion. Vegan.', 'Falafel, Tomate und Zwiebel. Vegan.', 640, 450, { tortilla: 1, falafel: 3, tomato: 25, onion: 15, vinaigrette: 15 }],
    ['halloumi-wrap', 'Halloumi Wrap', 'Halloumiwrap', 'Halloumi, tomato and lettuce.', 'Halloumi, Tomate und Salat.', 680, 520, { tortilla: 1, halloumi: 80, tomato: 25, lettuce: 30, 'chili-sauce': 15 }],
    ['beef-wrap', 'Beef Wrap', 'Rindfleischwrap', 'Beef, cheddar and jalapeños.', 'Rindfleisch, Cheddar und Jalapeños.', 720, 590, { tortilla: 1, 'beef-patty': 1, cheddar: 1, jalapeno: 15, lettuce: 20 }],
  ]),
  ...items('salads', 'FOOD', { groups: ['dressing-choice', 'salad-topping'] }, [
    ['garden-salad', 'Garden Salad', 'Gartensalat', 'Lettuce, tomato and onion.', 'Blattsalat, Tomate und Zwiebel.', 620, 120, { lettuce: 120, tomato: 60, onion: 20 }],
    ['caesar-salad', 'Caesar Salad', 'Caesarsalat', 'Lettuce, cheese and crisp bacon.', 'Blattsalat, Käse und knuspriger Bacon.', 740, 290, { lettuce: 140, 'swiss-cheese': 1, bacon: 2 }],
    ['chicken-salad', 'Chicken Salad', 'Hähnchensalat', 'Grilled chicken on a bed of leaves.', 'Gegrilltes Hähnchen auf Blattsalat.', 890, 340, { lettuce: 130, tomato: 50, 'grilled-chicken': 1 }],
    ['halloumi-salad', 'Halloumi Salad', 'Halloumisalat', 'Warm halloumi and tomato.', 'Warmer Halloumi und Tomate.', 870, 380, { lettuce: 120, tomato: 60, halloumi: 80 }],
  ]),
  ...items('sides', 'FOOD', { groups: ['dip-choice'] }, [
    ['fries', 'Fries', 'Pommes frites', 'Crisp, salted, hot.', 'Knusprig, gesalzen, heiß.', 310, 340, { fries: 120 }, { sizes: portionSizes, groups: ['dip-choice'] }],
    ['sweet-potato-fries', 'Sweet Potato Fries', 'Süßkartoffelpommes', 'Sweet, crisp and orange.', 'Süß, knusprig und orange.', 420, 370, { 'sweet-potato': 130 }, { sizes: portionSizes, groups: ['dip-choice'] }],
    ['onion-rings', 'Onion Rings', 'Zwiebelringe', 'Eight rings in crisp batter.', 'Acht Ringe im knusprigen Teig.', 390, 360, { 'onion-ring': 8 }],
    ['mozzarella-sticks', 'Mozzarella Sticks', 'Mozzarellasticks', 'Five sticks, molten inside.', 'Fünf Sticks, innen geschmolzen.', 490, 410, { 'mozzarella-stick': 5 }],
    ['cheese-fries', 'Cheese Fries', 'Käsepommes', 'Fries under warm cheese sauce.', 'Pommes mit warmer Käsesauce.', 460, 520, { fries: 150, 'cheese-sauce': 50 }],
    ['loaded-fries', 'Loaded Fries', 'Beladene Pommes', 'Cheese sauce, bacon and jalapeños.', 'Käsesauce, Bacon und Jalapeños.', 590, 650, { fries: 180, 'cheese-sauce': 50, bacon: 2, jalapeno: 15 }],
    ['truffle-fries', 'Truffle Fries', 'Trüffelpommes', 'With truffle mayonnaise.', 'Mit Trüffelmayonnaise.', 520, 480, { fries: 150, 'truffle-mayonnaise': 30 }],
    ['corn-on-the-cob', 'Corn on the Cob', 'Maiskolben', 'Grilled over the flame.', 'Über der Flamme gegrillt.', 350, 180, { 'corn-cob': 1 }, { groups: [] }],
    ['side-salad', 'Side Salad', 'Beilagensalat', 'A small bowl of leaves with vinaigrette.', 'Eine kleine Schale Blattsalat mit Vinaigrette.', 350, 70, { lettuce: 60, tomato: 30, vinaigrette: 20 }, { groups: [] }],
    ['currywurst', 'Currywurst', 'Currywurst', 'Sliced sausage in curried ketchup.', 'Geschnittene Wurst in Curryketchup.', 520, 510, { sausage: 1, ketchup: 60 }, { groups: [], countries: ['DE'] }],
  ]),
  ...items('dips', 'FOOD', {}, [
    ['ketchup', 'Ketchup', 'Ketchup', 'A pot of tomato ketchup.', 'Ein Töpfchen Tomatenketchup.', 50, 30, { ketchup: 25 }],
    ['mayonnaise', 'Mayonnaise', 'Mayonnaise', 'A pot of mayonnaise.', 'Ein Töpfchen Mayonnaise.', 50, 180, { mayonnaise: 25 }],
    ['barbecue-dip', 'Barbecue Dip', 'Barbecuedip', 'Smoky and sweet.', 'Rauchig und süß.', 70, 45, { 'barbecue-sauce': 25 }],
    ['sweet-chili-dip', 'Sweet Chili Dip', 'Süßer Chilidip', 'Sweet first, hot after.', 'Erst süß, dann scharf.', 70, 55, { 'chili-sauce': 25 }],
    ['truffle-dip', 'Truffle Dip', 'Trüffeldip', 'Mayonnaise with black truffle.', 'Mayonnaise mit schwarzem Trüffel.', 120, 190, { 'truffle-mayonnaise': 25 }],
    ['cheese-dip', 'Cheese Dip', 'Käsedip', 'Warm cheese sauce.', 'Warme Käsesauce.', 90, 80, { 'cheese-sauce': 30 }],
  ]),
  ...items('desserts', 'FOOD', { groups: ['dessert-topping'] }, [
    ['chocolate-sundae', 'Chocolate Sundae', 'Schokoladeneisbecher', 'Soft ice cream under chocolate sauce.', 'Softeis mit Schokoladensauce.', 320, 310, { 'soft-ice': 150, 'chocolate-sauce': 30 }],
    ['strawberry-sundae', 'Strawberry Sundae', 'Erdbeereisbecher', 'Soft ice cream under strawberry sauce.', 'Softeis mit Erdbeersauce.', 320, 280, { 'soft-ice': 150, 'strawberry-sauce': 30 }],
    ['caramel-sundae', 'Caramel Sundae', 'Karamelleisbecher', 'Soft ice cream under caramel sauce.', 'Softeis mit Karamellsauce.', 320, 330, { 'soft-ice': 150, 'caramel-sauce': 30 }],
    ['cookie-sundae', 'Cookie Sundae', 'Kekseisbecher', 'Soft ice cream with cookie crumble.', 'Softeis mit Kekskrümeln.', 360, 390, { 'soft-ice': 150, cookie: 1 }],
    ['ice-cream-cone', 'Ice Cream Cone', 'Eistüte', 'Soft ice cream, two swirls.', 'Softeis, zwei Umdrehungen.', 150, 140, { 'soft-ice': 90 }, { groups: [] }],
    ['apple-pie', 'Apple Pie', 'Apfeltasche', 'Hot apple in crisp pastry.', 'Heißer Apfel im knusprigen Teig.', 250, 240, { 'apple-pie': 1 }, { groups: [] }],
    ['chocolate-cookie', 'Chocolate Cookie', 'Schokoladenkeks', 'Soft in the middle.', 'In der Mitte weich.', 190, 230, { cookie: 1 }, { groups: [] }],
    ['cheesecake', 'Cheesecake', 'Käsekuchen', 'A creamy slice.', 'Ein cremiges Stück.', 390, 380, { cake: 1 }],
  ]),
  ...items('shakes', 'BEVERAGE', { sizes: cupSizes, groups: ['dessert-topping'] }, [
    ['vanilla-shake', 'Vanilla Shake', 'Vanilleshake', 'Thick and cold.', 'Dickflüssig und kalt.', 370, 420, { 'soft-ice': 200, milk: 100 }],
    ['chocolate-shake', 'Chocolate Shake', 'Schokoladenshake', 'With plenty of chocolate sauce.', 'Mit viel Schokoladensauce.', 390, 470, { 'soft-ice': 200, milk: 100, 'chocolate-sauce': 40 }],
    ['strawberry-shake', 'Strawberry Shake', 'Erdbeershake', 'Fruity and pink.', 'Fruchtig und rosa.', 390, 440, { 'soft-ice': 200, milk: 100, 'strawberry-sauce': 40 }],
    ['cookie-shake', 'Cookie Shake', 'Keksshake', 'Cookies blended in.', 'Mit untergerührten Keksen.', 430, 540, { 'soft-ice': 200, milk: 100, cookie: 1 }],
  ]),
  ...items('drinks', 'BEVERAGE', { sizes: cupSizes, groups: ['ice-choice'] }, [
    ['cola', 'Cola', 'Cola', 'Cold and sparkling.', 'Kalt und prickelnd.', 290, 170, { 'soda-syrup': 60 }],
    ['cola-zero', 'Cola Zero', 'Cola Zero', 'No sugar.', 'Ohne Zucker.', 290, 2, { 'soda-syrup': 60 }],
    ['orange-soda', 'Orange Soda', 'Orangenlimonade', 'Sparkling orange.', 'Prickelnde Orange.', 290, 180, { 'soda-syrup': 60 }],
    ['lemon-soda', 'Lemon Soda', 'Zitronenlimonade', 'Sparkling lemon.', 'Prickelnde Zitrone.', 290, 165, { 'soda-syrup': 60 }],
    ['iced-tea', 'Iced Tea', 'Eistee', 'Black tea with peach.', 'Schwarztee mit Pfirsich.', 290, 120, { 'tea-bag': 1, 'soda-syrup': 30 }],
    ['still-water', 'Still Water', 'Stilles Wasser', 'Half a litre.', 'Ein halber Liter.', 240, 0, { 'bottled-drink': 1 }, { sizes: [], groups: [] }],
    ['sparkling-water', 'Sparkling Water', 'Sprudelwasser', 'Half a litre.', 'Ein halber Liter.', 240, 0, { 'bottled-drink': 1 }, { sizes: [], groups: [] }],
    ['orange-juice', 'Orange Juice', 'Orangensaft', 'Not from concentrate.', 'Direktsaft.', 320, 110, { 'bottled-drink': 1 }, { sizes: [], groups: [] }],
    ['apple-juice', 'Apple Juice', 'Apfelsaft', 'Cloudy, from orchard apples.', 'Naturtrüb, von Streuobstwiesen.', 320, 120, { 'bottled-drink': 1 }, { sizes: [], groups: [] }],
  ]),
  ...items('drinks', 'ALCOHOL', {}, [
    ['lager', 'Lager', 'Helles', 'A cold bottle.', 'Eine kalte Flasche.', 390, 210, { beer: 1 }, { countries: ['DE', 'GB', 'JP'] }],
    ['wheat-beer', 'Wheat Beer', 'Weizenbier', 'Cloudy and fruity.', 'Naturtrüb und fruchtig.', 420, 230, { beer: 1 }, { countries: ['DE'] }],
  ]),
  ...items('hot-drinks', 'BEVERAGE', { groups: ['coffee-extras'] }, [
    ['coffee', 'Coffee', 'Kaffee', 'Freshly brewed.', 'Frisch gebrüht.', 220, 5, { 'coffee-beans': 12 }, { sizes: cupSizes, groups: ['coffee-extras'] }],
    ['espresso', 'Espresso', 'Espresso', 'Short and strong.', 'Kurz und stark.', 190, 3, { 'coffee-beans': 9 }],
    ['cappuccino', 'Cappuccino', 'Cappuccino', 'Espresso and foamed milk.', 'Espresso und Milchschaum.', 290, 110, { 'coffee-beans': 9 }, { sizes: cupSizes, groups: ['milk-choice', 'coffee-extras'] }],
    ['latte-macchiato', 'Latte Macchiato', 'Latte macchiato', 'Mostly milk, marked with espresso.', 'Viel Milch, etwas Espresso.', 320, 160, { 'coffee-beans': 9 }, { sizes: cupSizes, groups: ['milk-choice', 'coffee-extras'] }],
    ['hot-chocolate', 'Hot Chocolate', 'Heiße Schokolade', 'Milk and chocolate.', 'Milch und Schokolade.', 310, 260, { 'chocolate-sauce': 40 }, { groups: ['milk-choice'] }],
    ['black-tea', 'Black Tea', 'Schwarztee', 'A pot of black tea.', 'Ein Kännchen Schwarztee.', 210, 2, { 'tea-bag': 1 }, { groups: [] }],
    ['green-tea', 'Green Tea', 'Grüner Tee', 'A pot of green tea.', 'Ein Kännchen grüner Tee.', 210, 2, { 'tea-bag': 1 }, { groups: [] }],
  ]),
  ...items('breakfast', 'FOOD', {}, [
    ['egg-bun', 'Egg Bun', 'Eierbrötchen', 'Fried egg and cheddar.', 'Spiegelei und Cheddar.', 390, 360, { bun: 1, egg: 1, cheddar: 1 }],
    ['bacon-egg-bun', 'Bacon & Egg Bun', 'Bacon-Ei-Brötchen', 'Fried egg, cheddar and bacon.', 'Spiegelei, Cheddar und Bacon.', 450, 440, { bun: 1, egg: 1, cheddar: 1, bacon: 2 }],
    ['pancakes', 'Pancakes', 'Pfannkuchen', 'Three pancakes with caramel sauce.', 'Drei Pfannkuchen mit Karamellsauce.', 450, 520, { pancake: 3, 'caramel-sauce': 30 }, { groups: ['dessert-topping'] }],
    ['hash-browns', 'Hash Browns', 'Rösti', 'Two, crisp.', 'Zwei, knusprig.', 240, 290, { 'hash-brown': 2 }],
    ['breakfast-wrap', 'Breakfast Wrap', 'Frühstückswrap', 'Egg, bacon, cheddar and hash brown.', 'Ei, Bacon, Cheddar und Rösti.', 520, 560, { tortilla: 1, egg: 1, bacon: 2, cheddar: 1, 'hash-brown': 1 }],
  ]),
];
