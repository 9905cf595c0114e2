import { z } from 'zod';
import { PayoutCommandService } from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { isId } from '#platform/domain/id.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { payoutProviderOf } from './config.ts';
import type { Payments } from './context.ts';
import { toConnectError } from './paymentCommands.ts';

const payOutSchema = z.object({
  payoutId: z.string().refine(isId, 'not a UUID in lower case'),
  account: z.string().min(1).max(100),
  amount: z.bigint().positive().max(2_147_483_647n).transform(Number),
  currency: z.string().regex(/^[A-Z]{3}$/),
  idempotencyKey: z.string().min(1).max(256),
});

/**
 * Pays vendors through the payment provider. Nothing of it is stored here: the caller keeps the payout with its
 * outcome, and the provider moves the money once for each key.
 */
export const payoutCommands = (domain: Payments): RpcService =>
  service(PayoutCommandService, ['marketplace'], {
    async payOut(request) {
      try {
        const { payoutId, ...payout } = payOutSchema.parse(request);
        const answer = await payoutProviderOf(domain).payOut({ ...payout, reference: payoutId });
        return answer.outcome === 'PAID_OUT' ? { paid: true, reason: '' } : { paid: false, reason: answer.reason };
      } catch (error) {
        throw toConnectError(error);
      }
    },
  });
