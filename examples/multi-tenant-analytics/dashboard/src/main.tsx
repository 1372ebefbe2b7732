import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { answeredSilently } from './login';
import './styles.css';

const root = document.getElementById('root');
if (root && !answeredSilently(import.meta.env.VITE_ISSUER ?? '')) {
  // Only now: what it is made of finds out who is signed in.
  const { App } = await import('./App');
  createRoot(root).render(
    <StrictMode>
      <Suspense>
        <App />
      </Suspense>
    </StrictMode>,
  );
}
