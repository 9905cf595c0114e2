import { expect, it } from 'vitest';
import fc from 'fast-check';
import { FewMap } from './fewMap.ts';

it('has the entries, in their order, that a Map has', () => {
  const step = fc.record({
    does: fc.constantFrom('set', 'set', 'delete', 'clear'),
    key: fc.constantFrom('a', 'b', 'c'),
    value: fc.constantFrom(undefined, 1, 2),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const [few, map] = [new FewMap<string, number | undefined>(), new Map<string, number | undefined>()];
      for (const { does, key, value } of steps) {
        if (does === 'set') {
          few.set(key, value);
          map.set(key, value);
        } else if (does === 'delete') expect(few.delete(key)).toBe(map.delete(key));
        else {
          few.clear();
          map.clear();
        }
        expect([few.size, few.has(key), few.get(key)]).toEqual([map.size, map.has(key), map.get(key)]);
        expect(few.values()).toEqual([...map.values()]);
      }
    }),
  );
});
