import { isCountry } from '#platform/domain/isCountry.ts';
import { z } from 'zod';
import { charactersIn, isPrintable } from '#platform/subgraph/characters.ts';

export type InputProblemCode = 'REQUIRED' | 'TOO_LONG' | 'MALFORMED' | 'OUT_OF_RANGE';

/**
 * What is wrong with a field of an input. The message never contains the value: the message may be logged, and the
 * value is personal data.
 */
export interface InputProblem {
  readonly field: string;
  readonly code: InputProblemCode;
  readonly message: string;
}

/** Collects everything that is wrong with an input, so that a person can correct it all at once. */
export class InputChecks {
  readonly problems: InputProblem[] = [];

  refuse(field: string, code: InputProblemCode, message: string): void {
    this.problems.push({ field, code, message });
  }

  /** Checks a required text: surrounding blanks are removed and accents are composed (NFC). */
  text(field: string, value: string | null | undefined, max: number): string {
    const text = this.optionalText(field, value, max);
    if (text === null) this.refuse(field, 'REQUIRED', 'This is needed.');
    return text ?? '';
  }

  /** Like `text`, but a missing or blank value is accepted and becomes null. */
  optionalText(field: string, value: string | null | undefined, max: number): string | null {
    const text = (value ?? '').trim().normalize('NFC');
    if (text === '') return null;
    if (charactersIn(text) > max) this.refuse(field, 'TOO_LONG', `At most ${max} characters fit.`);
    // They would end up on labels and screens, and no name or address needs them.
    if (/\p{Cc}/u.test(text) || !isPrintable(text))
      this.refuse(
        field,
        'MALFORMED',
        'Control characters, and those that turn the direction of writing, are not allowed.',
      );
    return text;
  }

  /**
   * Checks an e-mail address. RFC 5321 allows 254 characters:
   * https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3
   */
  email(field: string, value: string | null | undefined): string {
    const before = this.problems.length;
    const text = this.text(field, value, 254);
    if (this.problems.length === before && !z.email().safeParse(text).success) {
      this.refuse(field, 'MALFORMED', 'This is not an e-mail address, such as ada@example.com.');
    }
    return text;
  }

  /** Checks a telephone number in E.164 format. Blanks, hyphens and brackets that people type are removed. */
  phone(field: string, value: string | null | undefined): string | null {
    const text = this.optionalText(field, value, 40)?.replace(/[\s()./-]/g, '') ?? null;
    if (text !== null && !z.e164().safeParse(text).success) {
      this.refuse(field, 'MALFORMED', 'Write the number with + and the country code, such as +4930123456.');
    }
    return text;
  }

  /** Checks a date of birth: it must be past, and within a human life. `today` is an ISO date. */
  birthday(field: string, value: string | null | undefined, today: string): string | null {
    const text = this.optionalText(field, value, 10);
    if (text === null) return null;
    if (!z.iso.date().safeParse(text).success) this.refuse(field, 'MALFORMED', 'Write the day as YYYY-MM-DD.');
    else if (text > today || text < '1900-01-01')
      this.refuse(field, 'OUT_OF_RANGE', 'A birthday lies between 1900 and today.');
    return text;
  }

  country(field: string, value: string | null | undefined): string {
    const text = this.text(field, value, 2).toUpperCase();
    if (text.length === 2 && !isCountry(text))
      this.refuse(field, 'MALFORMED', 'Write the country as in ISO 3166-1 alpha-2, such as DE.');
    else if (text.length === 1) this.refuse(field, 'MALFORMED', 'A country code has two letters.');
    return text;
  }

  position(field: string, value: { latitude: number; longitude: number }): { latitude: number; longitude: number } {
    if (!(Math.abs(value.latitude) <= 90))
      this.refuse(`${field}.latitude`, 'OUT_OF_RANGE', 'A latitude lies between -90 and 90.');
    if (!(Math.abs(value.longitude) <= 180))
      this.refuse(`${field}.longitude`, 'OUT_OF_RANGE', 'A longitude lies between -180 and 180.');
    return value;
  }
}
