const kept = 'staff-token';

/**
 * The token of who works with the page: from `#token=` of the address, which is then taken out of it, or as it was kept
 * for this tab. A reload keeps it; a browser that begins anew is started with the address again.
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
