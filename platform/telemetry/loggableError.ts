const keptFields = [
  'code',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'syscall',
  'address',
  'port',
  'path',
] as const;
const mostCauses = 5;

/**
 * Classes of SQLSTATE whose messages name things of the schema, the statement or the server, and no values: those of
 * wrong data do not belong to them.
 */
const namesOnly = /^(?:08|23|25|28|40|42|53|54|55|57|58)/;

type Fields = Readonly<Record<string, unknown>>;

/**
 * An error as it may stand in a log: its type, message, stack, codes and names of things, those of its causes, too.
 * Nothing else that hangs on it: PostgreSQL's `detail` and `where` hold rows, and Prisma prints arguments. Other values
 * are handed back as they are.
 */
export function loggableError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const chain = causesOf(error);
  const fields = fieldsOf(error);
  const kept = Object.fromEntries(keptFields.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])));
  const several = Array.isArray(fields['errors'])
    ? { errors: fields['errors'].slice(0, mostCauses).map(loggableError) }
    : {};
  return {
    type: typeOf(error),
    message: chain.map(messageWithoutValues).reduce((all, each) => (all.includes(each) ? all : `${all}: ${each}`)),
    stack: chain.map(stackOf).join('\ncaused by: '),
    ...kept,
    ...several,
  };
}

/**
 * What an error says, less the values that a database complains of: they may be a person's. Of such an error codes,
 * constraint and table are said.
 */
export function messageWithoutValues(error: Error): string {
  const fields = fieldsOf(error);
  if (error.name.startsWith('PrismaClient') || error.name === 'DriverAdapterError') return prismaMessage(error, fields);
  if (typeof fields['severity'] === 'string')
    return `${withoutValues(error.message, String(fields['code']))} (${String(fields['code'])})`;
  // Of a host with several addresses each was tried: the error has no message, but a list of errors.
  if (error.message === '' && Array.isArray(fields['errors']))
    return [...new Set(fields['errors'].slice(0, mostCauses).map((each) => messageWithoutValues(each as Error)))].join(
      ', ',
    );
  const [, cause] = causesOf(error);
  return cause?.message ? error.message.replaceAll(cause.message, messageWithoutValues(cause)) : error.message;
}

/** An error in one line, without values of a database, so that it may be stored and shown to operators. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${messageWithoutValues(error)}` : String(error);

const withoutValues = (message: string, sqlState: string): string =>
  namesOnly.test(sqlState) ? message : message.split(/[":]/, 1)[0]!.trim();

/** Prisma's messages hold arguments, the source around the call, and what the database said. */
function prismaMessage(error: Error, fields: Fields): string {
  const meta = objectOf(fields['meta']);
  const cause = objectOf(objectOf(meta['driverAdapterError'] ?? error)['cause']);
  const call = /([\w$.]+\(\))` invocation/.exec(error.message)?.[1];
  const argument = /\bargument `(\w+)`/i.exec(error.message)?.[1];
  const sqlState = typeof cause['originalCode'] === 'string' ? cause['originalCode'] : undefined;
  const said =
    sqlState && typeof cause['originalMessage'] === 'string'
      ? withoutValues(cause['originalMessage'], sqlState)
      : cause['kind'];
  const codes = [fields['code'], sqlState].filter(Boolean).join(', ');
  return [
    `${call ?? 'a query'} failed`,
    meta['modelName'] && `on ${String(meta['modelName'])}`,
    codes && `(${codes})`,
    argument && `: argument ${argument}`,
    said && `: ${String(said)}`,
  ]
    .filter(Boolean)
    .join(' ')
    .replaceAll(' :', ':');
}

function causesOf(error: Error): Error[] {
  const chain = [error];
  for (
    let next = causeOf(error);
    next instanceof Error && !chain.includes(next) && chain.length < mostCauses;
    next = causeOf(next)
  )
    chain.push(next);
  return chain;
}

const causeOf = (error: Error): unknown => error.cause ?? fieldsOf(error)['originalError'];
const typeOf = (error: Error): string => error.constructor.name || error.name;

/** Frames alone: before them stands the message. */
function stackOf(error: Error): string {
  const frames = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .filter((line) => /^ {4}at \S/.test(line));
  return [`${typeOf(error)}: ${messageWithoutValues(error)}`, ...frames].join('\n');
}

const fieldsOf = (error: Error): Fields => error as unknown as Fields;
const objectOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
