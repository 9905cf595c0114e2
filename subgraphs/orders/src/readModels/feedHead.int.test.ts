import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countOn } from './feedHead.ts';

it('counts on over what is complete, in whatever order versions are heard', () => {
  fc.assert(fc.property(fc.shuffledSubarray(Array.from({ length: 30 }, (_, index) => index + 1)), (heard) => {
    let head = { complete: 0, ahead: [] as number[] };
    for (const version of heard) {
      head = countOn(head.complete, [...head.ahead, version]);
      expect(head.ahead.every((each) => each > head.complete + 1)).toBe(true);
    }
    const missing = Array.from({ length: 31 }, (_, index) => index + 1).find((version) => !heard.includes(version))!;
    expect(head.complete).toBe(missing - 1);
    expect(head.ahead).toEqual(heard.filter((version) => version > missing).sort((a, b) => a - b));
  }));
});
