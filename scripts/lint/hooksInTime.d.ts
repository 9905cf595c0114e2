import type { ESLint, Linter } from 'eslint';

export declare const hooksInTime: {
  readonly files: string[];
  readonly plugins: Record<string, ESLint.Plugin>;
  readonly rules: Linter.RulesRecord;
}[];
