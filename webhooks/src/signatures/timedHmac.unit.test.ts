import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Forged } from './signatureScheme.ts';
import { timedHmac } from './timedHmac.ts';

const key = 'k'.repeat(32);
const body = '{"id":"evt_1"}';
const time = Math.floor(Date.now() / 1_000);
const right = createHmac('sha256', key).update(`${time}.${body}`).digest('hex');
const wrong = '0'.repeat(64);
const verify = (header: string) =>
  timedHmac('kassa-signature').verify({ headers: { 'kassa-signature': header }, body }, [key]);

describe('a header with signatures', () => {
  it.each([
    ['one', `t=${time},v1=${right}`],
    ['two, while the secret is rotated', `t=${time},v1=${wrong},v1=${right}`],
    ['one beside that of another scheme', `t=${time},v1=${right},v0=${wrong}`],
    ['one beside that of a scheme to come, in any order', `v2=AbC+/==,v1=${right},t=${time}`],
    ['one, with spaces', `t=${time}, v1=${right}`],
  ])('is believed by the right one: %s', (_, header) => {
    expect(verify(header)).toBe('evt_1');
  });

  it.each([
    ['of another scheme alone', `t=${time},v0=${right}`],
    ['of another scheme beside a wrong one', `t=${time},v1=${wrong},v2=${right}`],
    ['without a time', `v1=${right}`],
    ['with two times', `t=${time},t=${time - 200},v1=${right}`],
    ['with a time that is no number', `t=${time}x,v1=${right}`],
    ['with more signatures than anybody needs', `t=${time}${`,v1=${wrong}`.repeat(5)},v1=${right}`],
    ['that is empty', ''],
  ])('is not believed: %s', (_, header) => {
    expect(() => verify(header)).toThrow(Forged);
  });
});
