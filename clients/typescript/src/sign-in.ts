import { DaypassError, failedWith } from './errors.js';
import type { AccessTokens } from './access-token.js';
import type { Household } from './household.js';
import { enter } from './news.js';
import { changePassword, type ChangePasswordInput, type Operation, type PairFragment, type TokenDelivery } from './schema.js';
import type { User } from './state.js';

type SignIn<Input> = Operation<
  { readonly payload: PairFragment },
  { readonly input: Input & { readonly tokenDelivery: TokenDelivery } }
>;

/**
 * Begins a session. It is sent once: after a lost answer nobody can tell whether there is one, a second try may begin
 * another or count as a guess, and a person is there to decide.
 */
export function signIn<Input>(
  house: Household,
  operation: SignIn<Input>,
  input: Input,
  accessToken?: string,
): Promise<User> {
  const { inTurn, patience, send, keeper } = house;
  return inTurn(patience, async () => {
    const asked = performance.now();
    const { payload } = await send(operation, { input: { ...input, tokenDelivery: keeper.delivery } }, accessToken);
    await keeper.keep(payload);
    return (await enter(house, payload, asked)).user;
  });
}

export type NewPassword = Pick<ChangePasswordInput, 'currentPassword' | 'newPassword'>;

/** A refused access token kept the server from doing anything, so that alone is tried once more. */
export async function signInAnew(
  house: Household,
  accessTokens: AccessTokens,
  { currentPassword, newPassword }: NewPassword,
): Promise<User> {
  const attempt = async (accessToken: string | null) => {
    if (!accessToken) {
      throw new DaypassError('UNAUTHENTICATED', 'Nobody is signed in.');
    }
    return signIn(house, changePassword, { currentPassword, newPassword }, accessToken);
  };
  const refused = await accessTokens.get();
  return attempt(refused).catch(async (error) => {
    if (!refused || !failedWith('UNAUTHENTICATED', error)) {
      throw error;
    }
    return attempt(await accessTokens.get({ refused }));
  });
}
