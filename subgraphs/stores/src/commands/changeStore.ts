import { StoreClosed, StoreDetailsChanged, StoreHoursChanged } from '#schema/events/stores.ts';
import { isAdmin, type Principal } from '#platform/identity/principal.ts';
import type { Stores } from '../context.ts';
import { intervalsProblem, type Week } from '../openingHours.ts';
import { taxRatesOf } from '../store.ts';
import { detailsProblem, ratesProblem, withoutBlanks, type StoreDetails, type Taxes } from '../storeInput.ts';
import { editStore, type EditOutcome, type StoreEdit } from './editStore.ts';

/** Changes what is said of a store; what is left out or null stays. Its taxes are for admins. */
export async function changeStore(
  domain: Stores,
  principal: Principal,
  edit: StoreEdit,
  details: StoreDetails,
  taxes?: Taxes,
): Promise<EditOutcome> {
  const said = Object.fromEntries(
    Object.entries(withoutBlanks(details)).filter(([, value]) => value !== null && value !== undefined),
  );
  const { storeId } = edit;
  const { services, holidayRegion } = details;
  return editStore(domain, principal, edit, {
    mutation: 'changeStore',
    body: taxes ? { edit, details, taxes } : { edit, details },
    problem: (store) => {
      if (taxes && !isAdmin(principal)) return { field: 'taxRegime', message: 'Only admins change taxes.' };
      const untaxed =
        services || taxes ? ratesProblem(taxes?.taxRates ?? taxRatesOf(store), services ?? store.services) : undefined;
      return (
        detailsProblem(store.country, details) ??
        (untaxed && (taxes ? untaxed : { field: 'services', message: `${untaxed.message} Change its taxes, too.` }))
      );
    },
    data: {
      ...said,
      ...(services ? { services: [...services] } : {}),
      ...(holidayRegion === '' ? { holidayRegion: null } : {}),
      ...(taxes ? { ...taxes, taxRates: [...taxes.taxRates] as object[] } : {}),
    },
    event: (at) => StoreDetailsChanged.of({ storeId, at }),
  });
}

/** Sets the usual week of a store: seven lists of intervals, Monday first. */
export async function setOpeningHours(
  domain: Stores,
  principal: Principal,
  edit: StoreEdit,
  week: Week,
): Promise<EditOutcome> {
  const { storeId } = edit;
  const message = week.map(intervalsProblem).find((each) => each !== undefined);
  return editStore(domain, principal, edit, {
    mutation: 'setOpeningHours',
    body: { edit, week },
    problem: () => (message === undefined ? undefined : { field: 'days', message }),
    data: { week: week.map((day) => day.map(({ opens, closes }) => ({ opens, closes }))) },
    event: (at) => StoreHoursChanged.of({ storeId, at }),
  });
}

/** Closes a store for good: it takes no orders, and nobody finds it any more. Orders under way go on. */
export async function closeStore(domain: Stores, principal: Principal, edit: StoreEdit): Promise<EditOutcome> {
  const { storeId } = edit;
  return editStore(domain, principal, edit, {
    mutation: 'closeStore',
    body: { edit },
    problem: () => undefined,
    data: { closedAt: domain.clock() },
    event: (at) => StoreClosed.of({ storeId, at }),
  });
}
