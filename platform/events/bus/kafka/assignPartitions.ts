/** What a member tells the group when it joins. */
export interface MemberClaim {
  readonly id: string;
  readonly topics: readonly string[];
  /** Partitions (`topic/number`) of which it is handling a message at that moment. */
  readonly inHand: readonly string[];
}

/** Partition numbers by member id and topic. */
export type Assignment = Map<string, Map<string, number[]>>;

/** The name of this assignment strategy in Kafka's protocol. All members of a group must use the same one. */
export const sharingName = 'in-hand-stays';

/**
 * Shares the partitions of a group evenly among its members, except that a partition whose message is being handled
 * stays with its member: so a rebalance never lets two members handle one key at once, and need not wait for slow
 * handlers. The function is pure: it gives the same answer whichever member computes it.
 */
export function assignPartitions(members: readonly MemberClaim[], partitionsOf: (topic: string) => number): Assignment {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const result: Assignment = new Map(sorted.map(({ id }) => [id, new Map()]));
  const load = new Map(sorted.map(({ id }) => [id, 0]));
  const give = (id: string, topic: string, partition: number) => {
    const topics = result.get(id)!;
    topics.set(topic, [...(topics.get(topic) ?? []), partition]);
    load.set(id, load.get(id)! + 1);
  };
  const rest: { topic: string; partition: number; wanting: readonly MemberClaim[] }[] = [];
  for (const topic of [...new Set(sorted.flatMap(({ topics }) => topics))].sort()) {
    const wanting = sorted.filter(({ topics }) => topics.includes(topic));
    for (let partition = 0; partition < partitionsOf(topic); partition += 1) {
      const holder = wanting.find(({ inHand }) => inHand.includes(`${topic}/${partition}`));
      if (holder) give(holder.id, topic, partition);
      else rest.push({ topic, partition, wanting });
    }
  }
  for (const { topic, partition, wanting } of rest) {
    const [least] = [...wanting].sort((a, b) => load.get(a.id)! - load.get(b.id)!);
    if (least) give(least.id, topic, partition);
  }
  return result;
}

export const encodeInHand = (inHand: readonly string[]): Buffer => Buffer.from(JSON.stringify(inHand));

export function decodeInHand(bytes: Buffer | string | null | undefined): string[] {
  try {
    const value: unknown = JSON.parse(String(bytes));
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}
