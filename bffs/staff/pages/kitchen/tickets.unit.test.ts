import { describe, expect, it } from 'vitest';
import { CarriedOut } from './carriedOut.ts';
import { TapQueue, type Sent } from './tapQueue.ts';
import { applyChanges, linesAt, nextStep, shownTickets, stationsIn, type Tap, type Ticket } from './tickets.ts';

const station = (name: string) => ({ id: name, name });
const line = (name: string, category: string | undefined): Ticket['lines'][number] => ({
  name,
  quantity: 1,
  sizeId: null,
  item: category === undefined ? null : { id: name, allergens: [], category: station(category), sizes: [] },
  modifiers: [],
  slots: [],
});
const ticket = (orderId: string, over: Partial<Ticket> = {}): Ticket => ({
  orderId,
  number: 1,
  status: 'CONFIRMED',
  service: 'KIOSK',
  placedAt: '2026-03-01T12:00:00.000Z',
  targetAt: '2026-03-01T12:10:00.000Z',
  since: '2026-03-01T12:00:00.000Z',
  lines: [line('Fries', 'Sides')],
  ...over,
});
const tap = (orderId: string, step: Tap['step'], key = step): Tap => ({ key, orderId, step });
const told = (...tickets: Ticket[]) => new Map(tickets.map((each) => [each.orderId, each]));

describe('tickets', () => {
  it('are what the stream tells, and forgotten on a reset', () => {
    const first = applyChanges(new Map(), {
      version: 1,
      reset: true,
      changed: [ticket('a'), ticket('b')],
      removed: [],
    });
    const next = applyChanges(first, { version: 2, reset: false, changed: [ticket('c')], removed: ['a', 'x'] });
    expect([...next.keys()]).toEqual(['b', 'c']);
    expect([...applyChanges(next, { version: 3, reset: true, changed: [], removed: [] }).keys()]).toEqual([]);
  });

  it('are shown oldest first, as they were tapped, before the graph has answered', () => {
    const tickets = told(ticket('late', { placedAt: '2026-03-01T12:05:00.000Z' }), ticket('early'));
    const shown = shownTickets(tickets, [tap('early', 'start'), tap('early', 'ready'), tap('late', 'reject')]);
    expect(
      shown.map(({ ticket: { orderId, status }, pending, leaving }) => [orderId, status, pending, leaving]),
    ).toEqual([
      ['early', 'READY', true, false],
      ['late', 'CONFIRMED', true, true],
    ]);
    expect(shownTickets(tickets, []).every(({ pending }) => !pending)).toBe(true);
  });

  it('offer one step each; what a courier fetches offers none', () => {
    expect(nextStep(ticket('a'))).toBe('start');
    expect(nextStep(ticket('a', { status: 'PREPARING' }))).toBe('ready');
    expect(nextStep(ticket('a', { status: 'READY' }))).toBe('handOver');
    expect(nextStep(ticket('a', { status: 'READY', service: 'DELIVERY' }))).toBeUndefined();
  });

  it('show a station its own lines, and those whose item cannot be read', () => {
    const mixed = ticket('a', { lines: [line('Fries', 'Sides'), line('Cola', 'Drinks'), line('Gone', undefined)] });
    expect(stationsIn([mixed]).map(({ name }) => name)).toEqual(['Drinks', 'Sides']);
    expect(linesAt(mixed, 'Sides').map(({ name }) => name)).toEqual(['Fries', 'Gone']);
    expect(linesAt(mixed, undefined)).toHaveLength(3);
  });
});

describe('taps', () => {
  const nothingNew = { version: 2, reset: false, changed: [], removed: [] };

  const memory = () => {
    const kept = new Map<string, string>();
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
  };

  it('are sent in order, each again with its key until it is answered, and outlast a reload', async () => {
    const storage = memory();
    const sent: string[] = [];
    let reachable = false;
    const send = ({ key }: Tap): Promise<Sent> => {
      sent.push(key);
      return Promise.resolve(reachable ? 'done' : 'unreached');
    };
    const options = { storage, name: 'taps', send, onChange: () => undefined, againMs: 1_000_000 };
    const before = new TapQueue(options);
    before.add(tap('a', 'start'));
    before.add(tap('a', 'ready'));
    await Promise.resolve();
    expect(sent).toEqual(['start']);
    expect(before.taps.map(({ key }) => key)).toEqual(['start', 'ready']);

    reachable = true;
    let emptied: () => void = () => undefined;
    const empty = new Promise<void>((resolve) => (emptied = resolve));
    const afterReload: TapQueue = new TapQueue({
      ...options,
      onChange: () => (JSON.parse(storage.getItem('taps')!) as unknown[]).length === 0 && emptied(),
    });
    await empty;
    expect(sent).toEqual(['start', 'start', 'ready']);
    expect(afterReload.taps).toEqual([]);
  });

  it('do not cover what another screen did before their answer came', () => {
    const carriedOut = new CarriedOut();
    const start = tap('a', 'start');
    carriedOut.tapped(start);
    carriedOut.told({ ...nothingNew, changed: [ticket('a', { status: 'PREPARING' })] }, [start]);
    carriedOut.told({ ...nothingNew, changed: [ticket('a', { status: 'READY' })] }, [start]);
    carriedOut.done(start, [start]);
    expect(carriedOut.taps).toEqual([]);
  });

  it('show their effect until the stream tells it', () => {
    const carriedOut = new CarriedOut();
    const start = tap('a', 'start');
    carriedOut.told({ ...nothingNew, changed: [ticket('a')] }, []);
    carriedOut.tapped(start);
    carriedOut.told({ ...nothingNew, changed: [ticket('b')] }, [start]);
    carriedOut.done(start, [start]);
    expect(carriedOut.taps).toEqual([start]);
    carriedOut.told({ ...nothingNew, changed: [ticket('a', { status: 'PREPARING' })] }, []);
    expect(carriedOut.taps).toEqual([]);
  });
});
