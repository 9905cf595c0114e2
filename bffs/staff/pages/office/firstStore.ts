import { element } from '../pageFrame.ts';
import type { StaffSession } from '../staffPage.ts';
import { Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { officeOf, openingForm, type Beginning } from './openingForm.ts';

/** Shows an admin the form that opens the first store of the chain, and turns to its office once it is open. */
export function showFirstStore({ ask }: Pick<StaffSession, 'ask'>): void {
  const desk = new Desk({ ask });
  const beginning: Beginning = {
    country: '',
    currency: '',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    services: ['DINE_IN', 'TAKEAWAY', 'DELIVERY', 'KIOSK'],
    taxRegime: { inclusive: true, rounding: 'PER_LINE', rates: [] },
  };
  const opened = (storeId: string): Promise<void> => Promise.resolve(location.assign(officeOf(storeId)));
  document
    .querySelector('main')!
    .replaceChildren(
      desk.notice,
      element(
        'section',
        { 'aria-label': texts.openAStore },
        element('h2', {}, texts.openAStore),
        element('p', { class: 'quiet' }, texts.firstStore),
        openingForm(desk, beginning, opened),
      ),
    );
}
