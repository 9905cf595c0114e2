import { grantsWith, hasScope, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';

/** The partner for whom somebody develops; undefined for everybody else. */
export const partnerOf = (principal: Principal): string | undefined =>
  grantsWith(principal, 'partner:develop')
    .map(({ bindings }) => bindings['partner'])
    .find((partner) => partner !== undefined && isId(partner));

/** A partner's things are seen by its developers and by those who manage partners. */
export const maySee = (principal: Principal, partnerId: string): boolean =>
  hasScope(principal, 'partner:manage') || partnerOf(principal) === partnerId;
