import { describe } from 'vitest';
import { membershipYear } from './membershipYear.ts';

describe('a year with the events in PostgreSQL', () => membershipYear(200));
