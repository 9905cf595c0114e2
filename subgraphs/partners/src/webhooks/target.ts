import { lookup as systemLookup, promises as dns } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '#platform/http/publicAddress.ts';

/** Which receivers there may be: in production those on the internet alone, by https. */
export type Reach = 'public' | 'any';

/** Finds all addresses of a name. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** The address is not one to which we send. The message is for the partner to read. */
export class ForbiddenTarget extends Error {
  override readonly name = 'ForbiddenTarget';
}

const mostCharacters = 2_000;

/**
 * Reads the address of an endpoint.
 * @throws ForbiddenTarget
 */
export function readTarget(text: string, reach: Reach): URL {
  if (text.length > mostCharacters) throw new ForbiddenTarget(`It has more than ${mostCharacters} characters.`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && (reach === 'public' || url.protocol !== 'http:')))
    throw new ForbiddenTarget('It must be an https address.');
  if (url.username || url.password) throw new ForbiddenTarget('It must not hold a user or a password.');
  if (url.hash) throw new ForbiddenTarget('It must not have a fragment.');
  const host = hostOf(url);
  if (isIP(host)) checkAddresses([host], reach);
  return url;
}

/** The host without the brackets of an IPv6 address and without the dot at the end of a name. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

/**
 * Checks every address to which a name leads, not only the one that would be used: a name that has one good address
 * beside one of ours is refused.
 * @throws ForbiddenTarget
 */
export function checkAddresses(addresses: readonly string[], reach: Reach): void {
  if (addresses.length === 0) throw new ForbiddenTarget('Its name has no address.');
  if (reach === 'public' && !addresses.every(isPublicAddress))
    throw new ForbiddenTarget('Its name leads to an address that is not on the internet.');
}

/**
 * Checks the address of an endpoint, and everything to which its name leads now.
 * @throws ForbiddenTarget
 */
export async function checkTarget(text: string, reach: Reach, resolve: Resolve = resolverOf(reach)): Promise<void> {
  const host = hostOf(readTarget(text, reach));
  if (isIP(host)) return;
  const addresses = await resolve(host).catch(() => {
    throw new ForbiddenTarget('Its name cannot be resolved.');
  });
  checkAddresses(addresses, reach);
}

/**
 * The lookup of a connection. It checks what the name leads to at this moment, and the connection goes to what was
 * checked: a name that was good when the endpoint was registered, or a moment ago, is not believed.
 */
export const checkedLookup =
  (reach: Reach, resolve: Resolve = resolverOf(reach)): LookupFunction =>
  (name, { all }, callback) => {
    resolve(name)
      .then((addresses) => {
        checkAddresses(addresses, reach);
        return addresses.map((address) => ({ address, family: isIP(address) }));
      })
      .then(
        (found) => (all ? callback(null, found) : callback(null, found[0]!.address, found[0]!.family)),
        (error: NodeJS.ErrnoException) => callback(error, ''),
      );
  };

/** As the machine resolves names, with its hosts file: the names of containers are found as well. */
const bySystem: Resolve = (name) =>
  new Promise((resolve, reject) =>
    systemLookup(name, { all: true, verbatim: true }, (error, found) =>
      error ? reject(error) : resolve(found.map(({ address }) => address)),
    ),
  );

/**
 * Asks name servers, by default those of the machine, twice at most for `timeoutMs` each. The machine's own way takes
 * one of four threads until it is done: names whose servers do not answer, which anybody can register, would keep all
 * others waiting, and whatever else needs a thread.
 */
export const byNameServers =
  (servers?: readonly string[], timeoutMs = 1_500): Resolve =>
  async (name) => {
    const resolver = new dns.Resolver({ timeout: timeoutMs, tries: 2 });
    if (servers) resolver.setServers([...servers]);
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    const [first] = found;
    if (addresses.length === 0 && first.status === 'rejected') throw first.reason;
    return addresses;
  };

const onTheInternet = byNameServers();
const resolverOf = (reach: Reach): Resolve => (reach === 'public' ? onTheInternet : bySystem);
