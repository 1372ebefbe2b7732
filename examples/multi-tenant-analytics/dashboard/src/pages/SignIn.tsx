import type { Login } from '../login';

// What those see who have not signed in: a way to do so, and no number.
export function SignIn({ login }: { login: Login }) {
  return (
    <main className="sign-in">
      <h1>Shop analytics</h1>
      <p>Orders, customers and revenue of your shop, for those who work there.</p>
      {login.failure && (
        <p className="said" role="alert">
          Signing in came to nothing: {login.failure}
        </p>
      )}
      <button type="button" className="primary" onClick={() => void login.signIn()}>
        Sign in
      </button>
    </main>
  );
}
