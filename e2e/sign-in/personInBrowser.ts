/**
 * A person with a browser that knows cookies, redirects and forms, and no scripts: enough to sign in at a provider.
 */
export class PersonInBrowser {
  readonly #cookies = new Map<string, string>();

  /** Opens an address and follows redirects, until there is a page to read or an address of the app is reached. */
  async open(address: string, form?: Readonly<Record<string, string>>): Promise<{ url: string; text: string }> {
    let url = address;
    let body = form;
    for (let hops = 0; hops < 10; hops += 1) {
      if (new URL(url).pathname === '/callback') return { url, text: '' };
      const response = await fetch(url, {
        redirect: 'manual',
        headers: {
          cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(body && { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(body && { method: 'POST', body: new URLSearchParams(body).toString() }),
      });
      this.#keep(response.headers.getSetCookie());
      const next = response.headers.get('location');
      if (next === null) return { url, text: await response.text() };
      url = new URL(next, url).href;
      body = undefined;
    }
    throw new Error(`redirected for ever, at last to ${url}`);
  }

  #keep(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      if (at + 1 === pair.length) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}
