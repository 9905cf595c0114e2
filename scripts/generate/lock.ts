import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './task.ts';

const path = join(root, 'generated/.lock');

/**
 * Runs `work` while no other process generates in this working tree, and waits for one that does. The lock of a process
 * that died is ignored.
 */
export async function withGenerateLock<T>(work: () => Promise<T>): Promise<T> {
  mkdirSync(join(root, 'generated'), { recursive: true });
  while (!take()) await sleep(100);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isAlive(readOwner())) rmSync(path, { force: true });
    return false;
  }
}

function readOwner(): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
