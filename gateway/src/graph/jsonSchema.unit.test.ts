import { expect, it } from 'vitest';
import { nullable } from './jsonSchema.ts';

const choice = { type: 'string', enum: ['A', 'B'] };

// By OpenAPI 3.0.3 `nullable` adds null to the type, but takes nothing away from what `enum` asks for.
it('an enum that may be null has null among its values, in both versions of OpenAPI', () => {
  expect(nullable(choice, '3.0.3')).toEqual({ type: 'string', enum: ['A', 'B', null], nullable: true });
  expect(nullable(choice, '3.1.0')).toEqual({ type: ['string', 'null'], enum: ['A', 'B', null] });
});
