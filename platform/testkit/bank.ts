import { Code, ConnectError } from '@connectrpc/connect';
import {
  PaymentCommandService,
  PaymentResult_Outcome as Outcome,
  PayoutCommandService,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { seedId } from '#schema/seed/seedId.ts';

/** What the bank did for a charge, an order or a payout, whose id it is. Amounts are in minor units. */
export interface BankEntry {
  readonly chargeId: string;
  readonly what: 'authorised' | 'declined' | 'captured' | 'voided' | 'refunded' | 'paidOut';
  readonly amount: number;
}

export interface Bank {
  readonly entries: BankEntry[];
  /** What is called before each operation; when it throws, the call fails and nothing is done. */
  interrupt: ((what: BankEntry['what'], chargeId: string) => void) | undefined;
  /** What is called after each operation: when it throws, the operation is done, but its answer is lost. */
  lose: ((what: BankEntry['what'], chargeId: string) => void) | undefined;
  /** The entries of a charge, in order, such as `captured 999`. */
  of(chargeId: string): string[];
  readonly services: Readonly<Record<string, readonly RpcService[]>>;
}

export const away = (): never => {
  throw new ConnectError('away', Code.Unavailable);
};

const callers = ['memberships', 'marketplace'];

/**
 * A stand-in for payments, as a real Connect service with a ledger: each idempotency key moves money once. It declines
 * `tok_declined`, and every card whose token is in `declining`; it captures nothing of `tok_capture_refused`, and pays
 * nothing to `acct_closed`. Stores answers for one store in Berlin.
 */
export function bankOfTests(declining: ReadonlySet<string> = new Set()): Bank {
  const entries: BankEntry[] = [];
  const answers = new Map<string, BankEntry['what']>();
  const uncapturable = new Set<string>();
  const amountOf = (chargeId: string, what: BankEntry['what']) =>
    entries.filter((entry) => entry.chargeId === chargeId && entry.what === what).reduce((sum, e) => sum + e.amount, 0);
  /** Enters what is done under a key, unless the key was used before. */
  function enter(key: string, what: BankEntry['what'], chargeId: string, amount: number): BankEntry['what'] {
    bank.interrupt?.(what, chargeId);
    const known = answers.get(key);
    if (known === undefined) {
      answers.set(key, what);
      entries.push({ chargeId, what, amount });
    }
    bank.lose?.(what, chargeId);
    return known ?? what;
  }
  const bank: Bank = {
    entries,
    interrupt: undefined,
    lose: undefined,
    of: (id) => entries.filter(({ chargeId }) => chargeId === id).map(({ what, amount }) => `${what} ${amount}`),
    services: {
      stores: [
        service(StoreQueryService, callers, {
          getOrderingTerms: ({ storeId }) =>
            storeId === seedId('store', 1)
              ? { found: true, country: 'DE', currency: 'EUR', exponent: 2, timeZone: 'Europe/Berlin' }
              : { found: false },
        }),
      ],
      payments: [
        service(PaymentCommandService, callers, {
          authorise: ({ idempotencyKey, orderId, amount, methodToken }) => {
            if (methodToken === 'tok_capture_refused') uncapturable.add(orderId);
            const refused = methodToken === 'tok_declined' || declining.has(methodToken);
            const what = enter(idempotencyKey, refused ? 'declined' : 'authorised', orderId, Number(amount));
            return what === 'declined'
              ? { outcome: Outcome.DECLINED, reason: 'insufficient_funds' }
              : { outcome: Outcome.AUTHORISED };
          },
          checkChallenge: () => ({ outcome: Outcome.DECLINED, reason: 'nobody was asked to confirm' }),
          capture: ({ idempotencyKey, orderId }) => {
            if (uncapturable.has(orderId)) return { outcome: Outcome.REFUSED, reason: 'capture_refused' };
            enter(idempotencyKey, 'captured', orderId, amountOf(orderId, 'authorised'));
            return { outcome: Outcome.CAPTURED };
          },
          void: ({ idempotencyKey, orderId }) => {
            if (amountOf(orderId, 'captured') > 0) return { outcome: Outcome.REFUSED, reason: 'already_captured' };
            enter(idempotencyKey, 'voided', orderId, amountOf(orderId, 'authorised'));
            return { outcome: Outcome.VOIDED };
          },
          refund: ({ idempotencyKey, orderId, amount }) => {
            const left = amountOf(orderId, 'captured') - amountOf(orderId, 'refunded');
            const part = Number(amount) || left;
            if (part > left && !answers.has(idempotencyKey))
              return { outcome: Outcome.REFUSED, reason: 'more_than_left' };
            enter(idempotencyKey, 'refunded', orderId, part);
            return { outcome: Outcome.REFUNDED };
          },
        }),
        service(PayoutCommandService, callers, {
          payOut: ({ idempotencyKey, payoutId, account, amount }) => {
            if (account === 'acct_closed') return { paid: false, reason: 'account_closed' };
            enter(idempotencyKey, 'paidOut', payoutId, Number(amount));
            return { paid: true, reason: '' };
          },
        }),
      ],
    },
  };
  return bank;
}
