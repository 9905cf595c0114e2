import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the partner has booked. */
export interface Booking {
  readonly entry: string;
  readonly key: string;
  readonly account: string;
  readonly kind: 'EARN' | 'BURN';
  readonly points: number;
  readonly bookedAt: string;
  /** Whether it was answered but forgotten, as a partner with a fault does: it is in no file and in no balance. */
  readonly forgotten?: true;
}

/** The books of the partner: a file with a line for each booking, which outlives the process. */
export class Ledger {
  readonly #path: string;
  readonly #bookings: Booking[];

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.#path = join(dataDir, 'ledger.jsonl');
    const lines = existsSync(this.#path) ? readFileSync(this.#path, 'utf8').split('\n') : [];
    // A line that a kill has torn was never answered.
    this.#bookings = lines.slice(0, -1).map((line) => JSON.parse(line) as Booking);
  }

  get bookings(): readonly Booking[] {
    return this.#bookings;
  }

  book(booking: Omit<Booking, 'entry'>): Booking {
    const made = { entry: `lp_${randomUUID()}`, ...booking };
    appendFileSync(this.#path, `${JSON.stringify(made)}\n`);
    this.#bookings.push(made);
    return made;
  }

  firstOf(key: string): Booking | undefined {
    return this.#bookings.find((each) => each.key === key);
  }

  balanceOf(account: string): number {
    return this.#bookings
      .filter((each) => each.account === account && !each.forgotten)
      .reduce((sum, { kind, points }) => sum + (kind === 'EARN' ? points : -points), 0);
  }

  /** The file of a day: see README.md. */
  fileOf(day: string): string {
    const ofDay = this.#bookings.filter(({ bookedAt, forgotten }) => bookedAt.startsWith(day) && !forgotten);
    const sum = (wanted: Booking['kind']) =>
      ofDay.reduce((total, { kind, points }) => total + (kind === wanted ? points : 0), 0);
    const lines = [
      `H,1,${day},${ofDay.length},${sum('EARN')},${sum('BURN')}`,
      'entry,key,account,kind,points,bookedAt',
      ...ofDay.map(({ entry, key, account, kind, points, bookedAt }) =>
        [entry, key, account, kind, points, bookedAt].join(','),
      ),
    ];
    const whole = `${lines.join('\n')}\n`;
    return `${whole}T,${createHash('sha256').update(whole).digest('hex')}\n`;
  }
}
