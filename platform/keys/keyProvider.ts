/**
 * Seals secrets, and opens them again, by a key that never leaves it. What a service is given is then of no use to
 * whoever reads its environment or its files. A secret is opened once, when a process starts: the service need not
 * answer while the process runs.
 */
export interface KeyProvider {
  /** Seals a secret for its name: under another name it does not open. */
  seal(name: string, secret: string): Promise<string>;
  /** @throws StartupError that does not contain the secret */
  open(name: string, sealed: string): Promise<string>;
}

/** How the text of a sealed secret begins. */
export const sealedPrefix = 'awskms:';

const sealedPart = /awskms:[A-Za-z0-9+/]+={0,2}/g;

export const isSealed = (value: string): boolean => value.includes(sealedPrefix);

/**
 * A secret as it was before it was sealed. Of a list, such as of master keys, each may be sealed by itself; what is not
 * sealed stays as it is.
 */
export async function opened(name: string, value: string, provider: KeyProvider): Promise<string> {
  const parts = [...new Set(value.match(sealedPart) ?? [])];
  const clear = new Map(await Promise.all(parts.map(async (part) => [part, await provider.open(name, part)] as const)));
  return value.replaceAll(sealedPart, (part) => clear.get(part)!);
}
