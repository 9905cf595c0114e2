import { element, setText } from '#bffs/pages/element.ts';
import { basketView } from './basketView.ts';
import type { SetupReason } from './device.ts';
import { itemView } from './itemView.ts';
import { languages } from './languages.ts';
import { allergensView, menuView } from './menuView.ts';
import { payView, placedView, sendingView, terminalView } from './payView.ts';
import type { Screen, View } from './screen.ts';
import { startView } from './startView.ts';
import { choice, touch } from './touchParts.ts';

const views: Readonly<Record<View, (screen: Screen) => Node[]>> = {
  start: startView,
  menu: menuView,
  item: itemView,
  allergens: allergensView,
  basket: basketView,
  pay: payView,
  terminal: terminalView,
  sending: sendingView,
  placed: placedView,
};

const found = <E extends HTMLElement>(selector: string): E => {
  const all = document.querySelector<E>(selector);
  if (!all) throw new Error(`no ${selector}`);
  return all;
};

/** Draws the whole screen anew. What had the focus keeps it, and what was scrolled stays where it was. */
export function draw(screen: Screen): void {
  const { guest, device, texts } = screen;
  const focused = document.activeElement?.id;
  const scrolled = new Map(
    [...document.querySelectorAll<HTMLElement>('[data-scroll]')].map((each) => [
      each.dataset['scroll'],
      each.scrollTop,
    ]),
  );
  document.documentElement.lang = texts.language;
  document.body.dataset['view'] = guest.view;
  document.body.dataset['status'] = device.isCutOff ? 'cut' : device.store ? 'live' : 'connecting';
  // The chain's own name is shown in front of the store's name.
  setText(found('#store'), device.store?.name.replace(/^Dr\. Burger /, '') ?? '');
  setText(found('#notice'), notice(screen));
  found('#tools').replaceChildren(languageButtons(screen));
  found('main').replaceChildren(...views[guest.view](screen), ...(device.isAsking ? [question(screen)] : []));
  for (const each of document.querySelectorAll<HTMLElement>('[data-scroll]'))
    each.scrollTop = scrolled.get(each.dataset['scroll']) ?? 0;
  if (device.isAsking) found('#still-there').focus();
  else if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function notice({ device, texts }: Screen): string {
  if (!device.isCutOff) return '';
  if (!device.menu) return texts.noMenu;
  const menuOf = new Date(device.menu.at).toLocaleString(texts.language === 'de' ? 'de-DE' : 'en-GB', {
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: device.menu.store.timeZone,
  });
  return texts.cutOff(menuOf);
}

const languageButtons = ({ guest, texts, change }: Screen): HTMLElement =>
  element(
    'div',
    { role: 'group', 'aria-label': texts.languages },
    ...languages.map(({ language }) =>
      choice(language.toUpperCase(), guest.language === language, () => change({ language }), {
        id: `language-${language}`,
        lang: language,
      }),
    ),
  );

/** Asked when nobody has touched the screen for a while. Any touch answers it. */
const question = ({ texts }: Screen): HTMLElement =>
  element(
    'div',
    { id: 'asking', role: 'alertdialog', 'aria-labelledby': 'asking-title', 'aria-describedby': 'asking-why' },
    element(
      'div',
      {},
      element('h2', { id: 'asking-title' }, texts.stillThere),
      element('p', { id: 'asking-why' }, texts.stillThereWhy),
      touch(texts.yes, () => undefined, { class: 'primary', id: 'still-there' }),
    ),
  );

/**
 * Shows why the kiosk cannot work, the code by which a manager can enrol it, and a form for a token; without a reason
 * it hides all of it.
 */
export function drawSetup(
  { texts }: Screen,
  setup: { readonly reason: SetupReason; readonly code?: string | undefined } | undefined,
): void {
  const form = found<HTMLFormElement>('#setup');
  const wasHidden = form.hidden;
  form.hidden = setup === undefined;
  if (setup === undefined) return;
  const { reason, code } = setup;
  setText(found('#setup-title'), texts.setup);
  setText(found('#setup-reason'), texts[reason]);
  setText(found('#code'), code ?? '');
  found('#code').hidden = code === undefined;
  setText(found('#setup label'), texts.token);
  setText(found('#setup button'), texts.use);
  if (wasHidden) found('#token').focus();
}

/** Hands over the token that somebody types in. */
export function onToken(use: (token: string) => void): void {
  found<HTMLFormElement>('#setup').addEventListener('submit', (event) => {
    event.preventDefault();
    const input = found<HTMLInputElement>('#token');
    use(input.value.trim().replace(/^Bearer /i, ''));
    input.value = '';
  });
}
