import { z } from 'zod';

/** Where a key service is, for secrets that are given sealed by it. Every service reads them. */
export const keyProviderSettings = z.object({
  KMS_URL: z
    .url()
    .optional()
    .describe(
      'address of AWS KMS, or of what speaks its protocol, such as https://kms.eu-central-1.amazonaws.com: opens secrets that are given as `awskms:…`, as `keys:seal` writes them',
    ),
  KMS_REGION: z.string().min(1).default('us-east-1').describe('region of the key service, with KMS_URL'),
  KMS_CREDENTIALS_PATH: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file with `<access key id>:<secret access key>`, and `:<session token>` of credentials that end, for the key service, with KMS_URL',
    ),
});
