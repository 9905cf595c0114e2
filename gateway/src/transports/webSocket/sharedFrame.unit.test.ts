import { expect, it } from 'vitest';
import { SharedFrame } from './sharedFrame.ts';

it('holds what is common to many sockets after what each has for itself', () => {
  const frame = new SharedFrame();
  expect(frame.of('one ', 'tail')).toBeUndefined();
  expect(frame.of('two ', 'tail')?.toString('latin1')).toBe('two tail');
  expect(frame.of('thr\xee ', 'tail')?.toString('latin1')).toBe('thr\xee tail');
  expect(frame.of('four ', 'another')).toBeUndefined();
  expect(frame.of('five ', 'another')?.toString('latin1')).toBe('five another');
});

it('is not written over once a socket keeps it', () => {
  const frame = new SharedFrame();
  frame.of('', 'tail');
  const kept = frame.of('kept ', 'tail')!;
  frame.giveAway();
  frame.of('other', 'tail');
  expect(kept.toString('latin1')).toBe('kept tail');
});

it('is not for a beginning that is longer than its room', () => {
  const frame = new SharedFrame();
  frame.of('', 'tail');
  expect(frame.of('b'.repeat(1_025), 'tail')).toBeUndefined();
  expect(frame.of('b'.repeat(1_024), 'tail')).toHaveLength(1_028);
});
