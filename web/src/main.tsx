import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { loadAhead } from './app/pages';
import { applyTheme } from './ui/theme';
import './ui/theme.css';

applyTheme();
loadAhead(location.pathname);

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
