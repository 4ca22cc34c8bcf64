import { createDaypass } from 'daypass-client';

export const daypass = createDaypass({ url: 'https://api.example.com/graphql' });

// Ask once after a load; until then the state is 'unknown'.
void daypass.getAccessToken().catch(() => {});

let userId: string | undefined;
daypass.subscribe(({ status, user, reason }) => {
  if (userId && user && user.id !== userId) {
    location.reload(); // another tab signed in as somebody else: forget what was loaded
  }
  userId = user?.id ?? userId;
  if (status === 'signedOut' && reason === 'REUSED') {
    alert('Somebody else may have used your session. Sign in again, and look at your recent activity.');
  }
});
