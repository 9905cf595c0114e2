import type { Linter } from 'eslint';

export declare const onePlace: {
  readonly files: string[];
  readonly ignores: string[];
  readonly rules: Linter.RulesRecord;
}[];
