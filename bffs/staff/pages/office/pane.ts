import { element } from '../pageFrame.ts';

/** One part of the back office; one is shown at a time. */
export interface Pane {
  readonly id: PaneId;
  readonly root: HTMLElement;
  /** Reads again what it shows. It is called whenever somebody opens this part. */
  open?(): Promise<void>;
  /** Reads again what it shows, because an order of the store has changed while the part is open. */
  changed?(): Promise<void>;
}

export type PaneId =
  | 'today'
  | 'orders'
  | 'menu'
  | 'recipes'
  | 'stock'
  | 'hours'
  | 'store'
  | 'stores'
  | 'couriers'
  | 'screens'
  | 'support'
  | 'parked';

export const nothing = (text: string): HTMLElement => element('li', { class: 'nothing' }, text);

/** Replaces the content of an element, unless it would look the same: so a focus and a selection are kept. */
export function replaceIfNew(of: HTMLElement, children: readonly HTMLElement[]): void {
  const html = children.map(({ outerHTML }) => outerHTML).join('');
  if (of.dataset['shown'] === html) return;
  of.dataset['shown'] = html;
  of.replaceChildren(...children);
}

/** A button that cannot be pressed again while what it does is under way. */
export function button(
  text: string,
  onPress: () => Promise<void> | void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', () => {
    if (made.getAttribute('aria-disabled') === 'true') return;
    made.setAttribute('aria-disabled', 'true');
    void Promise.resolve(onPress()).finally(() => made.removeAttribute('aria-disabled'));
  });
  return made;
}

/** A form whose fields are found by their names when it is sent. */
export function form(
  name: string,
  fields: readonly HTMLElement[],
  submit: { readonly text: string; readonly onSubmit: (values: Readonly<Record<string, string>>) => Promise<void> },
): HTMLFormElement {
  const send = element('button', { class: 'primary' }, submit.text);
  const made = element('form', { 'aria-label': name }, ...fields, send);
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    if (send.getAttribute('aria-disabled') === 'true') return;
    send.setAttribute('aria-disabled', 'true');
    const values = Object.fromEntries([...new FormData(made)].map(([key, value]) => [key, String(value)]));
    void submit.onSubmit(values).finally(() => send.removeAttribute('aria-disabled'));
  });
  return made;
}

export const field = (label: string, attributes: Readonly<Record<string, string>>): HTMLLabelElement =>
  element('label', {}, label, element('input', attributes));

/** A list to choose one of, with `chosen` for a start, or the first. */
export function choice(
  label: string,
  name: string,
  options: Readonly<Record<string, string>>,
  chosen?: string,
): HTMLLabelElement {
  const made = Object.entries(options).map(([value, text]) => element('option', { value }, text));
  const list = element('select', { name }, ...made);
  if (chosen !== undefined) list.value = chosen;
  return element('label', {}, label, list);
}
