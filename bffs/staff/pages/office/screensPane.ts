import enrolDevice from '../../operations/enrolDevice.graphql';
import revokeDevice from '../../operations/revokeDevice.graphql';
import storeDevices from '../../operations/storeDevices.graphql';
import type {
  EnrolDeviceMutationVariables,
  RevokeDeviceMutationVariables,
  StoreDevicesQuery,
  StoreDevicesQueryVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import { succeeded, type Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, field, form, nothing, type Pane } from './pane.ts';

type Screen = NonNullable<StoreDevicesQuery['storeDevices']>[number];

/** One that is on asks for a token every few minutes; one that has not for so long is off or cut off. */
const absentMs = 30 * 60_000;

/** The screens and kiosks that work for the store: who may be added, and whose access ends. */
export class ScreensPane implements Pane {
  readonly id = 'screens';
  readonly root = element('section', { 'aria-label': texts.panes.screens, id: 'screens' });
  readonly #desk: Desk;
  readonly #list = element('ul', { class: 'rows' });

  constructor(desk: Desk) {
    this.#desk = desk;
    this.root.append(this.#list, element('h2', {}, texts.addScreen), this.#add());
  }

  async open(): Promise<void> {
    const data = await this.#desk.read<StoreDevicesQuery>(storeDevices, {
      storeId: this.#desk.session.member.store.id,
    } satisfies StoreDevicesQueryVariables);
    if (!data?.storeDevices) return;
    const rows = data.storeDevices.map((screen) => this.#row(screen));
    this.#list.replaceChildren(...(rows.length > 0 ? rows : [nothing(texts.noScreens)]));
  }

  #row(screen: Screen): HTMLElement {
    const { frame } = this.#desk.session;
    const { name, role, lastSeenAt } = screen;
    const isAbsent = !lastSeenAt || frame.now().getTime() - Date.parse(lastSeenAt) > absentMs;
    const seen = lastSeenAt ? texts.lastSeen(frame.dayAndTime(new Date(lastSeenAt))) : texts.neverSeen;
    return element(
      'li',
      {},
      element('span', { class: 'name' }, name),
      element('span', { class: 'quiet' }, texts.screenRoles[role]),
      element('span', { class: isAbsent ? 'figure bad' : 'figure' }, seen),
      button(texts.endAccess, () => this.#revoke(screen), { 'aria-label': texts.endAccessOf(name) }),
    );
  }

  #add(): HTMLElement {
    const fields = [
      field(texts.screenCode, {
        name: 'code',
        required: '',
        maxlength: '20',
        autocomplete: 'off',
        autocapitalize: 'characters',
      }),
      field(texts.screenName, { name: 'name', required: '', maxlength: '100' }),
      element('small', { class: 'quiet' }, texts.screenHint),
    ];
    const adding = form(texts.addScreen, fields, {
      text: texts.addScreen,
      onSubmit: async ({ code = '', name = '' }) => {
        const storeId = this.#desk.session.member.store.id;
        const result = await this.#desk.change(
          enrolDevice,
          (idempotencyKey): EnrolDeviceMutationVariables => ({
            input: { idempotencyKey, storeId, userCode: code, name },
          }),
          texts.screenAdded(name),
        );
        if (!succeeded(result)) return;
        adding.reset();
        await this.open();
      },
    });
    return adding;
  }

  async #revoke({ id: deviceId, name }: Screen): Promise<void> {
    if (!(await this.#desk.isSure(texts.endAccessTitle(name), texts.endAccess))) return;
    await this.#desk.change(
      revokeDevice,
      (idempotencyKey): RevokeDeviceMutationVariables => ({ input: { idempotencyKey, deviceId } }),
      texts.accessEnded(name),
    );
    await this.open();
  }
}
