import { parentPort } from 'node:worker_threads';
import type { TextToLint } from './lintFindings.ts';
import { lintText } from './lintText.ts';

parentPort?.on('message', (texts: readonly TextToLint[]) =>
  parentPort?.postMessage(texts.map(({ file, text }) => lintText(file, text))),
);
