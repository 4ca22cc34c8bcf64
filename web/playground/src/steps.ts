import { logIn, logOut, refresh, watch, whoAmI } from './operations';

/** A tab that is open from the start. GraphiQL names it after its operation, and WrapLines breaks its comment. */
export interface Step {
  query: string;
  variables?: string;
}

const logInStep: Step = {
  query: `# 1 of 5: log in. Put the password of \`demo\` into the variables below (\`daypass dev\` prints it on its first start), and run: Ctrl+Enter.
${logIn}`,
  variables: JSON.stringify({ username: 'demo', password: '' }, null, 2),
};

const whoAmIStep: Step = {
  query: `# 2 of 5: use the access token. Just run: the panel adds the header. To see what comes without, type into the headers
#   { "Authorization": "" }
${whoAmI}`,
};

const refreshStep: Step = {
  query: `# 3 of 5: swap the refresh token for the next pair. Just run: the panel fills $input in, or leaves it to the cookie. Its button does the same.
${refresh}`,
};

const watchStep: Step = {
  query: `# 4 of 5: wait for the end of the session. Run, then log out by the button of the panel or in another tab: the reason appears by itself.
${watch}`,
};

const logOutStep: Step = {
  query: `# 5 of 5: log out. Just run. Nobody has to wait until the access token expires: it opens nothing any more.
${logOut}`,
};

/** The walk of a newcomer, one tab a step. */
export const steps: [Step, ...Step[]] = [logInStep, whoAmIStep, refreshStep, watchStep, logOutStep];
