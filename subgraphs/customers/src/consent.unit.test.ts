import { expect, it } from 'vitest';
import { consentPurposes, consentStates } from './consent.ts';

it('has a state for every purpose, and treats one that was never asked as not granted', () => {
  const at = new Date('2026-03-01T00:00:00Z');
  const states = consentStates([{ purpose: 'ANALYTICS', granted: true, at }]);
  expect(states.map(({ purpose }) => purpose)).toEqual([...consentPurposes]);
  expect(states.filter(({ granted }) => granted)).toEqual([{ purpose: 'ANALYTICS', granted: true, decidedAt: at }]);
  expect(states.find(({ purpose }) => purpose === 'MARKETING')?.decidedAt).toBeNull();
});
