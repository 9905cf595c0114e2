import changeStore from '../../operations/changeStore.graphql';
import setHolidayHours from '../../operations/setHolidayHours.graphql';
import type {
  ChangeStoreMutationVariables,
  HolidayPlan,
  SetHolidayHoursMutationVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { hoursText, readHours, type ChangeOfStore, type StoreHours } from './hours.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, choice, field, form, nothing } from './pane.ts';

type Holiday = StoreHours['publicHolidays'][number];

/** The public holidays of the coming year, what the store does on each, and the region whose holidays hold. */
export function holidayParts(desk: Desk, store: StoreHours, change: ChangeOfStore): HTMLElement[] {
  const rows = store.publicHolidays.map((holiday) => row(desk, holiday, change));
  return [
    element('p', { class: 'quiet' }, texts.holidaysHint),
    element('ul', { class: 'rows', id: 'holidays' }, ...(rows.length > 0 ? rows : [nothing(texts.noHolidays)])),
    ...(store.holidayRegions.length > 0 ? [region(store, change)] : []),
  ];
}

function row(desk: Desk, holiday: Holiday, change: ChangeOfStore): HTMLElement {
  const { date, name, plan, intervals, overruled } = holiday;
  const what = plan === 'OWN_HOURS' ? hoursText(intervals) : texts.holidayPlans[plan];
  return element(
    'li',
    {},
    element('span', { class: 'figure' }, date),
    element('span', { class: 'name' }, name),
    element('span', { class: plan === 'AS_USUAL' ? 'quiet' : '' }, overruled ? texts.overruled : what),
    button(texts.changeHoliday, () => ask(desk, holiday, change), { 'aria-label': texts.chooseFor(name, date) }),
  );
}

async function ask(
  desk: Desk,
  { holiday, date, name, plan, intervals }: Holiday,
  change: ChangeOfStore,
): Promise<void> {
  const plans = choice(texts.holidayPlan, 'plan', texts.holidayPlans);
  plans.querySelector('select')!.value = plan;
  const values = await desk.ask(texts.holidayOf(name, date), texts.save, [
    plans,
    field(texts.ownHours, { name: 'hours', value: hoursText(intervals), placeholder: '11:00 – 22:00' }),
  ]);
  if (!values) return;
  const chosen = values['plan'] as HolidayPlan;
  const hours = chosen === 'OWN_HOURS' ? readHours(values['hours'] ?? '') : [];
  if (!hours || (chosen === 'OWN_HOURS' && hours.length === 0)) return desk.tell(texts.badHours(name), true);
  await change(setHolidayHours, texts.saved, (input): SetHolidayHoursMutationVariables => ({
    input: { ...input, holiday, plan: chosen, intervals: hours },
  }));
}

function region({ holidayRegion, holidayRegions }: StoreHours, change: ChangeOfStore): HTMLElement {
  const regions = choice(texts.region, 'region', {
    '': texts.wholeCountryOnly,
    ...Object.fromEntries(holidayRegions.map(({ code, name }) => [code, name])),
  });
  regions.querySelector('select')!.value = holidayRegion ?? '';
  return form(texts.saveRegion, [regions], {
    text: texts.saveRegion,
    onSubmit: ({ region: chosen = '' }) =>
      change(changeStore, texts.saved, (input): ChangeStoreMutationVariables => ({
        input: { ...input, holidayRegion: chosen },
      })),
  });
}
