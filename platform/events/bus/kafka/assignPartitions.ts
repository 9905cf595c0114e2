/** What a member says when it joins. */
export interface MemberClaim {
  readonly id: string;
  readonly topics: readonly string[];
  /** Partitions (`topic/number`) of which it has a message in hand that very moment. */
  readonly inHand: readonly string[];
}

export type Assignment = Map<string, Map<string, number[]>>;

/** All members of a group, whatever their client, must use the same way of sharing. */
export const sharingName = 'in-hand-stays';

/**
 * Shares the partitions of a group evenly, except that one whose message is being handled stays with its member: so a
 * rebalance never lets two members handle a key at once, and need not wait for slow handlers. Pure: the same answer
 * whichever member computes it.
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
