import { describe } from 'vitest';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { webhooksIn } from './webhooksIn.ts';

describe('with the events in PostgreSQL', () => webhooksIn(sharedSystem));
