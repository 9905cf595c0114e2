/** SQLSTATEs of a conflict that another try may not meet: serialization failure, deadlock, unique violation. */
const races = new Set(['40001', '40P01', '23505']);

const codeKeys = ['code', 'originalCode', 'sqlState'] as const;

/**
 * Collects every error code in an error and in the errors that it wraps: SQLSTATEs (from `pg`, or inside Prisma's
 * P2010), Prisma's own codes, Node's and gRPC's. Prisma's driver adapters keep the SQLSTATE in
 * `meta.driverAdapterError.cause`, under varying names.
 */
export function errorCodes(error: unknown): Set<string> {
  const found = new Set<string>();
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const fields = value as Record<string, unknown>;
    for (const key of codeKeys)
      if (typeof fields[key] === 'string' || typeof fields[key] === 'number') found.add(String(fields[key]));
    if (typeof fields['kind'] === 'string') found.add(fields['kind']);
    if (typeof fields['name'] === 'string') found.add(fields['name']);
    if (Array.isArray(fields['errors'])) fields['errors'].forEach(visit);
    for (const key of ['cause', 'meta', 'driverAdapterError', 'originalError']) visit(fields[key]);
  };
  visit(error);
  return found;
}

/** Whether an append failed because another transaction had changed the stream's head or taken the same version. */
export function isLostRace(error: unknown): boolean {
  for (const code of errorCodes(error)) if (races.has(code) || code === 'P2034') return true;
  return false;
}
