const kept = 'device-token';

/**
 * The token of this screen. It comes from `#token=` of the address, from where it is removed, and is kept for this
 * browser tab. It survives a reload; after a restart of the browser, open the address with the token again.
 */
export function takeDeviceToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    keepDeviceToken(given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(kept) ?? undefined;
}

export function keepDeviceToken(token: string): void {
  sessionStorage.setItem(kept, token);
}

export function forgetDeviceToken(): void {
  sessionStorage.removeItem(kept);
}
