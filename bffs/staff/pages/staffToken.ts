const kept = 'staff-token';

/**
 * The token of the person who works with the page. It comes from `#token=` of the address, from where it is removed,
 * and is kept for this browser tab. It survives a reload; after a restart of the browser, open the address with the
 * token again.
 */
export function takeStaffToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    keepStaffToken(given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(kept) ?? undefined;
}

export function keepStaffToken(token: string): void {
  sessionStorage.setItem(kept, token);
}

export function forgetStaffToken(): void {
  sessionStorage.removeItem(kept);
}
