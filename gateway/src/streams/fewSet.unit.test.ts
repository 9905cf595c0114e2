import { expect, it } from 'vitest';
import fc from 'fast-check';
import { FewSet } from './fewSet.ts';

const members = ['a', 'b', 'c'].map((name) => ({ name }));

it('has the members, in their order, that a Set has', () => {
  const step = fc.record({ adds: fc.boolean(), member: fc.constantFrom(...members) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const [few, set] = [new FewSet<object>(), new Set<object>()];
      for (const { adds, member } of steps) {
        for (const each of [few, set]) if (adds) each.add(member);
        for (const each of [few, set]) if (!adds) each.delete(member);
        expect([few.size, ...few]).toEqual([set.size, ...set]);
      }
    }),
  );
});

it.each([1, 3])('of %i: members that leave while they are met do not keep the others from being met', (count) => {
  const few = new FewSet<object>();
  members.slice(0, count).forEach((member) => few.add(member));
  const met: object[] = [];
  for (const member of few) {
    met.push(member);
    few.delete(member);
  }
  expect(met).toEqual(members.slice(0, count));
  expect(few.size).toBe(0);
});
