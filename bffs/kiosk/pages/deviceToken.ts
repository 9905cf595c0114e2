import { tabToken } from '../../pages/tabToken.ts';

/** The token of this screen. */
export const deviceToken = tabToken('device-token');
