import { CodedError } from '#platform/subgraph/codedError.ts';
import type { QuietHours } from './customer.ts';

const clockTime = /^([01]\d|2[0-3]):[0-5]\d$/;

/** @throws CodedError that says what is wrong, without the value */
export function requireQuietHours(hours: QuietHours | null): void {
  if (!hours) return;
  const wrong = (what: string): never => {
    throw new CodedError('BAD_USER_INPUT', `\`quietHours\`: ${what}`);
  };
  if (!clockTime.test(hours.from) || !clockTime.test(hours.to)) wrong('write `from` and `to` as HH:MM, such as 22:00.');
  if (hours.from === hours.to) wrong('`from` and `to` are the same; leave `quietHours` out for none.');
  if (!isTimeZone(hours.timeZone)) wrong('`timeZone` is an IANA name such as Europe/Berlin.');
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name.includes('/') || name === 'UTC';
  } catch {
    return false;
  }
}
