import { tabToken } from '../../pages/tabToken.ts';

/** The token of the person who works with the page. */
export const staffToken = tabToken('staff-token');
