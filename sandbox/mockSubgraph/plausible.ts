import { createHash } from 'node:crypto';
import type { Faker } from '@faker-js/faker';
import { faker as german } from '@faker-js/faker/locale/de';
import { faker as english } from '@faker-js/faker/locale/en';

/** The field whose value is made up. */
export interface Leaf {
  /** Where the value stands: what stands at the same place is the same in every answer and after every start. */
  readonly place: string;
  readonly parent: string;
  readonly field: string;
  readonly description: string;
  /** Name of the scalar. */
  readonly scalar: string;
  /** The language that an argument asks for, such as `DE`. */
  readonly locale: unknown;
}

const day = 86_400_000;

/** A number from 0 to 2^32 - 1 that depends on the text alone. */
export const hashOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE();

type Rule = readonly [matches: RegExp, value: (faker: Faker, leaf: Leaf) => unknown];

/** By `<type>.<field>`: the first rule that matches names the value. */
const texts: readonly Rule[] = [
  [/^MenuItem\.name$/, ({ food }) => food.dish()],
  [/^MenuCategory\.name$/, ({ food }) => food.ethnicCategory()],
  [/^(Modifier|Ingredient|\w*Item)\.name$/, ({ food }) => food.ingredient()],
  [
    /^\w*Group\.name$/,
    ({ food, helpers }) => `Your ${food.adjective()} ${helpers.arrayElement(['extras', 'dips', 'toppings'])}`,
  ],
  [/^Store\.name$/, ({ location }) => `Dr. Burger ${location.city()}`],
  [/^(Customer|Courier|Person)\w*\.(display|customer)?[nN]ame$/, ({ person }) => person.fullName()],
  [/^MenuItem\.description$/, ({ food }) => food.description()],
  [/\.givenName$/, ({ person }) => person.firstName()],
  [/\.familyName$/, ({ person }) => person.lastName()],
  [/\.\w*email$/i, ({ internet, person }) => internet.exampleEmail({ firstName: person.firstName() }).toLowerCase()],
  [/\.\w*phone$/i, ({ phone }) => phone.number({ style: 'international' })],
  [/\.(line1|street)$/, ({ location }) => location.streetAddress()],
  [/\.line2$/, ({ location }) => location.secondaryAddress()],
  [/\.city$/, ({ location }) => location.city()],
  [/\.postalCode$/, ({ location }) => location.zipCode('#####')],
  [/\.country$/, () => 'DE'],
  [/\.(currency)$/, () => 'EUR'],
  [/\.timeZone$/, () => 'Europe/Berlin'],
  [/\.\w*url$/i, ({ helpers }, { place }) => `https://example.com/${helpers.slugify(place).toLowerCase().slice(-40)}`],
  [/\.opens$/, () => '10:00'],
  [/\.closes$/, () => '22:00'],
  [/\.birthday$/, ({ date }) => dateText(date.birthdate({ refDate: today() }))],
  [/\.(date|holiday|period\w+)$/, ({ number }) => dateText(new Date(today() - number.int(28) * day))],
  [/\.documentId$/, ({ string }) => string.hexadecimal({ length: 64, casing: 'lower', prefix: '' })],
  [/\.release$/, ({ food }) => `${food.ingredient().replaceAll(/\W/g, '')}@1`],
  [/\.\w*cursor$/i, (_faker, { place }) => String(hashOf(place) % 100)],
  [/\.(code|secret|apiKey|keyId)$/i, ({ string }) => string.alphanumeric({ length: 8, casing: 'upper' })],
  [/\.(description|message|note|text|excerpt|instructions|\w*[rR]eason|problem)$/, ({ food }) => food.description()],
  [/\.\w*name$/i, ({ company }) => company.name()],
];

/** By words of the description, for fields that their names do not tell. */
const described: readonly Rule[] = [
  [/ISO 4217/, () => 'EUR'],
  [/ISO 3166/, () => 'DE'],
  [/IANA/, () => 'Europe/Berlin'],
  [/YYYY-MM-DD|calendar day/, ({ number }) => dateText(new Date(today() - number.int(28) * day))],
  [/HH:MM/, () => '10:00'],
];

