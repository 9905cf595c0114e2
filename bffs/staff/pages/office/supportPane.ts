import beginSupportSession from '../../operations/beginSupportSession.graphql';
import endSupportSession from '../../operations/endSupportSession.graphql';
import supportedCustomer from '../../operations/supportedCustomer.graphql';
import type {
  BeginSupportSessionMutation,
  BeginSupportSessionMutationVariables,
  EndSupportSessionMutationVariables,
  SupportChannel,
  SupportedCustomerQuery,
  SupportedCustomerQueryVariables,
  SupportSessionReason,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import type { StaffSession } from '../staffPage.ts';
import { Desk } from './desk.ts';
import { instantText } from './instants.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, choice, field, form, nothing, type Pane } from './pane.ts';

type Customer = NonNullable<SupportedCustomerQuery['supportedCustomer']>;
type Begun = Extract<BeginSupportSessionMutation['result'], { __typename: 'SupportSessionBegun' }>;

/** People who help customers need not work for a store. */
type Asking = Pick<StaffSession, 'ask'>;

const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const timeOf = (at: string): string => instantText(new Date(at), timeZone, texts.language);

/** Fills the office for somebody of support, who works for no store. */
export function showSupport({ ask }: Asking): void {
  const desk = new Desk<Asking>({ ask });
  document.querySelector('main')!.replaceChildren(desk.notice, new SupportPane(desk).root);
}

/** Finds a customer who asked for help, shows what they are shown of us, and lets the person act for them. */
export class SupportPane implements Pane {
  readonly id = 'support';
  readonly root = element('section', { 'aria-label': texts.panes.support, id: 'support' });
  readonly #desk: Desk<Asking>;
  readonly #customer = element('section', { id: 'customer', 'aria-live': 'polite' });
  /** The session, as long as it runs. Its token is kept nowhere else. */
  readonly #session = element('section', { id: 'session', 'aria-live': 'polite' });
  #email = '';
  #over: ReturnType<typeof setTimeout> | undefined;

  constructor(desk: Desk<Asking>) {
    this.#desk = desk;
    const search = form(
      texts.findCustomer,
      [field(texts.email, { name: 'email', type: 'email', required: '', autocomplete: 'off' })],
      {
        text: texts.findCustomer,
        onSubmit: async ({ email = '' }) => {
          this.#email = email;
          this.#desk.tell('');
          await this.#find();
        },
      },
    );
    this.root.append(element('p', { class: 'quiet' }, texts.supportHint), search, this.#session, this.#customer);
  }

  async #find(): Promise<void> {
    const data = await this.#desk.read<SupportedCustomerQuery>(supportedCustomer, {
      email: this.#email,
    } satisfies SupportedCustomerQueryVariables);
    if (!data) return;
    const { supportedCustomer: found } = data;
    this.#customer.replaceChildren(...(found ? this.#parts(found) : [nothing(texts.noCustomer)]));
  }

  #parts({ customerId, registeredAt, actions }: Customer): HTMLElement[] {
    const rows = actions.map(({ kind, reason, by, at, endsAt }) =>
      element(
        'li',
        { 'data-kind': kind },
        element('span', { class: 'name' }, `${texts.supportKinds[kind]}: ${texts.supportReasons[reason]}`),
        element('span', { class: 'quiet' }, by),
        element('span', { class: 'figure' }, endsAt ? `${timeOf(at)} ${texts.until(timeOf(endsAt))}` : timeOf(at)),
      ),
    );
    const { CUSTOMER_ASKED, NOT_RECEIVED } = texts.supportReasons;
    const beginning = form(
      texts.actFor,
      [
        choice(texts.why, 'reason', { CUSTOMER_ASKED, NOT_RECEIVED }),
        choice(texts.onChannel, 'channel', texts.supportChannels),
      ],
      {
        text: texts.beginSession,
        onSubmit: ({ reason, channel }) =>
          this.#begin(customerId, reason as SupportSessionReason, channel as SupportChannel),
      },
    );
    return [
      element('h2', { 'data-customer': customerId }, texts.customerSince(timeOf(registeredAt))),
      element('h3', {}, texts.actFor),
      beginning,
      element('h3', {}, texts.shownToCustomer),
      element('ul', { class: 'rows' }, ...(rows.length > 0 ? rows : [nothing(texts.noActions)])),
    ];
  }

  async #begin(customerId: string, reason: SupportSessionReason, channel: SupportChannel): Promise<void> {
    const variables: BeginSupportSessionMutationVariables = { input: { customerId, channel, reason } };
    const result = await this.#desk.change<BeginSupportSessionMutation['result']>(
      beginSupportSession,
      () => variables,
      texts.sessionBegun,
    );
    if (result?.__typename !== 'SupportSessionBegun') return;
    this.#show(result);
    await this.#find();
  }

  #show({ customerId, token, endsAt }: Begun): void {
    clearTimeout(this.#over);
    this.#over = setTimeout(() => this.#session.replaceChildren(), Date.parse(endsAt) - Date.now());
    this.#session.replaceChildren(
      element('h2', {}, texts.sessionRuns(timeOf(endsAt))),
      element('p', { class: 'quiet' }, texts.sessionHint),
      field(texts.sessionToken, { readonly: '', value: token, autocomplete: 'off', spellcheck: 'false' }),
      button(texts.endSession, () => this.#end(customerId)),
    );
  }

  async #end(customerId: string): Promise<void> {
    const variables: EndSupportSessionMutationVariables = { input: { customerId } };
    if (!(await this.#desk.change(endSupportSession, () => variables, texts.sessionEnded))) return;
    clearTimeout(this.#over);
    this.#session.replaceChildren();
    await this.#find();
  }
}
