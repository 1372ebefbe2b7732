import cube from '@cubejs-client/core';
import { CubeProvider } from '@cubejs-client/react';
import { use, useSyncExternalStore } from 'react';
import { Session } from './login';
import { Shell } from './pages/Shell';
import { SignIn } from './pages/SignIn';
import { ThemeContext } from './ui/ThemeContext';
import { useTheme } from './ui/theme';

// Where kubus answers, and the token that says who asks. From the second step of the tutorial on a token has its place
// here; from the fourth on people sign in instead.
const API_URL = import.meta.env.VITE_API_URL ?? 'http://localhost:4000';
const CUBE_TOKEN = '';
const ISSUER = import.meta.env.VITE_ISSUER ?? '';

const session = ISSUER ? new Session(ISSUER) : undefined;
const cubeApi = cube(session ? () => session.token() : CUBE_TOKEN, { apiUrl: `${API_URL}/cubejs-api/v1` });

// Begun once, before anything is drawn: what the provider sends back can be used once.
const opened = session ? session.open() : Promise.resolve();
const nobody = () => () => undefined;

export function App() {
  use(opened);
  const login = useSyncExternalStore(session?.subscribe ?? nobody, () => session?.login());
  const [theme, turn] = useTheme();
  return (
    <ThemeContext value={theme}>
      {login && !login.person ? (
        <SignIn login={login} />
      ) : (
        <CubeProvider cubeApi={cubeApi}>
          <Shell login={login} onTurn={turn} />
        </CubeProvider>
      )}
    </ThemeContext>
  );
}
