import { text } from 'node:stream/consumers';
import { parseEnv } from 'node:util';
import { StartupError } from '#platform/config/startupError.ts';
import { isSecret } from '#platform/config/secrets.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { keyProviderOf } from '#platform/keys/awsKms.ts';
import { isSealed } from '#platform/keys/keyProvider.ts';
import { commandLine } from './system/commandLine.ts';
import { readEnvironment } from './system/readEnvironment.ts';

endOnError('keys:seal');
const {
  settings: { KEY: keyId },
} = commandLine({
  name: 'keys:seal',
  does: 'seals secrets by a key of AWS KMS, so that .env and the environment have nothing that is of use without it.',
  flags: { '--key <id>': 'id, ARN or alias of the key, such as alias/drburger' },
  more: `Reads lines NAME=value, as "keys:make" prints them, and prints the same lines with the secrets sealed; those that are sealed, and what is no secret, stay as they are. Services open
them when they start. Asks the key service at KMS_URL (KMS_REGION, KMS_CREDENTIALS_PATH): the services need kms:Decrypt, this command kms:Encrypt.`,
  examples: ['keys:make | npx -y pnpm@10.34.9 -s keys:seal --key alias/drburger >> .env'],
});
if (!keyId) throw new StartupError('name the key that seals: --key alias/drburger');
if (process.stdin.isTTY) throw new StartupError('give the lines to be sealed on standard input: see --help.');
const provider = keyProviderOf(await readEnvironment(), keyId);
for (const [name, value = ''] of Object.entries(parseEnv(await text(process.stdin)))) {
  const sealed = isSecret(name) && !isSealed(value) ? await provider.seal(name, value) : value;
  process.stdout.write(`${name}='${sealed}'\n`);
}
