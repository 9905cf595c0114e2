import 'reflect-metadata';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { createPrivateKey, webcrypto, X509Certificate as Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { makeFolder } from '#platform/config/makeFolder.ts';
import type { CertificateFiles } from '#platform/http/tlsDoor.ts';

const dayMs = 24 * 3_600_000;
/** Browsers refuse certificates for servers that are good for longer. */
const goodForDays = 397;
/** So many days before its end a certificate is made anew. */
const renewBeforeDays = 30;
const names = ['localhost', '127.0.0.1', '::1'];
/** So much earlier than now it begins, for clients whose clock is late. */
const skewMs = 3_600_000;

/** Where the development certificate of a folder is. */
export const developmentCertificateIn = (folder: string): CertificateFiles => ({
  certPath: join(folder, 'certificate.pem'),
  keyPath: join(folder, 'key.pem'),
});

/**
 * Makes a certificate for this machine in a folder, unless there is one that is good for long enough. It signs itself
 * and no other one: whoever trusts it trusts these names alone, also when its key is stolen.
 * @returns whether it was made
 */
export async function makeDevelopmentCertificate(folder: string, now = new Date()): Promise<boolean> {
  const { certPath, keyPath } = developmentCertificateIn(folder);
  if (isGood(certPath, keyPath, now)) return false;
  makeFolder(folder);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=localhost, O=Dr. Burger development',
      notBefore: new Date(now.getTime() - skewMs),
      notAfter: new Date(now.getTime() + goodForDays * dayMs - skewMs),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      // The library's types are those of a browser.
      keys: keys as never,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
        ),
      ],
    },
    webcrypto as never,
  );
  const key = createPrivateKey({
    key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    format: 'der',
    type: 'pkcs8',
  }).export({ format: 'pem', type: 'pkcs8' });
  put(keyPath, key as string);
  put(certPath, `${certificate.toString('pem')}\n`);
  return true;
}

/** Makes the certificate of a folder anew before it ends, as long as the process runs. Returns how to stop that. */
export function renewDevelopmentCertificate(folder: string, failed: (error: unknown) => void): () => void {
  const looking = setInterval(() => void makeDevelopmentCertificate(folder).catch(failed), dayMs / 24).unref();
  return () => clearInterval(looking);
}

function isGood(certPath: string, keyPath: string, now: Date): boolean {
  if (!existsSync(certPath) || !existsSync(keyPath)) return false;
  try {
    const certificate = new Certificate(readFileSync(certPath));
    const end = new Date(certificate.validTo).getTime();
    return (
      certificate.checkPrivateKey(createPrivateKey(readFileSync(keyPath))) &&
      end - now.getTime() > renewBeforeDays * dayMs
    );
  } catch {
    return false;
  }
}

/** A whole file or none, also after a crash. */
function put(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
