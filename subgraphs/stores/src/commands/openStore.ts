import { StoreOpened } from '#schema/events/stores.ts';
import { isCountry } from '#platform/domain/isCountry.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Stores } from '../context.ts';
import { exponentOf, isCurrency } from '../currency.ts';
import { intervalsProblem, type Week } from '../openingHours.ts';
import { withDays, type StoreRow } from '../store.ts';
import { detailsProblem, ratesProblem, withoutBlanks, type StoreDetails, type Taxes } from '../storeInput.ts';
import type { InputProblem } from './editStore.ts';

type Optional = 'postalCode' | 'holidayRegion';
type Whole = Required<{ [Key in Exclude<keyof StoreDetails, Optional>]: NonNullable<StoreDetails[Key]> }>;

export interface OpenStore extends Whole, Taxes {
  readonly postalCode: string | null;
  readonly holidayRegion: string | null;
  readonly idempotencyKey: string;
  readonly country: string;
  readonly currency: string;
  readonly week: Week;
}

export type OpenStoreOutcome =
  { readonly kind: 'done'; readonly store: StoreRow } | ({ readonly kind: 'invalid' } & InputProblem);

function problemOf(command: OpenStore): InputProblem | undefined {
  if (!isCountry(command.country)) return { field: 'country', message: 'Write two capitals, such as DE.' };
  if (!isCurrency(command.currency)) return { field: 'currency', message: 'Write three capitals, such as EUR.' };
  const hours = command.week.map(intervalsProblem).find((message) => message !== undefined);
  if (hours) return { field: 'openingHours', message: hours };
  return detailsProblem(command.country, command) ?? ratesProblem(command.taxRates, command.services);
}

/** Adds a store to the chain, once per idempotency key. Its menu follows from the event: that of its country. */
export async function openStore(domain: Stores, principal: Principal, command: OpenStore): Promise<OpenStoreOutcome> {
  const { idempotencyKey: key, ...body } = command;
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    const outcome = await idempotent<{ kind: 'done'; id: string } | ({ kind: 'invalid' } & InputProblem)>(
      tx,
      { principal, mutation: 'openStore', key, body, now },
      async () => {
        const problem = problemOf(command);
        if (problem) return { kind: 'invalid', ...problem };
        // Stores that are opened at once see each other's currency.
        await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`CURRENCY:${body.country}`}, 0))::text`;
        const other = await tx.store.findFirst({ where: { country: body.country } });
        if (other && other.currency !== body.currency)
          return { kind: 'invalid', field: 'currency', message: `Stores in this country sell in ${other.currency}.` };
        const id = domain.newId();
        const { taxRates, week, services, ...details } = withoutBlanks(body);
        await tx.store.create({
          data: {
            ...details,
            id,
            exponent: exponentOf(body.currency),
            services: [...services],
            taxRates: [...taxRates] as object[],
            week: week.map((day) => day.map(({ opens, closes }) => ({ opens, closes }))),
          },
        });
        const { country, currency } = body;
        await domain.events.append(tx, 0, [StoreOpened.of({ storeId: id, country, currency, at: now.toISOString() })]);
        return { kind: 'done', id };
      },
    );
    if (outcome.kind === 'invalid') return outcome;
    const store = await tx.store.findUniqueOrThrow({ where: { id: outcome.id }, include: withDays });
    return { kind: 'done', store };
  });
}
