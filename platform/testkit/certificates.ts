import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporaryFolder.ts';

export interface Certificates {
  /** Files in PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Key and certificate in one file. */
  readonly keyStore: string;
}

/**
 * Makes a CA for the test, and a certificate of that CA: for 127.0.0.1 but not for `localhost`, unless told otherwise.
 */
export function certificates(subject = 'IP:127.0.0.1'): Certificates {
  const folder = temporaryFolder('certificates');
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test CA');
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=server');
  writeFileSync(at('san'), `subjectAltName=${subject}`);
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'server.pem',
    '-days',
    '2',
    '-extfile',
    'san',
  );
  writeFileSync(at('both.pem'), readFileSync(at('server.key'), 'utf8') + readFileSync(at('server.pem'), 'utf8'));
  return { ca: at('ca.pem'), cert: at('server.pem'), key: at('server.key'), keyStore: at('both.pem') };
}
