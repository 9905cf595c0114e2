import { afterAll } from 'vitest';
import { dropTestDatabases } from './testDatabase.ts';
import { endFile, hearEnds } from './whenFileEnds.ts';

hearEnds();
// Registered before the hooks of the test file, so it runs after them.
afterAll(async () => {
  try {
    await endFile();
  } finally {
    await dropTestDatabases();
  }
});
