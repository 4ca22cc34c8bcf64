import type { Answer, AnsweredError } from './answer.js';

/**
 * Whether an answer refuses the access token in a way that lets its operation be sent again. Guarded fields are
 * nullable, so a refusal may come beside data. A mutation is sent again only if the refusal kept it from doing
 * anything.
 */
export function refusedAccess({ data, errors }: Answer, mutation: boolean): boolean {
  const refusals = errors?.filter(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
  if (!refusals?.length) {
    return false;
  }
  return !mutation || (refusals.every(atRoot) && Object.values(data ?? {}).every((value) => value === null));
}

function atRoot({ path = [] }: AnsweredError): boolean {
  return path.length <= 1;
}
