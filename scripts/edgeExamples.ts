import { edgeExamples, type EdgeExample } from '../ops/edge/examples.ts';
import { edgePolicies } from '../ops/edge/policies.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';

endOnError('edge:examples');
const { settings: flags } = commandLine({
  name: 'edge:examples',
  does: 'prints the examples of the policies of the edge as lines of curl, each with the status that it has to be answered with.',
  flags: { '--domain <name>': 'of the edge, whose channels are hosts of it (example.com)' },
  more: 'Tokens are taken from variables of the shell: `CUSTOMER_TOKEN`, `KIOSK_TOKEN` and so on.',
  examples: ['edge:examples --domain example.com'],
});
const domain = flags['DOMAIN'] ?? 'example.com';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function curlOf({ name, channel, method, path, headers, as, body, bodyBytes, status }: EdgeExample): string {
  const sent = Object.entries(headers).map(([header, value]) => `-H ${quoted(`${header}: ${value}`)}`);
  if (as) sent.push(`-H "authorization: Bearer $${as.toUpperCase()}_TOKEN"`);
  const data = bodyBytes === undefined ? quoted(body ?? '') : '@-';
  const before = bodyBytes === undefined ? '' : `head -c ${bodyBytes} /dev/zero | `;
  const command = `curl -gs -o /dev/null -w '%{http_code}\\n' ${method === 'HEAD' ? '-I' : `-X ${method}`}`;
  const parts = [command, quoted(`https://${channel}.${domain}${path}`), ...sent];
  if (method === 'POST') parts.push(`--data-binary ${data}`);
  return `# ${name}: ${status}\n${before}${parts.join(' ')}`;
}

for (const example of edgeExamples(await edgePolicies())) console.log(curlOf(example));
