import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { RawConnection } from '#platform/testkit/rawConnection.ts';
import { until } from '#platform/testkit/until.ts';
import { newKey, type DoorUnderTest, type Message } from './doorUnderTest.ts';

/** What a test needs to know of a source. */
export interface SourceUnderTest {
  readonly name: string;
  /** Both keys are in the setting; the old one is going to be taken out. */
  readonly keys: { readonly old: string; readonly current: string };
  /** Signs as the source would, with its stock library. */
  readonly sign: (signed: { id: string; body: string; key: string; at: Date }) => Promise<Message> | Message;
  /** The id by which the door knows a message, where the sender does not choose it; by default that of `sign`. */
  readonly idOf?: (message: Message) => string;
  /** Where a body says its version; `version` by default. */
  readonly versionKey?: string;
  /** A body in one of the two versions, about this object; `step` 0 or 1 are things that happen to it in this order. */
  readonly bodies: readonly ((object: string, step: 0 | 1) => object)[];
  /** Effects at the owner, as `<object> <step>`, in order. */
  readonly effects: string[];
  /** Objects that the owner does not know yet. */
  readonly unknown: Set<string>;
}

/** The table of what any source has to be able to do, run against a door. */
export function describeSource(under: SourceUnderTest, door: () => DoorUnderTest): void {
  const { bodies, effects, unknown, keys, versionKey = 'version' } = under;
  const [first, second] = bodies as [SourceUnderTest['bodies'][number], SourceUnderTest['bodies'][number]];
  const signed = (
    object: object | string,
    { id = randomUUID(), key = keys.current, seconds = 0 }: { id?: string; key?: string; seconds?: number } = {},
  ) =>
    under.sign({
      id,
      body: typeof object === 'string' ? object : JSON.stringify(object),
      key,
      at: new Date(Date.now() + seconds * 1_000),
    });
  const post = async (message: Message | Promise<Message>): Promise<[number, string]> => {
    const response = await door().post(under.name, await message);
    const { status, error } = (await response.json()) as { status?: string; error?: { code: string } };
    return [response.status, status ?? error?.code ?? ''];
  };
  const effectsOn = (object: string): string[] => effects.filter((each) => each.startsWith(object));
  const settled = (object: string, count: number): Promise<unknown> =>
    until(() => effectsOn(object).length === count || undefined);

  it('takes a valid message, once for each id, and tells the owner', async () => {
    const object = randomUUID();
    const id = randomUUID();
    const message = await signed(first(object, 0), { id });
    expect(await post(message)).toEqual([200, 'RECEIVED']);
    expect(await post(message)).toEqual([200, 'REPEATED']);
    expect(await post(signed(first(object, 0), { id }))).toEqual([200, 'REPEATED']);
    expect(await post(signed(first(object, 1), { id }))).toEqual([409, 'ID_REUSED']);
    expect(await post(signed(first(object, 1)))).toEqual([200, 'RECEIVED']);
    await settled(object, 2);
    expect(effectsOn(object)).toEqual([`${object} 0`, `${object} 1`]);
  });

  it('lets what comes too early wait, in order, and others pass', async () => {
    const [early, other] = [randomUUID(), randomUUID()];
    unknown.add(early);
    await post(signed(first(early, 0)));
    await post(signed(first(early, 1)));
    await post(signed(first(other, 0)));
    await settled(other, 1);
    expect(effectsOn(early)).toEqual([]);
    unknown.delete(early);
    await settled(early, 2);
    expect(effectsOn(early)).toEqual([`${early} 0`, `${early} 1`]);
  });

  it('understands two versions, and maps them to one command', async () => {
    const object = randomUUID();
    await post(signed(first(object, 0)));
    await post(signed(second(object, 1)));
    await settled(object, 2);
    expect(effectsOn(object)).toEqual([`${object} 0`, `${object} 1`]);
  });

  it('refuses what is forged, and counts it', async () => {
    const object = randomUUID();
    const message = await signed(first(object, 0));
    const forged: (Message | Promise<Message>)[] = [
      signed(first(object, 0), { key: newKey() }),
      { ...message, body: message.body.replace(object, randomUUID()) },
      { ...message, headers: {} },
      ...Object.keys(message.headers).map((name) => ({
        ...message,
        headers: { ...message.headers, [name]: `${message.headers[name]}0` },
      })),
    ];
    for (const each of forged) expect(await post(each)).toEqual([401, 'UNAUTHENTICATED']);
    expect(effectsOn(object)).toEqual([]);
    const counted = new RegExp(`webhooks_refused_total{.*source="${under.name}".*reason="signature".*} (\\d+)`);
    const [, count] = counted.exec(await door().metrics()) ?? [];
    expect(Number(count)).toBeGreaterThanOrEqual(forged.length);
  });

  it('takes a clock that is 5 minutes off, and none that is further off', async () => {
    for (const seconds of [-298, 298])
      expect(await post(signed(first(randomUUID(), 0), { seconds }))).toEqual([200, 'RECEIVED']);
    for (const seconds of [-301, 302])
      expect(await post(signed(first(randomUUID(), 0), { seconds }))).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('takes both keys while they are rotated', async () => {
    expect(await post(signed(first(randomUUID(), 0), { key: keys.old }))).toEqual([200, 'RECEIVED']);
    expect(await post(signed(first(randomUUID(), 0), { key: keys.current }))).toEqual([200, 'RECEIVED']);
  });

  it('refuses 1 MB, announced or not', async () => {
    const large = await signed({ ...first(randomUUID(), 0), filler: 'x'.repeat(1_000_000) });
    expect((await door().post(under.name, large)).status).toBe(413);
    const chunks = new Blob([large.body]).stream();
    const response = await fetch(`${door().url}/webhooks/${under.name}`, {
      method: 'POST',
      headers: large.headers,
      body: chunks,
      duplex: 'half',
    } as RequestInit).catch(() => undefined);
    expect(response?.status ?? 413).toBe(413);
  });

  it('is open to the source while others send bodies without end, and tells them so', async () => {
    const { port } = new URL(door().url);
    const head = [`POST /webhooks/${under.name} HTTP/1.1`, 'Host: x', 'Content-Length: 500'];
    const slow = Array.from({ length: 60 }, () => new RawConnection(Number(port)));
    for (const each of slow) each.send(head, '{');
    const displaced = await until(() => {
      const refused = slow.filter((each) => each.heard.includes(' 503 '));
      return refused.length >= 10 && refused;
    });
    expect(displaced.every((each) => each.heard.includes('BUSY'))).toBe(true);
    expect(await post(signed(first(randomUUID(), 0)))).toEqual([200, 'RECEIVED']);
    slow.forEach(({ socket }) => socket.destroy());
  });

  it('parks what it does not understand, tells why without its content, and lets others pass', async () => {
    const object = randomUUID();
    const strange = [
      '{"half":',
      '"secret-of-the-body"',
      { ...first(object, 0), [versionKey]: 'secret-of-the-body' },
      Object.fromEntries(
        Object.keys(first(object, 0)).map((key) => [
          key,
          key === versionKey ? first(object, 0)[key as never] : 'secret',
        ]),
      ),
    ];
    for (const body of strange) {
      const id = randomUUID();
      const message = await signed(body, { id });
      expect(await post(message)).toEqual([200, 'RECEIVED']);
      const row = await door().row(under.idOf?.(message) ?? id);
      expect(row?.state).toBe('parked');
      expect(row?.reason).not.toContain('secret');
    }
    await post(signed(first(object, 0)));
    await settled(object, 1);
    expect(door().logged.join('')).not.toContain('secret');
  });
}
