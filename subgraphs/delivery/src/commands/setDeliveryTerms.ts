import { isDeepStrictEqual } from 'node:util';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { fieldsChangedSince, recordEdits } from '#platform/subgraph/edits.ts';
import { editOnce, invalid, type EditOutcome, type Invalid, type Settled } from '#platform/subgraph/editOnce.ts';
import { DeliveryTermsChanged } from '#schema/events/delivery.ts';
import type { Deliveries, Tx } from '../context.ts';
import { termsOf, type DeliveryTerms } from '../deliveryTerms.ts';
import { isStore } from '../isStore.ts';
import type { FeeTier } from '../quote.ts';

export interface SetDeliveryTerms {
  readonly idempotencyKey: string;
  readonly storeId: string;
  readonly expectedVersion: number;
  readonly tiers: readonly FeeTier[];
}

export type DeliveryTermsOutcome = EditOutcome<{ readonly terms: DeliveryTerms }, Invalid>;

const mostTiers = 20;
const mostMetres = 100_000;
const mostFee = 1_000_000;

function tiersProblem(tiers: readonly FeeTier[]): Invalid | undefined {
  if (tiers.length > mostTiers) return invalid('tiers', `A store has at most ${mostTiers} distances.`);
  if (tiers.some(({ upToMetres }) => upToMetres < 1 || upToMetres > mostMetres))
    return invalid('tiers', `A distance lies between 1 and ${mostMetres} metres.`);
  if (tiers.some(({ fee }) => fee < 0 || fee > mostFee))
    return invalid('tiers', `A fee lies between 0 and ${mostFee} minor units.`);
  return tiers.some(({ upToMetres }, index) => index > 0 && upToMetres <= tiers[index - 1]!.upToMetres)
    ? invalid('tiers', 'Give the distances nearest first, each farther than the one before.')
    : undefined;
}

/**
 * Sets how far a store delivers and for what, once per idempotency key. It holds for quotes and orders from now on: an
 * order that was placed keeps its fee, and a quote promises none.
 */
export async function setDeliveryTerms(
  domain: Deliveries,
  principal: Principal,
  command: SetDeliveryTerms,
): Promise<DeliveryTermsOutcome> {
  const { idempotencyKey: key, ...body } = command;
  const { storeId, expectedVersion, tiers } = body;
  if (!isId(storeId) || !(await isStore(domain, storeId)))
    return invalid('storeId', 'The chain has no store of this id.');
  const subject = `TERMS:${storeId}`;
  const edit = async (tx: Tx, now: Date): Promise<Settled | Invalid> => {
    const problem = tiersProblem(tiers);
    if (problem) return problem;
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${subject}, 0))::text`;
    const { version: seen, tiers: before } = await termsOf(tx, storeId);
    if (seen !== expectedVersion)
      return { kind: 'changedMeanwhile', fields: await fieldsChangedSince(tx, subject, expectedVersion) };
    const version = seen + 1;
    const data = { version, tiers: tiers.map(({ upToMetres, fee }) => ({ upToMetres, fee })) };
    if (seen > 0 && isDeepStrictEqual(before, data.tiers)) return { kind: 'done' };
    await tx.deliveryTerms.upsert({ where: { storeId }, create: { storeId, ...data }, update: data });
    await recordEdits(tx, [{ subject, version, fields: ['tiers'] }], now);
    await domain.events.append(tx, null, [DeliveryTermsChanged.of({ storeId, at: now.toISOString() })]);
    return { kind: 'done' };
  };
  return editOnce(domain, { principal, mutation: 'setDeliveryTerms', key, body }, edit, async (tx) => ({
    terms: await termsOf(tx, storeId),
  }));
}
