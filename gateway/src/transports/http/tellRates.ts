import type { ServerResponse } from 'node:http';
import type { RateHeaders } from '../../access/rates.ts';

/** Tells in the headers of a response how its caller stands to its rates. */
export const tellRates =
  (response: ServerResponse) =>
  (headers: RateHeaders): void => {
    response.setHeaders(new Map(Object.entries(headers)));
  };
