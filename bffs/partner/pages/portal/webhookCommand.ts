/** The secret of an endpoint, as it was shown once. */
const secretForm = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));

/**
 * A command that sends a message to a receiver as the relay does, signed with the secret of an endpoint by Standard
 * Webhooks. It is good for five minutes. @throws Error for a text that is no such secret
 */
export async function webhookCommand(
  { message, receiver, secret }: { readonly message: unknown; readonly receiver: string; readonly secret: string },
  id: string = crypto.randomUUID(),
  seconds = Math.floor(Date.now() / 1_000),
): Promise<string> {
  const [, encoded] = secretForm.exec(secret) ?? [];
  if (encoded === undefined) throw new Error('That is no secret of an endpoint: it begins with whsec_.');
  const body = JSON.stringify(message);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytesOf(encoded), hmac, false, ['sign']);
  const signed = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${id}.${seconds}.${body}`));
  const signature = btoa(String.fromCharCode(...new Uint8Array(signed)));
  const headers = [
    'content-type: application/json',
    `webhook-id: ${id}`,
    `webhook-timestamp: ${seconds}`,
    `webhook-signature: v1,${signature}`,
  ];
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    'curl -i',
    quoted(receiver),
    ...headers.map((each) => `-H ${quoted(each)}`),
    `--data-raw ${quoted(body)}`,
  ].join(' \\\n  ');
}
