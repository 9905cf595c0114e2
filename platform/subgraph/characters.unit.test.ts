import { describe, expect, it } from 'vitest';
import { textProblem } from './characters.ts';

describe('a text that people read', () => {
  it.each([
    ['Käse 🧀', undefined],
    ['👩‍🍳 soup', undefined],
    ['می‌خواهم', undefined],
    ['\u200fשלום', undefined],
    ['two\nlines', undefined],
    ['🧀'.repeat(20), undefined],
    ['🧀'.repeat(21), 'Write 1 to 20 characters.'],
    ['', 'Write 1 to 20 characters.'],
    [' \u00a0\u3000', 'Write 1 to 20 characters.'],
    ['\u200b\u2060\ufeff', 'Write 1 to 20 characters.'],
    ['\u3164\u2800', 'Write 1 to 20 characters.'],
    ['soup\u202etuc', 'Please leave out control characters, and those that turn the direction of writing.'],
    ['soup\u2067', 'Please leave out control characters, and those that turn the direction of writing.'],
    ['soup\u001b[2J', 'Please leave out control characters, and those that turn the direction of writing.'],
  ])('%j: %s', (text, problem) => {
    expect(textProblem(text, 20)).toBe(problem);
  });
});
