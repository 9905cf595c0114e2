import { expect, it } from 'vitest';
import { LruCache } from './lruCache.ts';

it('evicts the least recently used entries once their weights add up to too much', () => {
  const cache = new LruCache<string>(10);
  cache.set('a', 'A', 4);
  cache.set('b', 'B', 4);
  expect(cache.get('a')).toBe('A');
  cache.set('c', 'C', 4);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  cache.set('a', 'A2', 1);
  cache.set('d', 'D', 5);
  expect([cache.get('a'), cache.get('c'), cache.get('d')]).toEqual(['A2', 'C', 'D']);
  cache.set('huge', 'H', 100);
  expect(cache.size).toBe(1);
});
