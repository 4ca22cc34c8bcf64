import type { LoginInput, PairFragment, RefreshTokenInput, TokenDelivery } from './schema.js';

/**
 * Where the refresh token is kept between two uses. Tabs that see the same one share a session. What it throws comes
 * out of the operation that needed it.
 */
export interface Keeper {
  readonly delivery: TokenDelivery;
  /** What to present; null when there is nothing. */
  present(): Promise<Presented | null>;
  /** Keeps what a refresh answered, and returns true, if what was presented is here still. */
  renew(answer: PairFragment, presented: Presented): Promise<boolean>;
  /** Keeps what a sign-in answered. */
  keep(answer: PairFragment): Promise<void>;
  /** Drops what was presented, if it is here still. */
  drop(presented: Presented): Promise<void>;
  /** What a login tells besides name and password. */
  device(): Promise<Pick<LoginInput, 'deviceToken'>>;
}

/** A refresh token as an operation takes it. */
export interface Presented {
  /** None when the browser adds a cookie. */
  readonly input: RefreshTokenInput | undefined;
  /** Names the token without giving it away; null when nobody can see which one it is. */
  readonly mark: string | null;
}
