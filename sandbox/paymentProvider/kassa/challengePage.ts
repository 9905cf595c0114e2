import type { Intent } from './intents.ts';

/** The page of the payer's bank. What is shown is Kassa's own or a number, so nothing needs to be escaped. */
export const challengePage = ({ amount, currency, state }: Intent): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Confirm your payment</title>
<body style="font:1.1rem system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem">
<h1>Your bank</h1>
${
  state === 'requires_action'
    ? `<p>Do you pay ${(amount / 100).toFixed(2)} ${currency.toUpperCase()} to Dr. Burger?</p>
<form method="post"><button name="agrees" value="yes">Yes, pay</button> <button name="agrees" value="no">No</button></form>`
    : '<p>There is nothing to confirm any more. You can close this page.</p>'
}
</body></html>
`;
