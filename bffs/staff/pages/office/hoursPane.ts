import changeStore from '../../operations/changeStore.graphql';
import pauseOrdering from '../../operations/pauseOrdering.graphql';
import removeOpeningException from '../../operations/removeOpeningException.graphql';
import resumeOrdering from '../../operations/resumeOrdering.graphql';
import setOpeningException from '../../operations/setOpeningException.graphql';
import setOpeningHours from '../../operations/setOpeningHours.graphql';
import storeHours from '../../operations/storeHours.graphql';
import type {
  ChangeStoreMutationVariables,
  PauseOrderingMutationVariables,
  RemoveOpeningExceptionMutationVariables,
  ResumeOrderingMutationVariables,
  SetOpeningExceptionMutationVariables,
  SetOpeningHoursMutationVariables,
  StoreHoursQuery,
  StoreHoursQueryVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { Desk } from './desk.ts';
import { holidayParts } from './holidayParts.ts';
import { hoursText, readHours, type Seen, type StoreHours } from './hours.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, field, form, nothing, type Pane } from './pane.ts';
import { readWeek, weekFields } from './storeForms.ts';

/** When the store is open, and whether and how many orders it takes. */
export class HoursPane implements Pane {
  readonly id = 'hours';
  readonly root = element('section', { 'aria-label': texts.panes.hours });
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async open(): Promise<void> {
    // What is typed until it is drawn anew would be lost.
    this.root.setAttribute('aria-busy', 'true');
    const data = await this.#desk.read<StoreHoursQuery>(storeHours, {
      storeId: this.#desk.session.member.store.id,
      locale: texts.locale,
    } satisfies StoreHoursQueryVariables);
    this.root.removeAttribute('aria-busy');
    const store = data?.store;
    if (!store) return;
    this.root.replaceChildren(
      ...this.#pause(store),
      element('h2', {}, texts.week),
      this.#week(store),
      element('h2', {}, texts.exceptions),
      this.#exceptions(store),
      this.#exception(store),
      element('h2', {}, texts.holidays),
      ...holidayParts(this.#desk, store, (...change) => this.#change(store, ...change)),
      element('h2', {}, texts.limit),
      this.#limit(store),
    );
  }

  #pause(store: StoreHours): HTMLElement[] {
    const { frame } = this.#desk.session;
    const time = (at: string): string => frame.time(new Date(at));
    const open = store.openNow ? texts.openUntil(store.closesAt ? time(store.closesAt) : undefined) : texts.closedNow;
    if (!store.acceptingOrders)
      return [
        element('p', { class: 'bad', id: 'ordering' }, `${open} ${texts.pausedFor(store.pauseReason ?? '')}`),
        button(
          texts.resume,
          () =>
            this.#change(store, resumeOrdering, texts.resumed, (input): ResumeOrderingMutationVariables => ({ input })),
          { class: 'primary' },
        ),
      ];
    const pause = form(texts.pause, [field(texts.pauseReason, { name: 'reason', required: '', maxlength: '200' })], {
      text: texts.pause,
      onSubmit: ({ reason = '' }) =>
        this.#change(store, pauseOrdering, texts.paused, (input): PauseOrderingMutationVariables => ({
          input: { ...input, reason },
        })),
    });
    return [element('p', { id: 'ordering' }, `${open} ${texts.accepting}`), pause];
  }

  #week(store: StoreHours): HTMLElement {
    const hoursOf = new Map(store.openingHours.map(({ weekday, intervals }) => [weekday, hoursText(intervals)]));
    return form(
      texts.week,
      weekFields((weekday) => hoursOf.get(weekday) ?? ''),
      {
        text: texts.saveWeek,
        onSubmit: async (values) => {
          const days = readWeek(values);
          if (typeof days === 'string') return this.#desk.tell(texts.badHours(texts.weekdays[days]), true);
          await this.#change(store, setOpeningHours, texts.saved, (input): SetOpeningHoursMutationVariables => ({
            input: { ...input, days: [...days] },
          }));
        },
      },
    );
  }

  #exceptions(store: StoreHours): HTMLElement {
    const rows = store.openingExceptions.map(({ date, intervals, note }) =>
      element(
        'li',
        {},
        element('span', { class: 'figure' }, date),
        element('span', { class: 'name' }, intervals.length > 0 ? hoursText(intervals) : texts.closed),
        element('span', { class: 'quiet' }, note ?? ''),
        button(
          texts.asUsualAgain,
          () =>
            this.#change(
              store,
              removeOpeningException,
              texts.saved,
              (input): RemoveOpeningExceptionMutationVariables => ({ input: { ...input, date } }),
            ),
          { 'aria-label': texts.asUsualOn(date) },
        ),
      ),
    );
    return element(
      'ul',
      { class: 'rows', id: 'exceptions' },
      ...(rows.length > 0 ? rows : [nothing(texts.noExceptions)]),
    );
  }

  #exception(store: StoreHours): HTMLElement {
    const fields = [
      field(texts.day, { name: 'date', type: 'date', required: '' }),
      field(texts.openHours, { name: 'hours', placeholder: texts.closed }),
      field(texts.note, { name: 'note', maxlength: '200' }),
    ];
    return form(texts.exceptions, fields, {
      text: texts.saveDay,
      onSubmit: async ({ date = '', hours = '', note = '' }) => {
        const intervals = readHours(hours);
        if (!intervals) return this.#desk.tell(texts.badHours(date), true);
        await this.#change(store, setOpeningException, texts.saved, (input): SetOpeningExceptionMutationVariables => ({
          input: { ...input, date, intervals, ...(note === '' ? {} : { note }) },
        }));
      },
    });
  }

  #limit(store: StoreHours): HTMLElement {
    const most = field(texts.maxOpenOrders, {
      name: 'most',
      type: 'number',
      inputmode: 'numeric',
      min: '1',
      max: '100000',
      required: '',
      value: String(store.maxOpenOrders),
    });
    return form(texts.limit, [most], {
      text: texts.saveLimit,
      onSubmit: ({ most: value }) =>
        this.#change(store, changeStore, texts.saved, (input): ChangeStoreMutationVariables => ({
          input: { ...input, maxOpenOrders: Number(value) },
        })),
    });
  }

  async #change(
    { id: storeId, version: expectedVersion }: StoreHours,
    document: string,
    done: string,
    variables: (input: Seen) => object,
  ): Promise<void> {
    const result = await this.#desk.change(
      document,
      (idempotencyKey) => variables({ idempotencyKey, storeId, expectedVersion }),
      done,
    );
    // The form is drawn anew only if the change was stored or is stale: otherwise what the person typed is kept.
    if (result && (result.__typename.endsWith('Success') || result.changedFields)) await this.open();
  }
}
