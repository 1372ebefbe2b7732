import { useEffect } from 'react';
import type { Login } from '../login';
import { focusHeading } from '../ui/focus';

// What those see who have not signed in, or whose session has ended: a way to do so, and no number.
export function SignIn({ login }: { login: Login }) {
  // It takes the place of a page that somebody was using.
  useEffect(() => {
    if (login.hasEnded) focusHeading();
  }, [login.hasEnded]);
  return (
    <main className="sign-in">
      <h1 tabIndex={-1}>{login.hasEnded ? 'Your session has ended' : 'Shop analytics'}</h1>
      <p>
        {login.hasEnded
          ? 'Sign in again to go on where you were.'
          : 'Orders, customers and revenue of your shop, for those who work there.'}
      </p>
      {login.failure && (
        <p className="said" role="alert">
          Signing in or out came to nothing: {login.failure}
        </p>
      )}
      <button type="button" className="primary" onClick={() => void login.signIn()}>
        {login.hasEnded ? 'Sign in again' : 'Sign in'}
      </button>
    </main>
  );
}
