import { element } from '../pageFrame.ts';
import { officeTexts as texts } from './officeTexts.ts';

/**
 * Asks the person for some values in a dialog. Returns undefined if they close it without sending. The browser puts the
 * focus back to where it was.
 */
export function askInDialog(
  title: string,
  yes: string,
  fields: readonly HTMLElement[],
): Promise<Readonly<Record<string, string>> | undefined> {
  return new Promise((resolve) => {
    const no = element('button', { type: 'button' }, texts.notNow);
    const asked = element(
      'form',
      {},
      element('h2', { id: 'dialog-title' }, title),
      ...fields,
      element('div', { class: 'actions' }, element('button', { class: 'primary' }, yes), no),
    );
    const dialog = element('dialog', { 'aria-labelledby': 'dialog-title' }, asked);
    let values: Readonly<Record<string, string>> | undefined;
    asked.addEventListener('submit', (event) => {
      event.preventDefault();
      values = Object.fromEntries([...new FormData(asked)].map(([key, value]) => [key, String(value)]));
      dialog.close();
    });
    no.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(values);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
