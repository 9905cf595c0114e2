const kept = 'device-token';

/**
 * The token of this screen: from `#token=` of the address, which is then taken out of it, or as it was kept for this
 * tab. A reload keeps it; a browser that begins anew is started with the address again.
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
