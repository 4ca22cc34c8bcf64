/** A tab that is open from the start. GraphiQL names it after its operation. */
export interface Step {
  query: string;
  variables?: string;
  headers?: string;
}

const logIn: Step = {
  query: `# 1 of 4: log in.
# Put the password of \`demo\` into the variables below
# (\`daypass dev\` prints it on its first start), then
# press the run button or Ctrl+Enter. The next tabs use
# the two tokens of the answer.
mutation LogIn($username: String!, $password: String!) {
  login(
    input: { username: $username, password: $password }
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
}`,
  variables: json({ username: 'demo', password: '' }),
};

const whoAmI: Step = {
  query: `# 2 of 4: use the access token.
# Paste the accessToken into the header below and run.
# Without a valid one the answer is UNAUTHENTICATED.
query WhoAmI {
  me {
    id
    username
    role
    createdAt
  }
}`,
  headers: json({ Authorization: 'Bearer <paste accessToken>' }),
};

const refresh: Step = {
  query: `# 3 of 4: swap the refresh token for a new pair.
# Paste the refreshToken into the variables below and
# run. Use the new pair from now on: to come back with the
# old token after that looks like theft, and signs you out.
mutation Refresh($refreshToken: String!) {
  refreshToken(input: { refreshToken: $refreshToken }) {
    accessToken
    expiresIn
    refreshToken
    user {
      username
    }
  }
}`,
  variables: json({ refreshToken: '<paste refreshToken>' }),
};

const logOut: Step = {
  query: `# 4 of 4: log out.
# Paste the newest refreshToken into the variables below
# and run. Refreshing then answers INVALID_REFRESH_TOKEN.
mutation LogOut($refreshToken: String!) {
  logout(input: { refreshToken: $refreshToken }) {
    success
  }
}`,
  variables: json({ refreshToken: '<paste refreshToken>' }),
};

/** The walk of a newcomer, one tab a step. */
export const steps: [Step, ...Step[]] = [logIn, whoAmI, refresh, logOut];

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}
