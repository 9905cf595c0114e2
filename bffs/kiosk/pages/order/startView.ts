import { element } from '#bffs/pages/element.ts';
import type { OrderService } from '#generated/bffs/kiosk/operations.ts';
import type { Store } from './keptMenu.ts';
import type { Screen } from './screen.ts';
import { touch } from './touchParts.ts';

/** What the device shows until somebody touches it: the ways of eating, or why nothing can be ordered. */
export function startView(screen: Screen): Node[] {
  const { texts, device, change } = screen;
  const { store, menu } = device;
  const closed = store && whyClosed(screen, store);
  const begin = (service: OrderService): void => change({ view: 'menu', service, categoryId: menu?.sections[0]?.id });
  const here = store?.services.includes('DINE_IN') ? 'DINE_IN' : 'KIOSK';
  const inside =
    !store || !menu
      ? [element('p', { class: 'why' }, store ? texts.noMenu : texts.connecting)]
      : closed
        ? [element('p', { class: 'why' }, closed)]
        : [
            touch(texts.eatHere, () => begin(here), { class: 'primary', id: 'eat-here' }),
            ...(store.services.includes('TAKEAWAY')
              ? [touch(texts.takeAway, () => begin('TAKEAWAY'), { class: 'primary', id: 'take-away' })]
              : []),
          ];
  return [element('div', { class: 'start' }, element('h2', {}, texts.welcome), ...inside)];
}

function whyClosed({ texts, device }: Screen, store: Store): string | undefined {
  // What was read before the line was cut may no longer hold, so that it keeps nobody from choosing.
  if (device.isCutOff) return undefined;
  if (!store.acceptingOrders) return store.pauseReason ?? texts.paused;
  if (store.openNow) return undefined;
  if (!store.nextOpening) return texts.closed;
  const at = new Date(store.nextOpening).toLocaleString(texts.language === 'de' ? 'de-DE' : 'en-GB', {
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: store.timeZone,
  });
  return `${texts.closed} ${texts.opens(at)}`;
}
