import { StoreHoursChanged } from '#schema/events/stores.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Stores } from '../context.ts';
import { editStore, type EditOutcome, type StoreEdit } from './editStore.ts';
import { dateProblem } from './setOpeningException.ts';

/** Lets the usual hours of one calendar day hold again. A day that has no others is left as it is. */
export async function removeOpeningException(
  domain: Stores,
  principal: Principal,
  edit: StoreEdit,
  date: string,
): Promise<EditOutcome> {
  const { storeId } = edit;
  return editStore(domain, principal, edit, {
    mutation: 'removeOpeningException',
    body: { edit, date },
    problem: () => dateProblem(date),
    data: {},
    besides: {
      fields: ['openingExceptions'],
      differs: ({ exceptions }) => exceptions.some((exception) => exception.date === date),
      write: (tx) => tx.openingException.deleteMany({ where: { storeId, date } }),
    },
    event: (at) => StoreHoursChanged.of({ storeId, at }),
  });
}
