/**
 * The token of whoever works with a page: the person, or the screen itself. It comes from `#token=` of the address,
 * from where it is removed, and is kept for this browser tab. It survives a reload; after a restart of the browser,
 * open the address with the token again.
 */
export interface TabToken {
  take(): string | undefined;
  keep(token: string): void;
  forget(): void;
}

/** `name`: under which it is kept. Pages of one channel that share a token use the same. */
export function tabToken(name: string): TabToken {
  const keep = (token: string): void => sessionStorage.setItem(name, token);
  return {
    take() {
      const given = new URLSearchParams(location.hash.slice(1)).get('token');
      if (given) {
        keep(given);
        history.replaceState(null, '', location.pathname + location.search);
      }
      return sessionStorage.getItem(name) ?? undefined;
    },
    keep,
    forget: () => sessionStorage.removeItem(name),
  };
}
