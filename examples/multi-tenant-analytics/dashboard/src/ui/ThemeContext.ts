import { createContext } from 'react';
import type { Theme } from './theme';

export const ThemeContext = createContext<Theme>('light');
