import { describe, expect, it } from 'vitest';
import { subgraphs } from '#schema/subgraphs.ts';
import { askedParts, brokenCalls, partsOf } from './startParts.ts';

const names = (entries: readonly { readonly name: string }[]): string[] => entries.map(({ name }) => name).sort();

describe('the parts that start', () => {
  it('are all without a flag', async () => {
    const parts = await partsOf(askedParts({}));
    expect(parts).toMatchObject({ whole: true, mocked: [] });
    expect(parts.subgraphs).toEqual(subgraphs);
  });

  it('are a channel, what its contract asks, and whom those call; who hears of their events is left out', async () => {
    const { channels, subgraphs: running, whole } = await partsOf(askedParts({ ONLY: 'kiosk' }));
    expect([names(channels), whole]).toEqual([['kiosk'], false]);
    expect(names(running)).toEqual(['customers', 'delivery', 'inventory', 'menu', 'orders', 'payments', 'stores']);
  });

  it('include the domain that lets in apps of partners only where the channel does', async () => {
    expect(names((await partsOf(askedParts({ ONLY: 'partner' }))).subgraphs)).toContain('partners');
    expect(names((await partsOf(askedParts({ ONLY: 'web' }))).subgraphs)).not.toContain('partners');
  });

  it('are fewer when a mock, which calls nobody, stands in', async () => {
    const parts = await partsOf(askedParts({ ONLY: 'kiosk', MOCK: 'orders,menu' }));
    expect(names(parts.mocked)).toEqual(['menu', 'orders']);
    expect(names(parts.subgraphs)).not.toContain('delivery');
    expect(brokenCalls(parts)).toEqual([]);
    expect(brokenCalls(await partsOf(askedParts({ MOCK: 'menu' })))).toEqual(['orders cannot call menu']);
  });

  it('have names that are known', async () => {
    expect(() => askedParts({ ONLY: 'kiosk,webb' })).toThrow('--only: there is no channel "webb": there are mobile');
    expect(() => askedParts({ MOCK: 'ordres' })).toThrow('--mock: there is no subgraph "ordres": did you mean orders?');
    await expect(partsOf(askedParts({ ONLY: 'kiosk', MOCK: 'loyalty' }))).rejects.toThrow('kiosk needs no loyalty');
  });
});
