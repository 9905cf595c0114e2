const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const base64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return crypto.subtle.sign('HMAC', imported, utf8(text));
}

/**
 * The headers that sign a call with an API key, as `clients/request-signing` makes them for programs, by what browsers
 * have. @throws Error for a text that is no API key
 */
export async function signedHeaders(
  { method, url, body }: { readonly method: string; readonly url: string; readonly body: string },
  apiKey: string,
  created = Math.floor(Date.now() / 1_000),
  nonce: string = crypto.randomUUID(),
): Promise<Record<string, string>> {
  const cut = apiKey.lastIndexOf('_');
  const [keyId, secret] = [apiKey.slice(0, cut), apiKey.slice(cut + 1)];
  if (!keyId.startsWith('drb_') || secret === '')
    throw new Error('That is no API key: it has the form drb_<app>_<id>_<secret>.');
  const target = new URL(url);
  target.hash = '';
  const digest = `sha-256=:${base64(await crypto.subtle.digest('SHA-256', utf8(body)))}:`;
  const parameters = `("@method" "@target-uri" "content-digest");created=${created};keyid="${keyId}";nonce="${nonce}";alg="hmac-sha256"`;
  const covered = [
    `"@method": ${method.toUpperCase()}`,
    `"@target-uri": ${target.href}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${parameters}`,
  ];
  const signature = await hmac(await hmac(utf8(secret), 'drburger-request-signing-v1'), covered.join('\n'));
  return {
    'content-digest': digest,
    'signature-input': `sig=${parameters}`,
    signature: `sig=:${base64(signature)}:`,
  };
}
