const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The columns of the fields of a Prisma model, which are named after them. */
export const columnsOf = (fields: Readonly<Record<string, string>>): string[] => Object.values(fields).map(columnOf);

/**
 * What selects a whole row as Prisma would return it, for reads that happen often: Prisma computes more than the
 * database for them.
 * @param fields the model's `ScalarFieldEnum`
 */
export const selectColumns = (fields: Readonly<Record<string, string>>): string =>
  Object.values(fields)
    .map((field) => `${columnOf(field)} as "${field}"`)
    .join(', ');
