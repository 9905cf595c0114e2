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
   * The modes of libpq: `require` encrypts, `verify-ca` also checks that the certificate is of the CA, and
   * `verify-full` that it is this host's.
   */
  readonly mode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** Paths of PEM files: the CA of the server's certificate, and our client certificate with its key. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Builds a connection string. The parts may hold any characters: they are escaped. */
export function databaseUrl({ host, port, user, password, database, tls }: DatabaseAddress): string {
  const at = host.includes(':') ? `[${host}]` : host;
  return `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${at}:${port}/${encodeURIComponent(database)}${tls ? tlsOf(tls) : ''}`;
}

function tlsOf({ mode, ca, cert, key }: DatabaseTls): string {
  if (mode === 'disable') return '';
  // Without `uselibpqcompat`, `pg` treats every mode but `disable` as verify-full.
  const given = { uselibpqcompat: 'true', sslmode: mode, sslrootcert: ca, sslcert: cert, sslkey: key };
  return `?${new URLSearchParams(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)).toString()}`;
}
