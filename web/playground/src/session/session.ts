import type { Fetcher } from '@graphiql/toolkit';
import { OperationTypeNode } from 'graphql';
import { createStore } from 'zustand/vanilla';

import { logOut, refresh } from '../operations';
import { complete, type Additions, type CompleteRequest, type Headers, type TokenDelivery } from './complete';
import type { Answer, GraphQLRequest } from './exchange';
import { faultIn, noAnswer, type Fault } from './fault';
import { learn, type Held } from './learn';
import { operationOf, rootFields } from './operation';
import { refreshAhead } from './refresh-ahead';
import { post, subscribe } from './transport';

/** What the panel shows. It lives in this page alone, which forgets it when it is reloaded. */
export interface SessionState extends Held {
  /** The error of the last answer; null when it had none. */
  fault: Fault | null;
  /** What the panel added to the last request that was typed; null before there is one. */
  additions: Additions | null;
  delivery: TokenDelivery;
  refreshesAhead: boolean;
  /** Whether a button waits for its answer. */
  isBusy: boolean;
}

const initial: SessionState = {
  signIn: null,
  ending: null,
  fault: null,
  additions: null,
  delivery: 'BODY',
  refreshesAhead: false,
  isBusy: false,
};

interface Outgoing extends CompleteRequest {
  isSubscription: boolean;
  onAnswer(answer: Answer): void;
}

/** Stands between GraphiQL and the API: completes what goes out, and learns from what comes back. */
export class Session {
  readonly store = createStore<SessionState>(() => initial);

  constructor() {
    refreshAhead(this);
  }

  /** Sends what was typed. Questions about the schema pass by: GraphiQL asks them, and not the one who types. */
  readonly fetcher: Fetcher = (typed, { headers = {} } = {}) => {
    if (typed.operationName === 'IntrospectionQuery') {
      return post(typed, headers);
    }
    const outgoing = this.#prepare(typed, headers);
    this.store.setState({ additions: outgoing.additions });
    return outgoing.isSubscription
      ? subscribe(outgoing.request, outgoing.headers, outgoing.onAnswer)
      : this.#send(outgoing);
  };

  /** Fetches the next pair, by the refresh token that is held or else by the cookie. */
  readonly refresh = () => this.#press(refresh);

  readonly logOut = () => this.#press(logOut);

  /** Drops the tokens, of which the server learns nothing. */
  readonly forget = () => this.store.setState({ signIn: null, ending: null, fault: null });

  async #press(query: string): Promise<void> {
    this.store.setState({ isBusy: true });
    try {
      await this.#send(this.#prepare({ query }, {}));
    } catch {
      // The panel shows it.
    } finally {
      this.store.setState({ isBusy: false });
    }
  }

  #prepare(typed: GraphQLRequest, headers: Headers): Outgoing {
    const operation = operationOf(typed);
    const completed = complete(typed, operation, headers, this.store.getState());
    const fields = operation ? rootFields(operation, completed.request.variables ?? {}) : [];
    const { asker } = completed;
    const sentAt = performance.now();
    return {
      ...completed,
      isSubscription: operation?.definition.operation === OperationTypeNode.SUBSCRIPTION,
      onAnswer: (answer) => {
        const exchange = { fields, asker, sentAt, answer };
        this.store.setState((state) => ({ ...learn(state, exchange), fault: faultIn(exchange) }));
      },
    };
  }

  async #send({ request, headers, onAnswer }: Outgoing): Promise<Answer> {
    try {
      const answer = await post(request, headers);
      onAnswer(answer);
      return answer;
    } catch (cause) {
      this.store.setState({ fault: noAnswer(cause) });
      throw cause;
    }
  }
}
