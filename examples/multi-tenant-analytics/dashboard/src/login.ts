// Signing in at an OpenID provider: the authorization code flow with PKCE, and access tokens that are renewed when they
// are about to end. Tokens are kept for this tab alone.

import { UserManager, WebStorageStateStore, type User } from 'oidc-client-ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly shop: string;
  readonly roles: readonly string[];
}

export interface Login {
  readonly person: Person | undefined;
  // Why signing in came to nothing.
  readonly failure: string | undefined;
  signIn(): Promise<void>;
  signOut(): Promise<void>;
}

// A token that ends within this many seconds is renewed before it is used.
const MARGIN = 30;

export class Session {
  private readonly manager: UserManager;
  private renewing: Promise<string> | undefined;

  constructor(issuer: string) {
    const here = `${location.origin}/`;
    this.manager = new UserManager({
      authority: issuer,
      client_id: import.meta.env.VITE_CLIENT_ID ?? 'dashboard',
      redirect_uri: here,
      post_logout_redirect_uri: here,
      scope: import.meta.env.VITE_SCOPE ?? 'openid profile email',
      // What Auth0 wants to know besides: whom the access token is for.
      extraQueryParams: import.meta.env.VITE_AUDIENCE ? { audience: import.meta.env.VITE_AUDIENCE } : {},
      userStore: new WebStorageStateStore({ store: sessionStorage }),
      stateStore: new WebStorageStateStore({ store: sessionStorage }),
      automaticSilentRenew: false,
    });
  }

  // Comes back from the provider, or finds who is signed in already.
  async open(): Promise<Login> {
    let failure: string | undefined;
    let user: User | null | undefined;
    const asked = new URLSearchParams(location.search);
    try {
      if (asked.has('state') && (asked.has('code') || asked.has('error'))) {
        user = await this.manager.signinRedirectCallback();
      } else {
        user = await this.manager.getUser();
      }
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    if (location.search) history.replaceState(null, '', `/${typeof user?.state === 'string' ? user.state : location.hash}`);
    return {
      person: user ? personOf(user) : undefined,
      failure,
      signIn: () => this.manager.signinRedirect({ state: location.hash }),
      signOut: () => this.manager.signoutRedirect(),
    };
  }

  // A token that is good for a while. Requests that come at the same time share one renewal.
  async token(): Promise<string> {
    const user = await this.manager.getUser();
    if (user && (user.expires_in ?? 0) > MARGIN) return user.access_token;
    this.renewing ??= this.renew().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renew(): Promise<string> {
    try {
      const user = await this.manager.signinSilent();
      if (user) return user.access_token;
    } catch {
      // The session at the provider is over: what is left is to sign in again.
    }
    await this.manager.removeUser();
    throw new Error('Your session has ended. Sign in again.');
  }
}

function personOf({ profile }: User): Person {
  const roles = Array.isArray(profile.roles) ? profile.roles.map(String) : [];
  return {
    id: profile.sub,
    name: profile.name ?? profile.email ?? profile.sub,
    shop: typeof profile.shop === 'string' ? profile.shop : '',
    roles,
  };
}
