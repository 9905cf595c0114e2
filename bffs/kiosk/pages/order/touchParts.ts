import { element } from '#bffs/pages/element.ts';

/** A button that a finger can hit. `id` keeps the focus on it when the screen is drawn anew. */
export function touch(
  label: string | readonly (Node | string)[],
  onTap: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, ...(typeof label === 'string' ? [label] : label));
  made.addEventListener('click', onTap);
  return made;
}

/** A button that is one of several choices. */
export const choice = (
  label: string | readonly (Node | string)[],
  isChosen: boolean,
  onTap: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement => touch(label, onTap, { 'aria-pressed': String(isChosen), ...attributes });

export interface Counter {
  readonly count: number;
  readonly more: string;
  readonly fewer: string;
  readonly mayGrow: boolean;
  readonly id: string;
  onChange(by: 1 | -1): void;
}

/** Minus, a number, plus. */
export const counter = ({ count, more, fewer, mayGrow, id, onChange }: Counter): HTMLElement =>
  element(
    'div',
    { class: 'counter' },
    touch('−', () => onChange(-1), {
      'aria-label': fewer,
      id: `${id}-less`,
      ...(count === 0 && { disabled: '' }),
    }),
    element('output', {}, String(count)),
    touch('+', () => onChange(1), { 'aria-label': more, id: `${id}-more`, ...(!mayGrow && { disabled: '' }) }),
  );
