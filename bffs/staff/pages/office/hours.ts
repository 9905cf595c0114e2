import type { StoreHoursQuery } from '#generated/bffs/staff/operations.ts';

export type StoreHours = NonNullable<StoreHoursQuery['store']>;
export type Interval = StoreHours['openingHours'][number]['intervals'][number];

/** The fields that the inputs of all changes of a store have. */
export interface Seen {
  readonly idempotencyKey: string;
  readonly storeId: string;
  readonly expectedVersion: number;
}

/** Changes the store by a document whose variables are made from `Seen`, and shows the outcome. */
export type ChangeOfStore = (document: string, done: string, variables: (input: Seen) => object) => Promise<void>;

const time = String.raw`(\d{1,2}):(\d{2})`;
const interval = new RegExp(`^${time}\\s*(?:-|–|bis|to)\\s*${time}$`, 'i');
const padded = (hours: string, minutes: string): string | undefined =>
  Number(hours) <= 23 && Number(minutes) <= 59 ? `${hours.padStart(2, '0')}:${minutes}` : undefined;

/** Formats hours as they are typed into a field: `11:00 – 22:00, 23:00 – 02:00`. It is empty for a closed day. */
export const hoursText = (intervals: readonly Interval[]): string =>
  intervals.map(({ opens, closes }) => `${opens} – ${closes}`).join(', ');

/** Reads the hours that stand in a field. Returns undefined if they are written in another way. */
export function readHours(text: string): Interval[] | undefined {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const read = parts.map((part) => {
    const found = interval.exec(part);
    const [opens, closes] = found ? [padded(found[1]!, found[2]!), padded(found[3]!, found[4]!)] : [];
    return opens !== undefined && closes !== undefined ? { opens, closes } : undefined;
  });
  return read.every((each) => each !== undefined) ? read : undefined;
}
