import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

/**
 * Returns the instant if its day exists in the calendar and its year in PostgreSQL; throws otherwise. JavaScript alone
 * would take 30 February for 2 March, and the years 0 and 275760.
 */
function checked(date: Date, written: unknown): Date {
  const [, year, month, day] =
    /^(\d{4})-(\d{2})-(\d{2})/.exec(typeof written === 'string' ? written : date.toISOString()) ?? [];
  const utcYear = date.getUTCFullYear();
  const real =
    day !== undefined &&
    new Date(Date.UTC(2000 + (Number(year) % 400), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  if (real && utcYear >= 1 && utcYear <= 9999) return date;
  throw new GraphQLError('An instant is a day that exists, from the year 0001 to 9999.');
}

const base = GraphQLDateTimeISO.toConfig();

/** The scalar `DateTime`. It accepts only instants that the database can store. */
export const DateTime = new GraphQLScalarType<Date, string | Date>({
  ...base,
  name: 'DateTime',
  serialize: base.serialize,
  parseValue: (value) => checked(base.parseValue(value), value),
  parseLiteral: (node, variables) =>
    checked(base.parseLiteral(node, variables), 'value' in node ? node.value : undefined),
});