const numbers: readonly Rule[] = [
  [/\.exponent$/, () => 2],
  // What edits and streams compare: nothing ever happens to what is made up.
  [/\.\w*version$/i, () => mockVersion],
  [
    /^Money\.amount$/,
    ({ number }, { place }) => number.int(/surcharge|fee|tip|discount/i.test(place) ? 30 : { min: 39, max: 299 }) * 5,
  ],
  [/\.(quantity)$/, ({ number }) => number.int({ min: 1, max: 3 })],
  [/\.(position|line)$/, ({ number }) => number.int({ min: 1, max: 9 })],
  [/\.min$/, () => 0],
  [/\.\w*max\w*$/i, ({ number }) => number.int({ min: 3, max: 9 })],
  [/\.\w*percent$/i, ({ number }) => number.int({ min: 0, max: 100 })],
  [/\.\w*basisPoints$/i, ({ number }) => number.int({ min: 5, max: 30 }) * 100],
  [/\.kilocalories$/, ({ number }) => number.int({ min: 90, max: 1_200 })],
  [/\.\w*metres$/i, ({ number }) => number.int({ min: 200, max: 6_000 })],
  [/\.width$/, () => 640],
  [/\.height$/, () => 480],
  [/\.latitude$/, ({ number }) => number.float({ min: 52.4, max: 52.6, fractionDigits: 5 })],
  [/\.longitude$/, ({ number }) => number.float({ min: 13.2, max: 13.6, fractionDigits: 5 })],
];

const usuallyTrue = /(available|open|openNow|acceptingOrders|active|granted|ready\w*)$/i;
const neverTrue = /(removed|retired|reset|hasMore|overruled|low|inclusive)$/i;
const liesAhead = /(promised|closes|ends|until|due|next|valid|answerBy|sunset|publish|expires|target|holdsFrom)/i;
/** What is told when something went wrong or has ended. */
const tellsAnEnd =
  /(reason|problem|failure|failing|ended|revoked|closed|disabled|deprecated|sunset|retired|erased|signedOut)/i;

/** The version of all that is made up. */
export const mockVersion = 1;

/** The start of this day. Instants keep their distance from it, so that an order of a mock is never a year old. */
const today = (): number => Math.floor(Date.now() / day) * day;
const dateText = (date: Date): string => date.toISOString().slice(0, 10);

/** Whether a nullable leaf is null here: seldom, unless it tells what went wrong or has ended. */
export const isAbsent = ({ place, field }: Leaf): boolean =>
  hashOf(`${place} is null`) % 10 < (tellsAnEnd.test(field) ? 9 : 1);

/** A value of a scalar that fits the name and the description of its field. */
export function plausible(leaf: Leaf): unknown {
  const faker = leaf.locale === 'DE' ? german : english;
  faker.seed(hashOf(leaf.place));
  const name = `${leaf.parent}.${leaf.field}`;
  const ruled = (rules: readonly Rule[], text: string): Rule[1] | undefined =>
    rules.find(([matches]) => matches.test(text))?.[1];
  switch (leaf.scalar) {
    case 'Boolean':
      if (neverTrue.test(leaf.field)) return false;
      return faker.number.int(9) < (usuallyTrue.test(leaf.field) ? 8 : 4);
    case 'Int':
    case 'Long':
    case 'Float':
      return (ruled(numbers, name) ?? (({ number }: Faker) => number.int(120)))(faker, leaf);
    case 'DateTime': {
      const distance = faker.number.int({ min: 1, max: 14 * 24 * 12 }) * 5 * 60_000;
      return new Date(today() + (liesAhead.test(leaf.field) ? day + distance : -distance)).toISOString();
    }
    default: {
      const make = ruled(texts, name) ?? ruled(described, leaf.description) ?? (({ word }: Faker) => word.noun());
      return make(faker, leaf);
    }
  }
}
