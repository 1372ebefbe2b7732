// The charts of embed.html: the component comes from kubus itself, and is told who asks.

import { Session } from './login';

const API_URL = import.meta.env.VITE_API_URL ?? 'http://localhost:4000';
const CUBE_TOKEN = '';
const ISSUER = import.meta.env.VITE_ISSUER ?? '';

const session = ISSUER ? new Session(ISSUER) : undefined;

const { KubusChart } = await import(/* @vite-ignore */ `${API_URL}/kubus-chart.js`);
KubusChart.token = session ? () => session.token() : CUBE_TOKEN;
