// Written by scripts/generate.js.

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** What an account may do. ADMIN may do all that USER may. */
export type Role =
  /** An ordinary account: it sees and ends what is its own. */
  | 'USER'
  /** An account that may also use what asks for `@auth(requires: ADMIN)`. */
  | 'ADMIN';

/** How a client wants to hold its refresh token. */
export type TokenDelivery =
  /** In the payload: for apps, servers and the playground. */
  | 'BODY'
  /**
   * In an HttpOnly cookie, which scripts cannot read: for browsers. The payload then holds no refresh token; `refreshToken`
   * and `logout` take the cookie. A session whose token the cookie held before is ended. The device token goes into a cookie
   * of its own.
   */
  | 'COOKIE';

/** What `register` needs. */
export type RegisterInput = {
  /** 3 to 64 letters (A-Z, a-z), digits, dots, underscores or hyphens; unique whatever its case. */
  readonly username: string;
  /** 8 to 128 characters of any kind; not one of the commonly used, not the username. */
  readonly password: string;
  /** Where the refresh token goes. */
  readonly tokenDelivery?: TokenDelivery;
};

/** What `login` needs. */
export type LoginInput = {
  /** In whatever case. */
  readonly username: string;
  /** As it was set. */
  readonly password: string;
  /**
   * The `deviceToken` of an earlier sign-in to this account on this device, so that others who guess its password do not
   * make this device wait; without it that of the cookie. It is no proof of anything else; one that is of no use does no
   * harm.
   */
  readonly deviceToken?: string | null | undefined;
  /** Where the refresh token goes. */
  readonly tokenDelivery?: TokenDelivery;
};

/** What `refreshToken` needs. */
export type RefreshTokenInput = {
  /** The newest that was handed out for the session. */
  readonly refreshToken: string;
};

/** What `logout` can use. */
export type LogoutInput = {
  /** Any that was handed out for the session. */
  readonly refreshToken: string;
};

/** What `changePassword` needs. */
export type ChangePasswordInput = {
  /** As it was set. Wrong: `INVALID_CREDENTIALS`. */
  readonly currentPassword: string;
  /** 8 to 128 characters of any kind; not one of the commonly used, not the username, not the current one. */
  readonly newPassword: string;
  /** Where the refresh token goes. */
  readonly tokenDelivery?: TokenDelivery;
};

export type PairFragment = { readonly accessToken: string, readonly expiresIn: number, readonly refreshToken: string | null, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly username: string, readonly role: Role } };

export type RegisterMutationVariables = Exact<{
  input: RegisterInput;
}>;


export type RegisterMutation = { readonly payload: { readonly accessToken: string, readonly expiresIn: number, readonly refreshToken: string | null, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly username: string, readonly role: Role } } };

export type LoginMutationVariables = Exact<{
  input: LoginInput;
}>;


export type LoginMutation = { readonly payload: { readonly accessToken: string, readonly expiresIn: number, readonly refreshToken: string | null, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly username: string, readonly role: Role } } };

export type RefreshMutationVariables = Exact<{
  input?: RefreshTokenInput | null | undefined;
}>;


export type RefreshMutation = { readonly payload: { readonly accessToken: string, readonly expiresIn: number, readonly refreshToken: string | null, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly username: string, readonly role: Role } } };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;


export type ChangePasswordMutation = { readonly payload: { readonly accessToken: string, readonly expiresIn: number, readonly refreshToken: string | null, readonly deviceToken: string | null, readonly user: { readonly id: string, readonly username: string, readonly role: Role } } };

export type LogoutMutationVariables = Exact<{
  input?: LogoutInput | null | undefined;
}>;


export type LogoutMutation = { readonly payload: { readonly success: boolean } };

export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'INVALID_CREDENTIALS'
  | 'INVALID_REFRESH_TOKEN'
  | 'BAD_USER_INPUT'
  | 'USERNAME_TAKEN'
  | 'NOT_FOUND'
  | 'LAST_ADMIN'
  | 'RATE_LIMITED'
  | 'SERVICE_UNAVAILABLE'
  | 'CROSS_ORIGIN_REFUSED'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_TOO_COMPLEX'
  | 'INTERNAL_SERVER_ERROR';

declare const types: unique symbol;

/** A document that remembers the types of its result and its variables. */
export type Operation<Result, Variables> = string & { readonly [types]?: (variables: Variables) => Result };

export const register: Operation<RegisterMutation, RegisterMutationVariables> =
  'fragment Pair on AuthPayload{accessToken expiresIn refreshToken deviceToken user{id username role}}mutation Register($input:RegisterInput!){payload:register(input:$input){...Pair}}';

export const login: Operation<LoginMutation, LoginMutationVariables> =
  'fragment Pair on AuthPayload{accessToken expiresIn refreshToken deviceToken user{id username role}}mutation Login($input:LoginInput!){payload:login(input:$input){...Pair}}';

export const refresh: Operation<RefreshMutation, RefreshMutationVariables> =
  'fragment Pair on AuthPayload{accessToken expiresIn refreshToken deviceToken user{id username role}}mutation Refresh($input:RefreshTokenInput){payload:refreshToken(input:$input){...Pair}}';

export const changePassword: Operation<ChangePasswordMutation, ChangePasswordMutationVariables> =
  'fragment Pair on AuthPayload{accessToken expiresIn refreshToken deviceToken user{id username role}}mutation ChangePassword($input:ChangePasswordInput!){payload:changePassword(input:$input){...Pair}}';

export const logout: Operation<LogoutMutation, LogoutMutationVariables> =
  'mutation Logout($input:LogoutInput){payload:logout(input:$input){success}}';
