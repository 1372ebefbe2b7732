// Signing in at an OpenID provider: the authorization code flow with PKCE, and access tokens that are renewed when they
// are about to end. Tokens are kept for this tab alone.

import { ErrorResponse, UserManager, WebStorageStateStore, type User } from 'oidc-client-ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly shop: string;
  readonly roles: readonly string[];
}

export interface Login {
  readonly person: Person | undefined;
  // Whether somebody was signed in, until the provider ended their session.
  readonly hasEnded: boolean;
  // Why signing in or out came to nothing.
  readonly failure: string | undefined;
  signIn(): Promise<void>;
  signOut(): Promise<void>;
}

// A token that ends within this many seconds is renewed before it is used.
const MARGIN = 30;

// What a provider says when a person has to sign in again. Whatever else goes wrong may go well the next time.
const OVER = ['invalid_grant', 'login_required', 'interaction_required', 'consent_required', 'account_selection_required'];

function managerOf(issuer: string): UserManager {
  const here = `${location.origin}/`;
  return new UserManager({
    authority: issuer,
    client_id: import.meta.env.VITE_CLIENT_ID ?? 'dashboard',
    redirect_uri: here,
    // Without a token to renew with, the provider is asked in a frame that nobody sees, and leads back there.
    silent_redirect_uri: here,
    post_logout_redirect_uri: here,
    scope: import.meta.env.VITE_SCOPE ?? 'openid profile email',
    // What Auth0 wants to know besides: whom the access token is for.
    extraQueryParams: import.meta.env.VITE_AUDIENCE ? { audience: import.meta.env.VITE_AUDIENCE } : {},
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: false,
  });
}

// Whether the provider led back here.
function isAnswer(): boolean {
  const asked = new URLSearchParams(location.search);
  return asked.has('state') && (asked.has('code') || asked.has('error'));
}

// In the frame in which the provider was asked: hands on what it said to the page around it, and is then of no more use.
export function answeredSilently(issuer: string): boolean {
  if (!issuer || window.self === window.top || !isAnswer()) return false;
  void managerOf(issuer).signinSilentCallback();
  return true;
}

export class Session {
  private readonly manager: UserManager;
  private readonly told = new Set<() => void>();
  private renewing: Promise<string> | undefined;
  private now: Login;

  constructor(issuer: string) {
    this.manager = managerOf(issuer);
    this.now = {
      person: undefined,
      hasEnded: false,
      failure: undefined,
      signIn: () => this.tried(() => this.manager.signinRedirect({ state: location.hash })),
      signOut: () => this.tried(() => this.manager.signoutRedirect()),
    };
  }

  // Who is signed in; the same object until that changes.
  readonly login = () => this.now;

  readonly subscribe = (tell: () => void) => {
    this.told.add(tell);
    return () => this.told.delete(tell);
  };

  private become(change: Partial<Login>): void {
    this.now = { ...this.now, ...change };
    for (const tell of this.told) tell();
  }

  // The provider may be out of reach. Who wanted to sign out is signed out here all the same.
  private async tried(lead: () => Promise<void>): Promise<void> {
    try {
      await lead();
    } catch (error) {
      const user = await this.manager.getUser();
      this.become({ person: user ? personOf(user) : undefined, hasEnded: false, failure: messageOf(error) });
    }
  }

  // Comes back from the provider, or finds who is signed in already.
  async open(): Promise<void> {
    let failure: string | undefined;
    let user: User | null | undefined;
    try {
      user = isAnswer() ? await this.manager.signinRedirectCallback() : await this.manager.getUser();
    } catch (error) {
      failure = messageOf(error);
    }
    if (location.search) history.replaceState(null, '', `/${typeof user?.state === 'string' ? user.state : location.hash}`);
    this.become({ person: user ? personOf(user) : undefined, failure });
  }

  // A token that is good for a while. Requests that come at the same time share one renewal.
  async token(): Promise<string> {
    const user = await this.manager.getUser();
    if (user && (user.expires_in ?? 0) > MARGIN) return user.access_token;
    this.renewing ??= this.renew(user).finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renew(user: User | null): Promise<string> {
    let renewed: User | null = null;
    try {
      renewed = await this.manager.signinSilent();
    } catch (error) {
      if (!(error instanceof ErrorResponse && OVER.includes(error.error ?? ''))) {
        // A request that was lost ends no session. The token of before is good to its end.
        if (user && !user.expired) return user.access_token;
        throw new Error(`Your sign-in could not be renewed: ${messageOf(error)}`);
      }
    }
    if (renewed) return renewed.access_token;
    await this.manager.removeUser();
    this.become({ person: undefined, hasEnded: user !== null });
    throw new Error(user ? 'Your session has ended. Sign in again.' : 'You are not signed in.');
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function personOf({ profile }: User): Person {
  const roles = Array.isArray(profile.roles) ? profile.roles.map(String) : [];
  return {
    id: profile.sub,
    name: profile.name ?? profile.email ?? profile.sub,
    shop: typeof profile.shop === 'string' ? profile.shop : '',
    roles,
  };
}
