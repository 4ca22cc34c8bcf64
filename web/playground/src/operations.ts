// The operations of the walk; the buttons of the session panel send two of them too.

export const logIn = `mutation LogIn(
  $username: String!
  $password: String!
  $delivery: TokenDelivery = BODY
) {
  login(
    input: {
      username: $username
      password: $password
      tokenDelivery: $delivery
    }
  ) {
    accessToken
    expiresIn
    refreshToken
    user {
      id
      username
      role
    }
  }
}`;

export const whoAmI = `query WhoAmI {
  me {
    id
    username
    role
    createdAt
  }
}`;

export const refresh = `mutation Refresh(
  $input: RefreshTokenInput
) {
  refreshToken(input: $input) {
    accessToken
    expiresIn
    refreshToken
    user {
      id
      username
      role
    }
  }
}`;

export const watch = `subscription Watch {
  sessionEnded {
    reason
  }
}`;

export const logOut = `mutation LogOut($input: LogoutInput) {
  logout(input: $input) {
    success
  }
}`;
