import { expect, it } from 'vitest';
import { defaultLoadPolicy } from '../channelManifest.ts';
import { LoadGate } from './loadGate.ts';
import { LoadQueue } from './loadQueue.ts';

const gate = () => new LoadGate(new LoadQueue(defaultLoadPolicy, 'partner'), [], undefined);

it('whoever is not known yet waits for one request of each other address at most, however many that sends', async () => {
  const load = gate();
  const entered: string[] = [];
  const leave: (() => void)[] = [];
  const come = (address: string) =>
    load.enterUnknown(address).then((release) => {
      entered.push(address);
      leave.push(release);
    });
  const crowd = Array.from({ length: 200 }, () => come('203.0.113.1'));
  await Promise.resolve();
  const other = come('203.0.113.2');
  const turn = async (): Promise<void> => {
    leave.shift()!();
    await new Promise(setImmediate);
  };
  await new Promise(setImmediate);
  expect(new Set(entered)).toEqual(new Set(['203.0.113.1']));
  await turn();
  await turn();
  expect(entered.slice(-2)).toContain('203.0.113.2');
  while (leave.length > 0) await turn();
  await Promise.all([other, ...crowd]);
});

it('addresses of one network of IPv6 are one caller', async () => {
  const load = gate();
  const leave = await Promise.all(Array.from({ length: 16 }, (_, n) => load.enterUnknown(`2001:db8::${n + 1}`)));
  const order: string[] = [];
  const come = (address: string) => load.enterUnknown(address).then((release) => (order.push(address), release));
  const waiting = ['2001:db8::a', '2001:db8::b', '2001:db8::c', '198.51.100.1'].map(come);
  await new Promise(setImmediate);
  for (const release of leave) release();
  await Promise.all(waiting);
  expect(order.indexOf('198.51.100.1')).toBeLessThan(2);
});
