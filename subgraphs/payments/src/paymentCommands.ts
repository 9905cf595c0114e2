import { Code, ConnectError } from '@connectrpc/connect';
import { z } from 'zod';
import {
  PaymentCommandService,
  PaymentResult_Outcome,
  type AuthoriseRequest,
  type PaymentCommand,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import { isId } from '#platform/domain/id.ts';
import {
  PaymentKeyReused,
  PaymentTermsDiffer,
  processPayment,
  type AuthorisationTerms,
  type PaymentAnswer,
  type PaymentRequest,
} from './commands/processPayment.ts';
import { checkChallenge } from './commands/checkChallenge.ts';
import { providerOf } from './config.ts';
import type { Payments } from './context.ts';
import type { CommandKind, Outcome } from './payment.ts';
import { ProviderUnavailable } from './provider/paymentProvider.ts';

const id = z.string().refine(isId, 'not a UUID in lower case');
const text = (max: number) =>
  z
    .string()
    .min(1)
    .refine((value) => charactersIn(value) <= max, `at most ${max} characters`);
const key = text(256);
const commandSchema = z.object({ orderId: id, idempotencyKey: key });
const refundSchema = commandSchema.extend({ amount: z.bigint().min(0n).max(2_147_483_647n).transform(Number) });
const termsSchema = z.object({
  storeId: id,
  customerId: z.union([z.literal('').transform(() => null), id]),
  amount: z.bigint().positive().max(2_147_483_647n).transform(Number),
  currency: z.string().regex(/^[A-Z]{3}$/),
  exponent: z.int().min(0).max(4),
  methodToken: text(200),
  payerPresent: z.boolean(),
});

const outcomes: Record<Outcome, PaymentResult_Outcome> = {
  AUTHORISED: PaymentResult_Outcome.AUTHORISED,
  CHALLENGED: PaymentResult_Outcome.CHALLENGED,
  DECLINED: PaymentResult_Outcome.DECLINED,
  CAPTURED: PaymentResult_Outcome.CAPTURED,
  REFUSED: PaymentResult_Outcome.REFUSED,
  VOIDED: PaymentResult_Outcome.VOIDED,
  REFUNDED: PaymentResult_Outcome.REFUNDED,
};

/**
 * The commands for other domains. A refusal or decline is an answer; a provider that cannot be reached gives the
 * error UNAVAILABLE.
 */
export function paymentCommands(domain: Payments): RpcService {
  const answered = async (work: () => Promise<PaymentAnswer>) => {
    try {
      const { outcome, reason, paymentId } = await work();
      return { outcome: outcomes[outcome], reason: reason ?? '', paymentId: paymentId ?? '' };
    } catch (error) {
      throw toConnectError(error);
    }
  };
  const run = (request: () => PaymentRequest) =>
    answered(async () => processPayment(domain, providerOf(domain), request()));
  const command = (kind: Exclude<CommandKind, 'AUTHORISE'>) => (request: PaymentCommand) =>
    run(() => {
      if (kind !== 'REFUND') {
        const { orderId, idempotencyKey } = commandSchema.parse(request);
        return { kind, orderId, key: idempotencyKey };
      }
      // Whoever undoes an order or a membership has to get the money paid back eventually, and asks with the same key
      // until then.
      const { orderId, idempotencyKey, amount } = refundSchema.parse(request);
      return { kind, orderId, key: idempotencyKey, insist: true, ...(amount > 0 && { amount }) };
    });
  return service(PaymentCommandService, ['orders', 'memberships', 'marketplace'], {
    authorise: (request) => run(() => toAuthorisation(request)),
    checkChallenge: (request) =>
      answered(async () => {
        const found = await checkChallenge(domain, providerOf(domain), id.parse(request.orderId));
        if (!found) throw new ConnectError('the order has no payment', Code.NotFound);
        return found;
      }),
    capture: command('CAPTURE'),
    void: command('VOID'),
    refund: command('REFUND'),
  });
}

function toAuthorisation(request: AuthoriseRequest): PaymentRequest {
  const { orderId, idempotencyKey } = commandSchema.parse(request);
  const terms: AuthorisationTerms = termsSchema.parse(request);
  return { kind: 'AUTHORISE', orderId, key: idempotencyKey, terms };
}

export function toConnectError(error: unknown): unknown {
  if (error instanceof ProviderUnavailable) return new ConnectError(error.message, Code.Unavailable);
  if (error instanceof PaymentKeyReused) return new ConnectError(error.message, Code.AlreadyExists);
  if (error instanceof PaymentTermsDiffer) return new ConnectError(error.message, Code.FailedPrecondition);
  if (error instanceof z.ZodError)
    return new ConnectError(
      error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
      Code.InvalidArgument,
    );
  return error;
}
