import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { DeviceCredential, type KeptDevice } from './deviceCredential.ts';

/** A channel with one device that a manager has enrolled. Each assertion is good once, as RFC 7523 asks for. */
function channel({ isKnown = true, copies = 1 } = {}) {
  const used = new Set<string>();
  const asked: string[] = [];
  let kept: KeptDevice | undefined;
  const token = (form: URLSearchParams): Response => {
    const { jti = '' } = decodeJwt(form.get('client_assertion') ?? '');
    if (!isKnown || used.has(jti)) return Response.json({ error: 'invalid_client' }, { status: 401 });
    used.add(jti);
    return Response.json({ access_token: `token-${used.size}`, expires_in: 900 });
  };
  const credential = new DeviceCredential({
    url: 'https://kiosk.example.com/',
    store: {
      load: () => Promise.resolve(kept),
      keep: (device) => Promise.resolve(void (kept = device)),
    },
    onCode: () => undefined,
    pause: () => Promise.resolve(),
    fetch(url, init) {
      const path = new URL(url).pathname;
      asked.push(path);
      if (path === '/device/authorize')
        return Promise.resolve(
          Response.json({ device_code: `device-${asked.length}`, user_code: 'BCDF-GHJK', expires_in: 900 }),
        );
      const form = new URLSearchParams(init.body as string);
      let answer = token(form);
      for (let more = 1; more < copies; more += 1) answer = token(form);
      copies = 1;
      return Promise.resolve(answer);
    },
  });
  return {
    credential,
    asked,
    kept: () => kept,
    duplicateNext: () => void (copies = 2),
    forget: () => void (isKnown = false),
    remember: () => void (isKnown = true),
  };
}

it('keeps its key when a request was delivered twice, and the answer is that its assertion was used', async () => {
  const { credential, asked, kept, duplicateNext } = channel();
  await credential.token();
  const before = kept();
  duplicateNext();
  expect(await credential.token(true)).toBe('token-3');
  expect(kept()).toEqual(before);
  expect(asked.filter((path) => path === '/device/authorize')).toHaveLength(1);
});

it('begins anew, with a code to show, once the channel does not know it, whatever it signs', async () => {
  const { credential, asked, kept, forget, remember } = channel();
  await credential.token();
  const before = kept();
  forget();
  const next = credential.token(true);
  await expect.poll(() => asked.filter((path) => path === '/device/authorize').length).toBeGreaterThan(1);
  remember();
  await next;
  expect(kept()?.id).not.toBe(before?.id);
});
