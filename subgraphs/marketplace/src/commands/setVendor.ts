import { z } from 'zod';
import type { Vendor } from '#generated/marketplace/prisma/client.ts';
import { StoreQueryService, type OrderingTerms } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { textProblem } from '#platform/subgraph/characters.ts';
import { earlierResult, idempotent, requireIdempotencyKey } from '#platform/subgraph/idempotency.ts';
import type { Marketplace } from '../context.ts';
import { minuteOf, openingHours, type OpeningHours } from '../openingHours.ts';

export interface Hours {
  readonly weekday: number;
  readonly opens: string;
  readonly closes: string;
}

export interface VendorTerms {
  readonly name?: string | null;
  readonly payoutAccount?: string | null;
  readonly email?: string | null;
  readonly feeBasisPoints?: number | null;
  readonly answerMinutes?: number | null;
  readonly openingHours?: readonly Hours[] | null;
  readonly open?: boolean | null;
}

export type OpenVendor = VendorTerms & {
  readonly idempotencyKey: string;
  readonly name: string;
  readonly payoutAccount: string;
  readonly feeBasisPoints: number;
  readonly openingHours: readonly Hours[];
  readonly storeIds: readonly string[];
};

export type VendorOutcome =
  | { readonly kind: 'done' | 'stale'; readonly vendorId: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

/** As in the schema, which says so to whoever leaves it out. */
const usualAnswerMinutes = 10;

type Invalid = Extract<VendorOutcome, { kind: 'invalid' }>;
const invalid = (field: string, message: string): Invalid => ({ kind: 'invalid', field, message });

const isWhole = (value: number, from: number, to: number): boolean =>
  Number.isInteger(value) && value >= from && value <= to;

/** Reads the hours of an input; null when they are no hours. */
function hoursOf(spans: readonly Hours[]): OpeningHours | null {
  const read = openingHours.safeParse(
    spans.map(({ weekday, opens, closes }) => ({ weekday, from: minuteOf(opens), to: minuteOf(closes) })),
  );
  return read.success ? read.data : null;
}

type Columns = Partial<
  Pick<Vendor, 'name' | 'payoutAccount' | 'email' | 'feeBasisPoints' | 'answerMinutes' | 'open'> & {
    openingHours: OpeningHours;
  }
>;

/** What is given of a vendor, as columns; what is wrong with it instead. */
function columnsOf({
  name,
  payoutAccount,
  email,
  feeBasisPoints,
  answerMinutes,
  ...rest
}: VendorTerms): Columns | Invalid {
  const unfit = name == null ? undefined : textProblem(name, 100);
  if (unfit) return invalid('name', unfit);
  if (payoutAccount != null && !/^acct_[a-z0-9_]{1,60}$/.test(payoutAccount))
    return invalid('payoutAccount', 'Give the account as the payment provider names it, such as acct_pizza.');
  if (email != null && email !== '' && !z.email().max(254).safeParse(email).success)
    return invalid('email', 'Give an e-mail address, or an empty text for none.');
  if (feeBasisPoints != null && !isWhole(feeBasisPoints, 0, 10_000))
    return invalid('feeBasisPoints', 'Give 0 to 10000.');
  if (answerMinutes != null && !isWhole(answerMinutes, 1, 120)) return invalid('answerMinutes', 'Give 1 to 120.');
  const hours = rest.openingHours == null ? undefined : hoursOf(rest.openingHours);
  if (hours === null)
    return invalid(
      'openingHours',
      'Give at most 28 spans, each of a weekday from 1 to 7, from HH:MM to a later HH:MM.',
    );
  return {
    ...(name != null && { name }),
    ...(payoutAccount != null && { payoutAccount }),
    ...(email != null && { email }),
    ...(feeBasisPoints != null && { feeBasisPoints }),
    ...(answerMinutes != null && { answerMinutes }),
    ...(hours && { openingHours: hours }),
    ...(rest.open != null && { open: rest.open }),
  };
}

const isInvalid = (result: object): result is Invalid => 'kind' in result;

/** Where a vendor sells, by its stores: their country, currency and time zone, which must be the same. */
async function placeOf(domain: Marketplace, storeIds: readonly string[]): Promise<OrderingTerms | Invalid> {
  const noStore = invalid('storeIds', 'Give the ids of 1 to 50 restaurants of the chain.');
  if (storeIds.length === 0 || storeIds.length > 50 || !storeIds.every(isId)) return noStore;
  const stores = domain.rpc.client(StoreQueryService);
  const at = domain.clock().toISOString();
  const terms = await Promise.all(storeIds.map((storeId) => stores.getOrderingTerms({ storeId, at })));
  const [first] = terms;
  if (!first || terms.some(({ found }) => !found)) return noStore;
  const same = (of: OrderingTerms) => of.country === first.country && of.timeZone === first.timeZone;
  return terms.every(same) ? first : invalid('storeIds', 'Give restaurants of one country and time zone.');
}

/** Takes a vendor in, once per idempotency key. */
export async function openVendor(
  domain: Marketplace,
  principal: Principal,
  { idempotencyKey: key, ...wanted }: OpenVendor,
): Promise<VendorOutcome> {
  requireIdempotencyKey(key);
  const now = domain.clock();
  const request = { principal, mutation: 'openVendor', key, body: wanted, now };
  const earlier = await earlierResult<VendorOutcome>(domain.db, request);
  if (earlier) return earlier.result;
  const columns = columnsOf(wanted);
  if (isInvalid(columns)) return columns;
  const storeIds = [...new Set(wanted.storeIds)];
  const place = await placeOf(domain, storeIds);
  if (isInvalid(place)) return place;
  const { country, currency, exponent, timeZone } = place;
  return domain.transaction((tx) =>
    idempotent<VendorOutcome>(tx, request, async () => {
      const vendorId = domain.newId();
      const { name, payoutAccount, feeBasisPoints } = wanted;
      const answerMinutes = columns.answerMinutes ?? usualAnswerMinutes;
      await tx.vendor.create({
        data: {
          ...{ id: vendorId, country, currency, exponent, timeZone, storeIds, open: true, version: 1, createdAt: now },
          ...{
            name,
            payoutAccount,
            email: columns.email ?? '',
            feeBasisPoints,
            answerMinutes,
            openingHours: columns.openingHours ?? [],
          },
        },
      });
      return { kind: 'done', vendorId };
    }),
  );
}

/** Changes a vendor, unless somebody else has changed it since. */
export async function changeVendor(
  domain: Marketplace,
  { id, expectedVersion, ...wanted }: VendorTerms & { readonly id: string; readonly expectedVersion: number },
): Promise<VendorOutcome> {
  if (!isId(id)) return { kind: 'notFound' };
  const columns = columnsOf(wanted);
  if (isInvalid(columns)) return columns;
  return domain.transaction(async (tx) => {
    const { count } = await tx.vendor.updateMany({
      where: { id, version: expectedVersion },
      data: { ...columns, version: { increment: 1 } },
    });
    if (count > 0) return { kind: 'done', vendorId: id };
    return (await tx.vendor.count({ where: { id } })) > 0 ? { kind: 'stale', vendorId: id } : { kind: 'notFound' };
  });
}
