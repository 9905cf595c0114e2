export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls?: DatabaseTls;
}

export interface DatabaseTls {
  /**
   * As libpq has them: `require` encrypts, `verify-ca` asks for a certificate of the CA, `verify-full` for one of this
   * host.
   */
  readonly mode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** Files in PEM: whom we believe, and who we are. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A connection string of its parts, whatever signs they hold. */
export function databaseUrl({ host, port, user, password, database, tls }: DatabaseAddress): string {
  const at = host.includes(':') ? `[${host}]` : host;
  return `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${at}:${port}/${encodeURIComponent(database)}${tls ? tlsOf(tls) : ''}`;
}

function tlsOf({ mode, ca, cert, key }: DatabaseTls): string {
  if (mode === 'disable') return '';
  // Without the first, `pg` takes every mode for verify-full.
  const given = { uselibpqcompat: 'true', sslmode: mode, sslrootcert: ca, sslcert: cert, sslkey: key };
  return `?${new URLSearchParams(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)).toString()}`;
}
