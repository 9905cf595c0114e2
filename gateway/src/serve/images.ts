import type { IncomingMessage, ServerResponse } from 'node:http';
import { typeOfPath, type FileStore } from '#platform/files/fileStore.ts';

export const imagesPath = '/images/';

/**
 * Answers GET and HEAD with a picture. Its path holds a hash of its content, so browsers and CDNs keep it for ever, and
 * the path itself is its entity tag. Pages of any origin may show it.
 */
export async function sendImage(
  request: IncomingMessage,
  response: ServerResponse,
  files: FileStore,
  path: string,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD', 'content-length': 0 }).end();
    return;
  }
  const found = typeOfPath(path) === undefined ? undefined : await files.get(path);
  if (!found) {
    response.writeHead(404, { 'cache-control': 'no-store', 'content-length': 0 }).end();
    return;
  }
  const tag = `"${path}"`;
  const headers = {
    'cache-control': 'public, max-age=31536000, immutable',
    etag: tag,
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-allow-origin': '*',
    'content-security-policy': "default-src 'none'; sandbox",
  };
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304, headers).end();
    return;
  }
  response
    .writeHead(200, { ...headers, 'content-type': found.type, 'content-length': found.bytes.length })
    .end(request.method === 'GET' ? found.bytes : undefined);
}
