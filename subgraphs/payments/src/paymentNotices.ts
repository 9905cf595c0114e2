import { Code, ConnectError } from '@connectrpc/connect';
import { z } from 'zod';
import {
  DisputeNotice_Status,
  PaymentNoticeService,
  StatusNotice_Status,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { isId } from '#platform/domain/id.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { webhooksService } from '#schema/services.ts';
import { noteDispute } from './commands/noteDispute.ts';
import { noteStatus } from './commands/noteStatus.ts';
import { providerOf } from './config.ts';
import type { Payments } from './context.ts';
import { ProviderUnavailable } from './provider/paymentProvider.ts';

const orderId = z.string().refine(isId, 'not a UUID in lower case');
const minor = z.bigint().min(0n).max(2_147_483_647n).transform(Number);
const statuses = {
  [StatusNotice_Status.CHALLENGED]: 'CHALLENGED',
  [StatusNotice_Status.AUTHORISED]: 'AUTHORISED',
  [StatusNotice_Status.DECLINED]: 'DECLINED',
  [StatusNotice_Status.CAPTURED]: 'CAPTURED',
  [StatusNotice_Status.VOIDED]: 'VOIDED',
  [StatusNotice_Status.REFUNDED]: 'REFUNDED',
} as const;
const disputeStatuses = {
  [DisputeNotice_Status.OPEN]: 'OPEN',
  [DisputeNotice_Status.WON]: 'WON',
  [DisputeNotice_Status.LOST]: 'LOST',
} as const;

const oneOf = <Key extends number, Value>(names: Readonly<Record<Key, Value>>) =>
  z
    .int()
    .refine((value): value is Key => value in names, 'unknown')
    .transform((value) => names[value]);

const statusSchema = z.object({ orderId, status: oneOf(statuses), refunded: minor });
const disputeSchema = z.object({
  orderId,
  disputeId: z.string().min(1).max(80),
  status: oneOf(disputeStatuses),
  amount: minor,
  reason: z.string().min(1).max(60),
  // A year 0, which the form has, is in no database.
  at: z.iso
    .datetime()
    .refine((text) => text >= '0001')
    .transform((value) => new Date(value)),
});

/** What the payment provider tells by itself, through the door for webhooks. */
export function paymentNotices(domain: Payments): RpcService {
  const answered = async (work: () => Promise<boolean | null>) => {
    try {
      const changed = await work();
      if (changed === null) throw new ConnectError('the order has no payment yet', Code.NotFound);
      return { changed };
    } catch (error) {
      if (error instanceof ProviderUnavailable) throw new ConnectError(error.message, Code.Unavailable);
      if (error instanceof z.ZodError)
        throw new ConnectError(
          error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`).join('; '),
          Code.InvalidArgument,
        );
      throw error;
    }
  };
  return service(PaymentNoticeService, [webhooksService], {
    noteStatus: (request) => answered(() => noteStatus(domain, providerOf(domain), statusSchema.parse(request))),
    noteDispute: (request) => answered(() => noteDispute(domain, disputeSchema.parse(request))),
  });
}
