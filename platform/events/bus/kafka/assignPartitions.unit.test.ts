import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignPartitions, decodeInHand, encodeInHand, type Assignment } from './assignPartitions.ts';

const places = (assignment: Assignment, id: string) =>
  [...(assignment.get(id) ?? [])].flatMap(([topic, partitions]) =>
    partitions.map((partition) => `${topic}/${partition}`),
  );

describe('sharing the partitions of a group', () => {
  it('gives each partition to one member that wants its topic, evenly, and leaves what is in hand where it is', () => {
    const claims = fc.uniqueArray(
      fc.record({
        id: fc.uuid(),
        topics: fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c'), { minLength: 1 }),
        inHand: fc.uniqueArray(
          fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(7)).map(([topic, partition]) => `${topic}/${partition}`),
          { maxLength: 3 },
        ),
      }),
      { selector: ({ id }) => id, minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(claims, (members) => {
        const assignment = assignPartitions(members, () => 8);
        const given = members.flatMap(({ id }) => places(assignment, id));
        const wanted = new Set(members.flatMap(({ topics }) => topics));
        expect(given.length).toBe(new Set(given).size);
        expect(given.length).toBe(8 * wanted.size);
        for (const { id, topics, inHand } of members) {
          for (const topic of assignment.get(id)!.keys()) expect(topics).toContain(topic);
          for (const place of inHand.filter((each) => topics.includes(each.split('/')[0]!))) {
            const others = members.filter(
              (other) => other.id !== id && other.inHand.includes(place) && other.topics.includes(place.split('/')[0]!),
            );
            if (!others.length) expect(places(assignment, id)).toContain(place);
          }
        }
        expect(assignPartitions([...members].reverse(), () => 8)).toEqual(assignment);
      }),
    );
  });

  it('is even when nothing is in hand', () => {
    const assignment = assignPartitions(
      ['x', 'y', 'z'].map((id) => ({ id, topics: ['a', 'b'], inHand: [] })),
      () => 8,
    );
    expect(['x', 'y', 'z'].map((id) => places(assignment, id).length).sort()).toEqual([5, 5, 6]);
  });

  it('reads what another member wrote, and takes anything else for nothing', () => {
    expect(decodeInHand(encodeInHand(['a/1']))).toEqual(['a/1']);
    expect([decodeInHand(null), decodeInHand(Buffer.from('{')), decodeInHand('{}')]).toEqual([[], [], []]);
  });
});
