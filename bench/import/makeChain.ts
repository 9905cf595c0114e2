import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Chain {
  readonly folder: string;
  readonly stores: number;
  readonly items: number;
  readonly ingredients: number;
  /** Whether each store has a price of its own for each item. */
  readonly ownPrices: boolean;
  /** The price of the first item. */
  readonly firstPrice?: number;
}

const countries = [
  ['DE', 'EUR', 'Europe/Berlin'],
  ['GB', 'GBP', 'Europe/London'],
  ['US', 'USD', 'America/New_York'],
  ['JP', 'JPY', 'Asia/Tokyo'],
] as const;
const services = ['DINE_IN', 'TAKEAWAY', 'DELIVERY', 'KIOSK'];
const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
const sizes = ['small', 'medium', 'large'];
const perCategory = 25;
const perRecipe = 5;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Writes the tables of a made-up chain. Returns how many rows they have. */
export function makeChain(chain: Chain): number {
  mkdirSync(chain.folder, { recursive: true });
  let rows = 0;
  for (const [table, [header, lines]] of Object.entries(tablesOf(chain))) {
    writeFileSync(join(chain.folder, `${table}.csv`), `${header}\n${lines.join('\n')}\n`);
    rows += lines.length;
  }
  return rows;
}

function tablesOf({
  stores,
  items,
  ingredients,
  ownPrices,
  firstPrice = 500,
}: Chain): Record<string, [string, string[]]> {
  const countryOf = (store: number) => countries[store % countries.length]!;
  const amountOf = (item: number): number => (item === 0 ? firstPrice : 500 + item);
  const listed = upTo(items).flatMap((item) =>
    countries.flatMap(([country]) => [
      ...(ownPrices ? [] : [`${country},,item,item-${item},${amountOf(item)}`]),
      ...sizes.slice(1).map((size, index) => `${country},,size,item-${item}/${size},${40 * (index + 1)}`),
    ]),
  );
  const own = ownPrices
    ? upTo(stores).flatMap((store) => upTo(items).map((item) => `,store-${store},item,item-${item},${amountOf(item)}`))
    : [];
  return {
    countries: ['country,currency', countries.map(([country, currency]) => `${country},${currency}`)],
    taxRegimes: ['key,inclusive,rounding', ['usual,true,PER_LINE']],
    taxRates: [
      'regime,taxClass,service,basisPoints',
      ['FOOD', 'BEVERAGE', 'ALCOHOL'].flatMap((taxClass) =>
        services.map((service) => `usual,${taxClass},${service},1900`),
      ),
    ],
    stores: [
      'key,name,street,city,postalCode,country,latitude,longitude,timeZone,services,taxRegime,maxOpenOrders',
      upTo(stores).map((store) => {
        const [country, , zone] = countryOf(store);
        return `store-${store},Store ${store},Main Street ${store},City ${store},${10_000 + store},${country},${(store % 90) / 2},${(store % 180) / 2},${zone},${services.join(' ')},usual,40`;
      }),
    ],
    openingHours: [
      'store,weekday,opens,closes',
      upTo(stores).flatMap((store) => weekdays.map((day) => `store-${store},${day},10:00,22:00`)),
    ],
    categories: [
      'key,position,name.en,name.de',
      upTo(Math.ceil(items / perCategory)).map((n) => `category-${n},${n},Category ${n},Kategorie ${n}`),
    ],
    modifierGroups: ['key,min,max,name.en,name.de', ['extras,0,3,Extras,Extras']],
    modifiers: [
      'key,group,position,maxQuantity,name.en,name.de',
      upTo(10).map((n) => `extra-${n},extras,${n},2,Extra ${n},Extra ${n}`),
    ],
    items: [
      'key,category,position,taxClass,groups,allergens,name.en,name.de,description.en,description.de',
      upTo(items).map(
        (n) =>
          `item-${n},category-${Math.floor(n / perCategory)},${n},FOOD,extras,GLUTEN MILK,Item ${n},Artikel ${n},Made of much.,Aus vielem gemacht.`,
      ),
    ],
    sizes: [
      'key,item,position,isDefault,name.en,name.de',
      upTo(items).flatMap((n) =>
        sizes.map((size, index) => `item-${n}/${size},item-${n},${index},${index === 0},${size},${size}`),
      ),
    ],
    prices: ['country,store,kind,key,amount', [...listed, ...own]],
    ingredients: [
      'key,unit,name.en,name.de',
      upTo(ingredients).map((n) => `ingredient-${n},GRAM,Ingredient ${n},Zutat ${n}`),
    ],
    recipes: [
      'item,ingredient,quantity',
      upTo(items).flatMap((n) =>
        upTo(perRecipe).map((part) => `item-${n},ingredient-${(n * 7 + part) % ingredients},${10 + part}`),
      ),
    ],
    stock: [
      'store,ingredient,onHand,reorderLevel',
      upTo(stores).flatMap((store) => upTo(ingredients).map((n) => `store-${store},ingredient-${n},100000,5000`)),
    ],
  };
}
