import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { demoStore } from '../harness/startTestSystem.ts';
import { around, minutes, type Doomed, type Stage } from './stage.ts';

const uncapturable = around('fail', 'void');
const closed = [...uncapturable, ...around('refund')];
const begun = [...closed, ...around('authorise', 'capture', 'provision')];

/** The stories of a wish for a membership. */
export const membershipStories = (stage: Stage) =>
  describe('killed before and after every step, a wish for a membership', { timeout: 10 * minutes }, () => {
    let memberships: Doomed;
    beforeAll(async () => {
      memberships = await stage.doom('memberships', begun);
    }, 4 * minutes);

    async function wish(methodToken = 'tok_visa'): Promise<string> {
      const input = {
        idempotencyKey: randomUUID(),
        planId: 'plus-monthly',
        storeId: demoStore,
        methodToken,
        agreedPrice: 999,
      };
      const result = await stage.ask(
        'customer',
        `mutation ($input: SubscribeToMembershipInput!) {
           result: subscribeToMembership(input: $input) {
             __typename ... on SubscribeToMembershipSuccess { membership { id } }
           }
         }`,
        { input },
      );
      expect(result.__typename).toBe('SubscribeToMembershipSuccess');
      return (result['membership'] as { id: string }).id;
    }
    const offer = (planId: string, offered: boolean) =>
      stage.rows('memberships', `UPDATE plan SET offered = ${offered} WHERE id = $1`, planId);
    const answers = ({ url, apiKey }: Stage['provider'], available: boolean) =>
      fetch(`${url}/v1/behaviour`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ available }),
      });
    /** What memberships and the provider keep of it in the end. */
    async function kept(id: string, deaths: number) {
      await memberships.ended(id, deaths);
      const [membership] = await stage.rows<{ status: string }>(
        'memberships',
        'SELECT status FROM membership WHERE id = $1',
        id,
      );
      const charges = await stage.rows<{ id: string }>(
        'memberships',
        'SELECT id FROM charge WHERE membership_id = $1',
        id,
      );
      expect(charges).toHaveLength(1);
      return {
        status: membership?.status,
        money: await stage.moneyOf(charges[0]!.id),
        told: await memberships.told(`membership:${id}`),
      };
    }

    it('whose money cannot be taken is given back once', async () => {
      const id = await wish('tok_capture_refused');
      expect(await kept(id, uncapturable.length)).toEqual({
        status: 'FAILED',
        money: ['authorisation', 'refusal', 'void'],
        told: ['MembershipRequested', 'FAILED'],
      });
    });

    it('for a plan that is closed before the money is taken is refunded once', async () => {
      await answers(stage.provider, false);
      const id = await wish();
      await offer('plus-monthly', false);
      await answers(stage.provider, true);
      expect(await kept(id, closed.length)).toEqual({
        status: 'FAILED',
        money: ['authorisation', 'capture', 'refund'],
        told: ['MembershipRequested', 'FAILED'],
      });
      await offer('plus-monthly', true);
    });

    it('is paid for once, and begins once', async () => {
      const id = await wish();
      expect(await kept(id, begun.length)).toEqual({
        status: 'ACTIVE',
        money: ['authorisation', 'capture'],
        told: ['MembershipRequested', 'STARTED', 'MembershipBenefitsChanged', 'CHARGED'],
      });
    });
  });
