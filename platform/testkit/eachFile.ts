import { afterAll } from 'vitest';
import { dropTestDatabases } from './testDatabase.ts';

// Registered before those of the test file, so it runs after them.
afterAll(dropTestDatabases);
