import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { fieldsChangedSince, recordEdits } from '#platform/subgraph/edits.ts';
import { editOnce, invalid, type EditOutcome, type Invalid, type Settled } from '#platform/subgraph/editOnce.ts';
import { ruleOf, usualOwnCourierSeconds, type CarrierChoice, type CarrierRule } from '../carriers/carrierRule.ts';
import type { Deliveries, Tx } from '../context.ts';
import { isStore } from '../isStore.ts';
import { canManage } from '../ownership.ts';
import type { PartnerName } from '../deliveryPartners/deliveryPartner.ts';
import { partnersOf } from '../deliveryPartners/partnersOf.ts';

export interface SetCarrierRule {
  readonly idempotencyKey: string;
  readonly storeId: string;
  readonly expectedVersion: number;
  readonly choice: CarrierChoice;
  readonly partners: readonly PartnerName[];
  readonly ownCourierSeconds?: number;
}

export type CarrierRuleOutcome = EditOutcome<{ readonly rule: CarrierRule }, Invalid>;

const shortestSeconds = 10;
const longestSeconds = 3_600;

function problemOf(
  domain: Deliveries,
  { choice, partners, ownCourierSeconds = usualOwnCourierSeconds }: SetCarrierRule,
): Invalid | undefined {
  const there = partnersOf(domain);
  if (new Set(partners).size < partners.length) return invalid('partners', 'Name each partner once.');
  const missing = partners.find((name) => !there[name]);
  if (missing) return invalid('partners', `The chain has no contract with ${missing}: name others.`);
  if (choice !== 'OWN_COURIERS' && partners.length === 0)
    return invalid('partners', 'Name at least one partner, or choose OWN_COURIERS.');
  return ownCourierSeconds < shortestSeconds || ownCourierSeconds > longestSeconds
    ? invalid('ownCourierSeconds', `Give ${shortestSeconds} to ${longestSeconds} seconds.`)
    : undefined;
}

/**
 * Sets who brings the orders of a store, once per idempotency key. It holds for whoever is asked next, also for
 * deliveries that are open already.
 */
export async function setCarrierRule(
  domain: Deliveries,
  principal: Principal,
  command: SetCarrierRule,
): Promise<CarrierRuleOutcome> {
  const { idempotencyKey: key, ...body } = command;
  const { storeId, expectedVersion, ownCourierSeconds = usualOwnCourierSeconds } = body;
  if (!isId(storeId) || !canManage(principal, storeId) || !(await isStore(domain, storeId)))
    return invalid('storeId', 'You manage no store of this id.');
  const subject = `CARRIERS:${storeId}`;
  const edit = async (tx: Tx, now: Date): Promise<Settled | Invalid> => {
    const problem = problemOf(domain, command);
    if (problem) return problem;
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${subject}, 0))::text`;
    const before = await ruleOf(tx, storeId);
    if (before.version !== expectedVersion)
      return { kind: 'changedMeanwhile', fields: await fieldsChangedSince(tx, subject, expectedVersion) };
    const version = before.version + 1;
    const data = {
      version,
      choice: body.choice,
      partners: [...body.partners],
      ownCourierSeconds,
    };
    const fields = (['choice', 'partners', 'ownCourierSeconds'] as const).filter(
      (field) => String(before[field]) !== String(data[field]),
    );
    if (before.version > 0 && fields.length === 0) return { kind: 'done' };
    await tx.carrierRule.upsert({ where: { storeId }, create: { storeId, ...data }, update: data });
    await recordEdits(tx, [{ subject, version, fields }], now);
    return { kind: 'done' };
  };
  return editOnce(domain, { principal, mutation: 'setCarrierRule', key, body }, edit, async (tx) => ({
    rule: await ruleOf(tx, storeId),
  }));
}
